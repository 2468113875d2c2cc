"""Sizes in words a person uses."""

from __future__ import annotations


def size_words(size_bytes: int) -> str:
    """Decimal units: "712 MB", "3.2 GB", "40 GB"."""
    if size_bytes < 1_000_000_000:
        return f"{size_bytes / 1e6:,.0f} MB"
    gigabytes = size_bytes / 1e9
    return f"{gigabytes:,.1f} GB" if gigabytes < 10 else f"{gigabytes:,.0f} GB"
