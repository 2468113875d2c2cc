"""Lists of 100,000 rows, and the pictures and jobs that they load as they are scrolled."""
