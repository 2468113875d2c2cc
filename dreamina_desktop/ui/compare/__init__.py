"""Several images side by side, with what was asked for differently."""
