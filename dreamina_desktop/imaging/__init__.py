"""Pillow in worker processes: verify, thumbnail. Without it: what files say about themselves."""
