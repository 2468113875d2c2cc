"""What is searched for, and in what: words of any length and script, upper and lower case alike."""

from __future__ import annotations

import re
import unicodedata

_TERM = re.compile(r'"([^"]+)"?|(\S+)')
MOST_TERMS = 12


def folded(text: str) -> str:
    """As it is compared: case, width and compatibility forms do not matter."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\0", " ")


def search_terms(text: str) -> tuple[str, ...]:
    """The words of a search, folded; what stands in quotes is one. All of them must be there."""
    found = (" ".join((quoted or word).split()) for quoted, word in _TERM.findall(folded(text)))
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_TERMS]
