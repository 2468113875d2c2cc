"""Job IDs and records in any text in which people keep them."""
