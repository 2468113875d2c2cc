"""Pillow, the only package that imports PIL in the app: verify and thumbnail, in worker processes."""
