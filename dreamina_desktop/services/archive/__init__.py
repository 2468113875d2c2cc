"""Save the whole library as one file, and merge such a file."""
