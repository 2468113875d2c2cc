"""The only package that writes to disk: database, image files, thumbnails, settings, keyring."""
