"""Stars, picks, tags and notes, given by key or in place."""
