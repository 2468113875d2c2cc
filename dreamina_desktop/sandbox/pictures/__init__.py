"""Pictures drawn from a prompt with Pillow: the same prompt and index give the same picture."""
