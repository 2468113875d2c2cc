"""This desktop: its keyring, its login, its other programs, its trash."""
