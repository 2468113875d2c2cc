"""Everything that the database holds: jobs, pastes, collections, settings, thumbnails."""
