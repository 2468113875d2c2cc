"""The viewer: one image large, over the whole window."""
