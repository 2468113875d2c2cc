"""The parts of the main window that are not panes."""
