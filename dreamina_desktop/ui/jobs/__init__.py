"""The list of tracked jobs."""
