"""Rows for a spreadsheet: between tabs, a job a line, and nothing in them is a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dreamina_desktop.core.job import Job
from dreamina_desktop.core.status_words import status_words

REFERENCES = 4
HEADINGS = (
    "number",
    "job ID",
    "status",
    "cause",
    "prompt",
    *(f"reference {slot}" for slot in range(1, REFERENCES + 1)),
    "file",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def row_of(job: Job) -> tuple[str, ...]:
    """The values of HEADINGS."""
    words = status_words(job)
    record = job.record
    failed = record is not None and record.status == "failed"
    references = [image.entry.asset_ref or "" for image in job.images[:REFERENCES]]
    references += [""] * (REFERENCES - len(references))
    file = next((image.file for image in job.images if image.file), None)
    status = record.status if failed and record is not None else words.word
    cause = (words.word if failed else job.note) or ""
    prompt = record.prompt if record and record.prompt else ""
    return (str(job.number), job.jobid, status, cause, prompt, *references, file or "")


def unknown_row(line: str, why: str) -> tuple[str, ...]:
    """For a line that has no job here, so that those below stay where they belong."""
    return ("", line, why, *[""] * (len(HEADINGS) - 3))


def tab_separated(rows: Iterable[Sequence[str]]) -> str:
    """Lines and tabs within a value are spaces."""
    return "\n".join("\t".join(map(cell, row)) for row in rows)


def cell(text: str) -> str:
    """One value. A spreadsheet takes what begins like a formula for one: an apostrophe before it
    makes it a text (OWASP, CSV injection)."""
    flat = " ".join(text.split("\n")).replace("\t", " ").replace("\r", " ")
    return f"'{flat}" if flat.startswith(_FORMULA) else flat
