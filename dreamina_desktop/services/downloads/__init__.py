"""Images are saved before their links die, and looked for when they are gone."""
