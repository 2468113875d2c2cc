"""The disk beside the database: images, parts, exports, and where everything is kept."""
