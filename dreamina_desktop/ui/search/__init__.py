"""The search field, filters, orders and what they say."""
