"""Find job IDs, whole job records and bearer tokens in any text (docs/api.md, "Identifiers")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dreamina_desktop.core.bearer_token import without_tokens
from dreamina_desktop.core.id_form import (
    MAX_LENGTH,
    JobIdParts,
    is_possible,
    is_video,
    parts,
    why_impossible,
)
from dreamina_desktop.core.id_words import Rejected, id_words, rejected, without_hidden
from dreamina_desktop.core.pasted_records import PastedRecord, pieces
from dreamina_desktop.core.wrapped_text import percent_decoded, plain, without_invisible

__all__ = [
    "MAX_LENGTH",
    "Finds",
    "JobIdParts",
    "Rejected",
    "find",
    "is_possible",
    "parts",
    "without_tokens",
]

_AROUND_A_WORD = " \t\r\n\"'`“”‘’«»„,;<>()[]{}"
_CODE = re.compile(r'["<>{}\[\]]')  # within a word: JSON or HTML, not a word
_ASSET_REF = re.compile(r"-image:w\d+:h\d+")


@dataclass(frozen=True, slots=True)
class Finds:
    """What a text holds. IDs are unique and in the order of the text."""

    jobids: tuple[str, ...] = ()
    records: Mapping[str, bytes] = field(default_factory=dict)  # raw JSON by job ID, a subset
    videos: tuple[str, ...] = ()  # by their type letter (inferred)
    hidden: int = 0  # IDs with "[email protected]" in them
    rejected: tuple[Rejected, ...] = ()
    maybe: str | None = None  # the text is this one word, which does not look like an ID
    had_token: bool = False  # a bearer token was in the text; it is in none of the fields


@dataclass(slots=True)
class _Findings:
    """What was found so far; dicts, because they keep order and know what is in them."""

    ids: dict[str, None] = field(default_factory=dict)
    records: dict[str, PastedRecord] = field(default_factory=dict)
    rejected: dict[str, Rejected] = field(default_factory=dict)
    hidden: int = 0
    had_token: bool = False

    def reject(self, one: Rejected) -> None:
        self.rejected.setdefault(one.text, one)


def find(text: str) -> Finds:
    """Everything in `text`; never raises, linear in its length."""
    safe = without_tokens(text)
    found = _Findings(had_token=safe != text)
    for piece in pieces(safe):
        if isinstance(piece, PastedRecord):
            _take_record(piece, found)
        else:
            _take_words(piece, found)
    maybe = _lone_word(safe, found)
    return Finds(
        jobids=tuple(jobid for jobid in found.ids if not is_video(jobid)),
        records={
            jobid: record.raw
            for jobid, record in found.records.items()
            if record.raw is not None and not is_video(jobid)
        },
        videos=tuple(jobid for jobid in found.ids if is_video(jobid)),
        hidden=found.hidden,
        rejected=tuple(found.rejected.values()),
        maybe=maybe,
        had_token=found.had_token,
    )


def _take_record(record: PastedRecord, found: _Findings) -> None:
    found.ids[record.jobid] = None
    known = found.records.get(record.jobid)
    if record.raw is not None and (known is None or record.is_better_than(known)):
        found.records[record.jobid] = record


def _take_words(text: str, found: _Findings) -> None:
    words = plain(text)
    safe = without_tokens(words)  # what was encoded may have been a token
    found.had_token |= safe != words
    visible, hidden = without_hidden(safe)
    found.hidden += hidden
    for word in id_words(visible):
        if isinstance(word, Rejected):
            found.reject(word)
        else:
            found.ids[word] = None


def _lone_word(text: str, found: _Findings) -> str | None:
    """The text where it is one word that may be sent; one that may not is rejected here."""
    word = percent_decoded(without_invisible(text)).strip(_AROUND_A_WORD)
    word = without_invisible(word)
    if found.hidden or found.had_token or found.records or len(word.split()) != 1:
        return None
    if found.ids:
        return word if word in found.ids and is_video(word) else None
    if "://" in word or _CODE.search(word):
        return None
    if _ASSET_REF.search(word):
        found.reject(rejected(word, "a reference to an image, not a job ID"))
        return None
    if reason := why_impossible(word):
        if not found.rejected:
            found.reject(rejected(word, reason))
        return None
    return None if "…" in word or "..." in word else word
