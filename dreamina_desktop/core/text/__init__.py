"""Texts of any kind: their words, dates and addresses, and what may not leave in them."""
