"""Images leave the library: what, for whom, under which names, and where to."""
