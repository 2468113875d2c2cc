"""The composition root: builds every object, wires them, runs them, shuts them down."""
