"""A damaged library: noticed, set aside, and as much of it read as can be."""
