"""How many of something, in words."""

from __future__ import annotations


def counted(number: int, word: str) -> str:
    """`1 image`, `1,812 images`"""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
