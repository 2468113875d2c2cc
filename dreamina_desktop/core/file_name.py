"""Names for saved images that a person can read and every system accepts."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

MAX_BYTES = 80
_NO_NAME = re.compile(r"\S*@\S*|\S*:dreamina\S*|https?:\S*")


def folder(day: date) -> str:
    """`2026-03-02`"""
    return day.isoformat()


def stem(number: int, index: int, prompt: str | None) -> str:
    """`0214-2 a-stunning-aurora`: job, image from 1, the first words of the prompt; at most 80
    bytes of UTF-8, no reserved name or character of any system, no e-mail address or job ID."""
    name = f"{number:04d}-{index + 1}"
    for word in _words(prompt or ""):
        longer = f"{name}{'-' if ' ' in name else ' '}{word}"
        if len(longer.encode()) > MAX_BYTES or longer.count("-") > 7:
            break
        name = longer
    return name


def _words(prompt: str) -> list[str]:
    """Letters and digits of every script; a single long word (Chinese) is cut."""
    plain = unicodedata.normalize("NFC", _NO_NAME.sub(" ", prompt[:600])).lower()
    return [_cut(word) for word in re.findall(r"[^\W_]+", plain)]


def _cut(word: str, limit: int = 48) -> str:
    return word.encode()[:limit].decode(errors="ignore")
