"""What goes to the clipboard: images, rows, IDs, references."""
