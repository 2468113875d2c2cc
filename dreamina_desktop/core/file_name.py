"""Names for saved images that a person can read and every system accepts."""

from __future__ import annotations

from datetime import date


def folder(day: date) -> str:
    """`2026-03-02`"""
    raise NotImplementedError


def stem(number: int, index: int, prompt: str | None) -> str:
    """`0214-2 a-stunning-aurora`: job, image from 1, the first words of the prompt; at most 80
    bytes of UTF-8, no reserved name or character of any system, no e-mail address or job ID."""
    raise NotImplementedError
