"""The next request: its references, its prompt, and the ways to copy it."""
