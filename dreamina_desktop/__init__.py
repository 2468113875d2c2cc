"""Dreamina Desktop: the place where Dreamina job IDs go."""

__version__ = "0.1.0"
