"""Finding jobs: terms, filters, orders, and the facts that they read."""
