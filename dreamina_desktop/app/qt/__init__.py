"""Qt underneath: the application, its event loop, its display, its garbage."""
