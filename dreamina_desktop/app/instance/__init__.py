"""One process a data folder: a second start hands its request to the first."""
