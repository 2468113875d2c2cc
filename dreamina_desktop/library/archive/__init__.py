"""A library as one file, written, read back and merged into the one here."""
