"""The command line: its options, its streams, and what it answers."""
