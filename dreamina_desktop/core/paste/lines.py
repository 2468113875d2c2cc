"""A pasted text line by line, so that rows can stand beside the column that it came from; and a
paste as it was kept.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import TypeVar, overload

from dreamina_desktop.core.paste.find_ids import Finds, find_in_slices, finished
from dreamina_desktop.core.paste.records import from_page, record_spans
from dreamina_desktop.core.paste.scan_words import shortened
from dreamina_desktop.core.paste.text_slices import slices
from dreamina_desktop.core.text.redaction import CUT, without_tokens
from dreamina_desktop.core.text.unescape import plain


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A job by its number; or a text and why it names none; a gap where there is neither."""

    number: int | None = None
    text: str = ""
    why: str = ""

    @property
    def is_gap(self) -> bool:
        """Whether nothing stood there."""
        return self == KeptLine()


@dataclass(frozen=True, slots=True)
class Paste:
    """In the order of the text, with repeats."""

    at: float  # Unix seconds
    lines: Sequence[KeptLine]


T = TypeVar("T")
LONGEST_COLUMN = 20_000  # lines; more are a log, of which only the IDs are of use
MOST_LINES = 500_000  # of such a log
LONGEST_TEXT = 200  # characters of a line without an ID

_LINES_AT_ONCE = 20  # some milliseconds, each of these
_BREAKS_AT_ONCE = 5_000
_CHARACTERS_AT_ONCE = 250_000
_LOOKED_AT = 10_000  # characters of a line, for the first ones that are shown
_BREAK = re.compile(r"\r\n|[\r\n\u2028\u2029]")
# Spreadsheets quote a cell with line breaks in it, and double the quotes in it.
_CELL = re.compile(r'(?<![^\t\r\n])"(?:[^"]++|"")*+"(?![^\t\r\n])')

NO_LABELS: Mapping[str, str] = MappingProxyType({})

A_VIDEO = "a video job (only image jobs are tracked)"
HIDDEN = "its e-mail address is hidden: copy it from your script's output"
NOT_LIKE_ONE = "does not look like a job ID"
TOKEN = "a token was cut out"
NO_ID = "no job ID in it"


@dataclass(frozen=True, slots=True)
class PastedLine:
    """A job ID, or a text without one and why it has none, or a gap: none of these."""

    jobid: str = ""
    text: str = ""  # at most LONGEST_TEXT characters; no token is in it
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """What one line turned out to be; several IDs in it are several lines."""

    lines: tuple[PastedLine, ...]
    is_blank: bool = False
    aims: bool = False  # at an ID, if only at one that cannot be tracked

    @property
    def jobids(self) -> Sequence[str]:
        return [line.jobid for line in self.lines if line.jobid]


class _IdLines(Sequence[PastedLine]):
    """Lines with nothing but IDs, made when they are looked at: hundreds of thousands of objects
    would be looked through for garbage."""

    def __init__(self, jobids: tuple[str, ...]) -> None:
        self._jobids = jobids

    def __len__(self) -> int:
        return len(self._jobids)

    @overload
    def __getitem__(self, place: int) -> PastedLine: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[PastedLine]: ...

    def __getitem__(self, place: int | slice) -> PastedLine | Sequence[PastedLine]:
        if isinstance(place, slice):
            return _IdLines(self._jobids[place])
        return PastedLine(self._jobids[place])


@dataclass(frozen=True, slots=True)
class PastedText:
    """What a text holds, and its lines, as far as they are worth keeping: the IDs of `finds` are
    in them in its order, with repeats, and no others. A record or a spreadsheet's cell that goes
    over several lines is one, where it begins. Of a text that is no column of IDs only the lines
    with IDs are kept, of a very long one only the first of these."""

    finds: Finds
    lines: Sequence[PastedLine]
    labels: Mapping[str, str] = field(default_factory=dict)  # beside IDs, where it is a table


def read_text(text: str) -> PastedText:
    """All that is to be known about a pasted text."""
    return finished(read_in_slices(text))


