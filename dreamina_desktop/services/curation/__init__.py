"""What the user makes of images: marks, collections, references, the trash."""
