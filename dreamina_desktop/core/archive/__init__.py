"""A library as one file: its format, and what merging two libraries gives."""
