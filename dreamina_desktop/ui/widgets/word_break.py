"""Long words may break: a label cannot be narrower than its longest word."""

from __future__ import annotations

import re

_LONG = re.compile(r"\S{25}(?=\S)")
_MAY_BREAK = "\u200b"  # has no width


def breakable(text: str) -> str:
    """`text` with invisible places to break in words of more than 25 characters."""
    return _LONG.sub(lambda found: found[0] + _MAY_BREAK, text)
