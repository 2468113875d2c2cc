"""Small widgets, layouts and actions that more than one pane has."""
