"""What a person said about an image: picked or rejected, stars, tags and a note."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from dreamina_desktop.core.text.folding import caseless
from dreamina_desktop.core.text.redaction import without_tokens

MOST_STARS = 5
MOST_TAGS = 40
TAG_LENGTH = 60
NOTE_LENGTH = 10_000
# Controls, and what turns the direction of the text around it; a note keeps its lines.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_BUT_LINES = re.compile(_INVISIBLE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
_SURROGATES = re.compile("[\ud800-\udfff]")  # a lone one cannot be written


class Flag(IntEnum):
    """As in Lightroom: P, U and X."""

    REJECTED = -1
    NONE = 0
    PICKED = 1


@dataclass(frozen=True, slots=True)
class Marks:
    """`rating`: 0 (none) to 5 stars; `tags`: each once, in the order of giving."""

    flag: Flag = Flag.NONE
    rating: int = 0
    tags: tuple[str, ...] = ()
    note: str = ""

    def __bool__(self) -> bool:
        return self != NO_MARKS

    def flagged(self, flag: Flag) -> Marks:
        return replace(self, flag=flag)

    def rated(self, rating: int) -> Marks:
        return replace(self, rating=min(max(0, rating), MOST_STARS))

    def tagged(self, tags: Iterable[str]) -> Marks:
        """With these tags beside its own."""
        return replace(self, tags=clean_tags((*self.tags, *tags)))

    def without_tags(self, tags: Iterable[str]) -> Marks:
        gone = {caseless(tag) for tag in tags}
        return replace(self, tags=tuple(tag for tag in self.tags if caseless(tag) not in gone))

    def noted(self, note: str) -> Marks:
        return replace(self, note=clean_note(note))


NO_MARKS = Marks()


def parse_tags(text: str) -> tuple[str, ...]:
    """The tags of a typed line: between commas, semicolons and line ends."""
    return clean_tags(re.split(r"[,;\n，、；]", text[:NOTE_LENGTH]))


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Each once, whatever its case; nothing invisible, nothing endless."""
    kept: dict[str, str] = {}
    for tag in map(_clean_tag, tags):
        if tag and len(kept) < MOST_TAGS:
            kept.setdefault(caseless(tag), tag)
    return tuple(kept.values())


def _clean_tag(tag: str) -> str:
    safe = without_tokens(tag[: 10 * TAG_LENGTH])
    visible = _INVISIBLE.sub(" ", _SURROGATES.sub("", safe))
    return " ".join(visible.split()).lstrip("#")[:TAG_LENGTH].strip()


def clean_note(note: str) -> str:
    """Its lines stay."""
    note = without_tokens(note[: 2 * NOTE_LENGTH]).replace("\r\n", "\n").replace("\r", "\n")
    return _BUT_LINES.sub("", _SURROGATES.sub("", note)).strip()[:NOTE_LENGTH]
