"""Images and jobs leave the library as copies, tables and sheets, and come back."""
