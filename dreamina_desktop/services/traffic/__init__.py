"""How often the API and the image hosts may be asked, and what their failures mean."""
