"""Rows for a spreadsheet: between tabs, a job a line, and nothing in them is a formula."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.core.jobs.status import status_words, why_without_images
from dreamina_desktop.core.paste.lines import KeptLine
from dreamina_desktop.core.text.redaction import without_tokens
from dreamina_desktop.core.text.unescape import without_invisible

REFERENCES = 4
HEADINGS = (
    "number",
    "job ID",
    "status",
    "cause",
    "prompt",
    *(f"reference {slot}" for slot in range(1, REFERENCES + 1)),
    "file",
    "label",
)
_FORMULA = ("=", "+", "-", "@")
_BREAK = re.compile(r"\r\n|[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]")


def row_of(job: Job) -> tuple[str, ...]:
    """The values of HEADINGS."""
    words = status_words(job)
    record = job.record
    failed = record is not None and record.status == "failed"
    references = [image.entry.asset_ref or "" for image in job.images[:REFERENCES]]
    references += [""] * (REFERENCES - len(references))
    file = next((image.file for image in job.images if image.file), None)
    status = record.status if record is not None and record.is_final else words.word
    cause = words.word if failed else job.note or why_without_images(job)
    prompt = record.prompt if record and record.prompt else ""
    return (str(job.number), job.jobid, status, cause, prompt, *references, file or "", job.label)


def unknown_row(line: str, why: str) -> tuple[str, ...]:
    """For a line that has no job here, so that those below stay where they belong."""
    return ("", line, why, *[""] * (len(HEADINGS) - 3))


def row_of_line(line: KeptLine, jobs: Mapping[int, Job]) -> tuple[str, ...]:
    """For a line of a paste; a gap is a row of empty values. `jobs`: by number."""
    job = jobs.get(line.number) if line.number is not None else None
    return row_of(job) if job else unknown_row(line.text, line.why)


def tab_separated(rows: Iterable[Sequence[str]]) -> str:
    """Lines and tabs within a value are spaces. What begins with a quote is quoted: else a
    spreadsheet takes all up to the next quote, other rows too, for one value."""
    return "\n".join("\t".join(_quoted(cell(value)) for value in row) for row in rows)


def cell(text: str) -> str:
    """One value, without a token. A spreadsheet takes what begins like a formula for one, some of
    them also behind what nobody sees, and wide signs (＝): an apostrophe before it makes it a text
    (OWASP, CSV injection)."""
    flat = _BREAK.sub(" ", without_tokens(text))
    return f"'{flat}" if unicodedata.normalize("NFKC", _first(flat)) in _FORMULA else flat


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""')) if _first(text) == '"' else text


def _first(text: str) -> str:
    """The first character that is seen."""
    return without_invisible(text).lstrip()[:1]
