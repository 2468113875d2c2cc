"""Jobs are asked for at the API: which, when, with which token, and what comes of it."""
