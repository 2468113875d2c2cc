"""The gallery: every image of the shown jobs as a tile."""
