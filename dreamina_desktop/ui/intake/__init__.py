"""What is pasted, typed and dropped comes in."""
