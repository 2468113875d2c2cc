"""Find job IDs, whole job records and bearer tokens in any text (docs/api.md, "Identifiers")."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from dreamina_desktop.core.jobs.job_id import (
    MAX_LENGTH,
    JobIdParts,
    is_possible,
    is_video,
    parts,
    why_impossible,
)
from dreamina_desktop.core.paste.records import PastedRecord, pieces
from dreamina_desktop.core.paste.scan_words import (
    Rejected,
    id_words,
    lone_ids,
    rejected,
    without_hidden,
)
from dreamina_desktop.core.paste.text_slices import slices
from dreamina_desktop.core.text.redaction import without_tokens
from dreamina_desktop.core.text.unescape import percent_decoded, plain, without_invisible

__all__ = [
    "MAX_LENGTH",
    "Finds",
    "JobIdParts",
    "Rejected",
    "TextFinds",
    "find",
    "find_in_slices",
    "finished",
    "is_possible",
    "parts",
    "without_tokens",
]

T = TypeVar("T")
MOST_REJECTED = 10_000  # words that are named
LARGE = 100_000  # characters: a word of more is no ID, whatever it is wrapped in
_VISIBLE = re.compile(r"\S")
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


@dataclass(frozen=True, slots=True)
class TextFinds:
    """What a text holds, and the text."""

    finds: Finds
    order: Sequence[str]  # its IDs, each as often as it stands there; within a line once
    safe: str  # the text without its tokens


@dataclass(slots=True)
class _Findings:
    """What was found so far. What is known of a million IDs is spread over several sets: one that
    large takes long, at once, whenever it grows."""

    ids: list[str] = field(default_factory=list)
    known: tuple[set[str], ...] = field(default_factory=lambda: tuple(set() for _ in range(64)))
    videos: dict[str, None] = field(default_factory=dict)
    records: dict[str, PastedRecord] = field(default_factory=dict)
    rejected: dict[str, Rejected] = field(default_factory=dict)
    hidden: int = 0
    had_token: bool = False
    order: list[str] = field(default_factory=list)
    in_line: set[str] = field(default_factory=set)
    is_line_over: bool = True

    def reject(self, one: Rejected) -> None:
        if len(self.rejected) < MOST_REJECTED:
            self.rejected.setdefault(one.text, one)

    def take(self, jobid: str, *, in_new_line: bool = False) -> None:
        if in_new_line or self.is_line_over:
            self.in_line.clear()
        self.is_line_over = False
        if is_video(jobid):
            self.videos[jobid] = None
            return
        known = self.known[hash(jobid) % len(self.known)]
        if jobid not in known:
            known.add(jobid)
            self.ids.append(jobid)
        if jobid not in self.in_line:
            self.in_line.add(jobid)
            self.order.append(jobid)


def find(text: str) -> Finds:
    """Everything in `text`; never raises, linear in its length."""
    return finished(find_in_slices(text)).finds


def finished(slices_of_work: Generator[float, None, T]) -> T:
    """All slices at once; what came of them."""
    while True:
        try:
            next(slices_of_work)
        except StopIteration as end:
            result: T = end.value
            return result


def find_in_slices(text: str) -> Generator[float, None, TextFinds]:
    """The same for a text of any length: each slice takes a moment, and tells how much is done,
    from 0 to 1."""
    found = _Findings()
    safe = yield from _without_tokens(text, found)
    done, whole = len(text), 2 * len(text) + 1
    for piece in pieces(safe):
        if isinstance(piece, PastedRecord):
            _take_record(piece, found)
            done += len(piece.raw or b"")
            yield min(done / whole, 1.0)
            continue
        if not piece:
            yield min(done / whole, 1.0)
        for part in slices(piece):
            _take_words(part, found)
            done += len(part)
            yield min(done / whole, 1.0)
    has_more = _VISIBLE.search(safe, LARGE) is not None
    maybe = None if has_more else _lone_word(safe[:LARGE], found)
    finds = Finds(
        jobids=tuple(found.ids),
        records={
            jobid: record.raw
            for jobid, record in found.records.items()
            if record.raw is not None and not is_video(jobid)
        },
        videos=tuple(found.videos),
        hidden=found.hidden,
        rejected=tuple(found.rejected.values()),
        maybe=maybe,
        had_token=found.had_token,
    )
    return TextFinds(finds, found.order, safe)


def _without_tokens(text: str, found: _Findings) -> Generator[float, None, str]:
    safe: list[str] = []
    done, whole = 0, 2 * len(text) + 1
    for part in slices(text):
        safe.append(part if lone_ids(part) is not None else without_tokens(part))
        found.had_token |= safe[-1] != part
        done += len(part)
        yield done / whole
    return "".join(safe) if found.had_token else text


def _take_record(record: PastedRecord, found: _Findings) -> None:
    found.take(record.jobid)
    known = found.records.get(record.jobid)
    if record.raw is not None and (known is None or record.is_better_than(known)):
        found.records[record.jobid] = record


def _take_words(text: str, found: _Findings) -> None:
    if (ids := lone_ids(text)) is not None:
        for jobid in ids:
            found.take(jobid, in_new_line=True)
        found.is_line_over = text.endswith("\n")
        return
    # A start whose first frame needs none of its patterns compiles none.
    from dreamina_desktop.core.paste.id_repair import read_signs, repaired  # noqa: PLC0415

    words = repaired(read_signs(plain(text)))
    safe = without_tokens(words)  # what was encoded may have been a token
    found.had_token |= safe != words
    visible, hidden = without_hidden(safe)
    found.hidden += hidden
    last = 0
    for place, word in id_words(visible):
        if isinstance(word, Rejected):
            found.reject(word)
            continue
        found.take(word, in_new_line=visible.find("\n", last, place) >= 0)
        last = place
    found.is_line_over |= visible.find("\n", last) >= 0


def _lone_word(text: str, found: _Findings) -> str | None:
    """The text where it is one word that may be sent; one that may not is rejected here."""
    word = percent_decoded(without_invisible(text)).strip(_AROUND_A_WORD)
    word = without_invisible(word)
    if found.hidden or found.had_token or found.records or len(word.split()) != 1:
        return None
    if found.ids or found.videos:
        return word if word in found.videos else None
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
