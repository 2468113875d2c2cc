"""Thumbnails are made of saved images."""
