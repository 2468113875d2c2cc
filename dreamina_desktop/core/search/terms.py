"""What is searched for, and in what: words of any length and script, upper and lower case alike,
and the numbers of images in what people write: "we like 14-2 and 27-1".
"""

from __future__ import annotations

import re
import unicodedata

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.text.folding import folded

MOST = 2_000
# Scripts that are written without blanks between words.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = rf"[^\W{_UNSPACED}]"
# No part of a date, a range of words or a longer number.
_NUMBER = re.compile(
    rf"(?<!{_WORD})(?<![./:-])#?0*([1-9]\d{{0,8}})\s?[-\u2010-\u2015\u2212\u30fc]\s?0?([1-9]\d?)"
    rf"(?!{_WORD})(?![/:-])"
)


def image_numbers(text: str) -> tuple[ImageKey, ...]:
    """In the order of the text, each once."""
    read = unicodedata.normalize("NFKC", text[:100_000])  # full-width digits and dashes
    found = (ImageKey(int(job), int(image) - 1) for job, image in _NUMBER.findall(read))
    return tuple(dict.fromkeys(found))[:MOST]


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
