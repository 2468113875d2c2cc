"""Pillow: verify and thumbnail, in worker processes."""