def read_in_slices(text: str) -> Generator[float, None, PastedText]:
    """The same for a text of any length: each slice takes a moment, and tells how much is done,
    from 0 to 1."""
    found = yield from find_in_slices(text)
    jobids = found.finds.jobids
    page = yield from _from_page(found.safe)
    lines = None
    if len(jobids) <= LONGEST_COLUMN:
        lines = yield from _lines(page.rstrip())
    if lines is None:  # a log, of which only the IDs are of use
        return PastedText(found.finds, _IdLines(tuple(found.order[:MOST_LINES])))
    read = list[_Read]()
    wanted = frozenset(jobids)
    for count, line in enumerate(lines):
        read.append((yield from _read(line, wanted)))
        if not count % _LINES_AT_ONCE:
            yield 1.0
    kept = [line for each in read for line in each.lines]
    if not _is_column(read):
        kept = [line for line in kept if line.jobid]
    # An ID whose wrapping goes over several lines is in none of them.
    here = {line.jobid for line in kept}
    left = (PastedLine(jobid) for jobid in jobids if jobid not in here)
    from dreamina_desktop.core.paste.labels import labels_of  # noqa: PLC0415 (as in find_ids.py)

    labels = yield from labels_of(lines, [each.jobids for each in read])
    return PastedText(found.finds, (*kept, *left), labels)


def _from_page(text: str) -> Generator[float, None, str]:
    """As its lines are read: IDs that were broken over several of them are in one."""
    from dreamina_desktop.core.paste.id_repair import repaired  # noqa: PLC0415 (as in find_ids.py)

    parts = list[str]()
    is_changed = False
    for part in slices(text):
        parts.append(repaired(from_page(part)))
        is_changed |= parts[-1] != part
        yield 1.0
    return "".join(parts) if is_changed else text


def _lines(text: str) -> Generator[float, None, list[str] | None]:
    """Whatever is one thing is in one line. None where they are very many."""
    wholes = list[tuple[int, int]]()
    for count, span in enumerate(chain(record_spans(text), _cells(text))):
        if span is not None:
            wholes.append(span)
        if span is None or not count % _LINES_AT_ONCE:
            yield 1.0
    wholes.sort(reverse=True)
    lines: list[str] = []
    start = within = 0
    for count, mark in enumerate(_breaks(text)):
        if mark is None or not count % _BREAKS_AT_ONCE:
            yield 1.0
        if mark is None:
            continue
        while wholes and wholes[-1][0] < mark.start():
            within = max(within, wholes.pop()[1])
        if mark.start() >= within:
            lines.append(text[start : mark.start()])
            start = mark.end()
        if len(lines) >= LONGEST_COLUMN:
            return None
    return [*lines, text[start:]] if text else []


def _breaks(text: str) -> Iterator[re.Match[str] | None]:
    """Between lines, and None now and then."""
    start = 0
    while start < len(text):
        end = start + _CHARACTERS_AT_ONCE
        end += text[end - 1 : end + 1] == "\r\n"
        yield from _BREAK.finditer(text, start, end)
        yield None
        start = end


def _cells(text: str) -> Iterator[tuple[int, int] | None]:
    """Where a spreadsheet's cells that are in quotes begin and end, and None now and then."""
    place = text.find('"')
    count = 0
    while place >= 0:
        cell = _CELL.match(text, place)
        if cell:
            yield cell.span()
        count += 1
        if not count % _BREAKS_AT_ONCE:
            yield None
        place = text.find('"', cell.end() if cell else place + 1)


def _read(line: str, wanted: frozenset[str]) -> Generator[float, None, _Read]:
    if line in wanted:
        return _Read((PastedLine(line),), aims=True)
    if not line.strip():
        return _Read((PastedLine(),), is_blank=True)
    found = (yield from _without_share(find_in_slices(line))).finds
    if jobids := [jobid for jobid in found.jobids if jobid in wanted]:
        return _Read(tuple(map(PastedLine, jobids)), aims=True)
    safe = line[:_LOOKED_AT]
    if found.had_token:
        safe = without_tokens(plain(safe))
    shown = shortened(" ".join(safe.split()), LONGEST_TEXT)
    text = PastedLine(text=shown, why=_why(found, has_token=CUT in safe))
    return _Read((text,), aims=bool(found.videos or found.hidden))


def _without_share(slices_of_work: Generator[float, None, T]) -> Generator[float, None, T]:
    """Part of a whole that was told already."""
    while True:
        try:
            next(slices_of_work)
        except StopIteration as end:
            result: T = end.value
            return result
        yield 1.0


def _why(found: Finds, *, has_token: bool) -> str:
    """Why there is no ID to be tracked in a line, in words."""
    if found.videos:
        return A_VIDEO
    if found.hidden:
        return HIDDEN
    if found.rejected:
        return f"cannot be an ID ({found.rejected[0].reason})"
    if has_token:
        return TOKEN
    return NOT_LIKE_ONE if found.maybe else NO_ID


def _is_column(read: Iterable[_Read]) -> bool:
    aims = [each.aims for each in read if not each.is_blank]
    return 2 * sum(aims) >= len(aims)
