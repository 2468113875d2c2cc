"""The window: Qt only. One folder a pane, each with its model, delegate and view."""
