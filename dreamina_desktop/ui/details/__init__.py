"""One job, or several, in full."""
