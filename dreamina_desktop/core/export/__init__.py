"""What leaves the library: tables, names of files, contact sheets, metadata."""
