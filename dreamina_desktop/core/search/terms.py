"""What is searched for, and in what: words of any length and script, upper and lower case alike."""

from __future__ import annotations

import re

from dreamina_desktop.core.text.folding import folded

_TERM = re.compile(r'(-?)"([^"]+)"?|(-(?![-\s]))?(\S+)')
MOST_TERMS = 12
_EVERY_ID = re.compile(r"(-bot)?:dreamina$")  # has it at its end (inferred, docs/api.md)


def search_terms(text: str) -> tuple[str, ...]:
    """The words of a search, folded; what stands in quotes is one. All of them must be there."""
    return _terms(text, excluded=False)


def excluded_terms(text: str) -> tuple[str, ...]:
    """The words of a search that must not be there: `-word`, `-"two words"`."""
    return _terms(text, excluded=True)


def _terms(text: str, *, excluded: bool) -> tuple[str, ...]:
    found = (
        without_ending(" ".join((quoted or word).split()))
        for minus, quoted, sign, word in _TERM.findall(folded(text))
        if bool(minus or sign) == excluded
    )
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_TERMS]


def without_ending(jobid: str) -> str:
    """A folded ID without what all IDs have, so that "bot" does not find every job."""
    return _EVERY_ID.sub("", jobid)
