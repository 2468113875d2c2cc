"""What is searched for, and in what: words of any length and script, upper and lower case alike."""

from __future__ import annotations

import re
import unicodedata

_TERM = re.compile(r'"([^"]+)"?|(\S+)')
MOST_TERMS = 12
_EVERY_ID = re.compile(r"(-bot)?:dreamina$")  # has it at its end (inferred, docs/api.md)


def folded(text: str) -> str:
    """As it is compared: case, width and compatibility forms do not matter."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\0", " ")


def search_terms(text: str) -> tuple[str, ...]:
    """The words of a search, folded; what stands in quotes is one. All of them must be there."""
    found = (
        without_ending(" ".join((quoted or word).split()))
        for quoted, word in _TERM.findall(folded(text))
    )
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_TERMS]


def without_ending(jobid: str) -> str:
    """A folded ID without what all IDs have, so that "bot" does not find every job."""
    return _EVERY_ID.sub("", jobid)
