"""A pasted text line by line, so that rows can stand beside the column that it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dreamina_desktop.core.bearer_token import CUT, without_tokens
from dreamina_desktop.core.id_words import shortened
from dreamina_desktop.core.job_id import Finds, find
from dreamina_desktop.core.pasted_records import from_page, record_spans
from dreamina_desktop.core.wrapped_text import plain

LONGEST_COLUMN = 20_000  # lines; more are a log, of which only the IDs are of use
LONGEST_TEXT = 200  # characters of a line without an ID

_BREAK = re.compile(r"\r\n|[\r\n\u2028\u2029]")
# Spreadsheets quote a cell with line breaks in it, and double the quotes in it.
_CELL = re.compile(r'(?<![^\t\r\n])"(?:[^"]++|"")*+"(?![^\t\r\n])')
_MAY_HOLD_ID = re.compile(r"dreamina|[%\\]")  # the latter two: it may be encoded

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


def pasted_lines(text: str, finds: Finds) -> Sequence[PastedLine]:
    """`finds`: what `find` makes of `text`. Its IDs are in these lines in its order, with repeats,
    and no others. A record or a spreadsheet's cell that goes over several lines is one, where it
    begins. Of a text that is no column of IDs only the lines with IDs are kept."""
    wanted = frozenset(finds.jobids)
    lines = _lines(from_page(without_tokens(text)))
    while lines and not lines[-1].strip():
        lines.pop()
    is_long = len(lines) > LONGEST_COLUMN
    if is_long:
        lines = [line for line in lines if _MAY_HOLD_ID.search(line)]
    read = [_read(line, wanted) for line in lines]
    kept = [line for each in read for line in each.lines]
    if is_long or not _is_column(read):
        kept = [line for line in kept if line.jobid]
    # An ID whose wrapping goes over several lines is in none of them.
    found = {line.jobid for line in kept}
    return (*kept, *(PastedLine(jobid) for jobid in finds.jobids if jobid not in found))


def _lines(text: str) -> list[str]:
    """Whatever is one thing is in one line."""
    wholes = [*record_spans(text), *(cell.span() for cell in _CELL.finditer(text))]
    wholes.sort(reverse=True)
    lines: list[str] = []
    start = within = 0
    for mark in _BREAK.finditer(text):
        while wholes and wholes[-1][0] < mark.start():
            within = max(within, wholes.pop()[1])
        if mark.start() >= within:
            lines.append(text[start : mark.start()])
            start = mark.end()
    return [*lines, text[start:]]


def _read(line: str, wanted: frozenset[str]) -> _Read:
    if not line.strip():
        return _Read((PastedLine(),), is_blank=True)
    found = find(line)
    if jobids := [jobid for jobid in found.jobids if jobid in wanted]:
        return _Read(tuple(map(PastedLine, jobids)), aims=True)
    safe = without_tokens(plain(line)) if found.had_token else line
    shown = shortened(" ".join(safe.split()), LONGEST_TEXT)
    text = PastedLine(text=shown, why=_why(found, has_token=CUT in safe))
    return _Read((text,), aims=bool(found.videos or found.hidden))


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
