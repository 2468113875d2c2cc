"""IDs come in: pastes, deadlines, what happened since the last run, when all is done."""
