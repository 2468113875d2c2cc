"""What was asked for, and the next request: models, prompts, snippets."""
