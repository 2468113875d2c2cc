"""One run of the program: tasks, messages, undo, preferences."""
