"""Jobs as CSV (RFC 4180) for spreadsheets and scripts: a job a line, and nothing in it is a
formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime

from dreamina_desktop.core.export import tables
from dreamina_desktop.core.export.tables import REFERENCES, cell, row_of
from dreamina_desktop.core.jobs.job import ImageState, Job
from dreamina_desktop.core.search.summary import saved_count

BEGIN = "\ufeff"  # before the headings: without it, Excel does not read UTF-8
HEADINGS = (
    *tables.HEADINGS[:5],
    *("model", "ratio", "resolution", "created (UTC)", "updated (UTC)", "seconds"),
    *("images", "saved", "batch"),
    *(f"reference {place}" for place in range(1, REFERENCES + 1)),
    *(f"file {place}" for place in range(1, REFERENCES + 1)),
    "label",
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def csv_headings() -> str:
    """The first line, with what comes before it."""
    return BEGIN + _lines([HEADINGS])


def csv_rows(jobs: Iterable[Job]) -> str:
    """A line each, which ends with CR LF as RFC 4180 has it."""
    return _lines(map(_row, jobs))


def _row(job: Job) -> tuple[str, ...]:
    record = job.record
    *known, _file, label = row_of(job)
    files = [
        image.file if image.file and image.state is ImageState.SAVED else ""
        for image in job.images[:REFERENCES]
    ]
    return (
        *known[:-REFERENCES],
        (record.model or "") if record else "",
        (record.ratio or "") if record else "",
        (record.resolution or "") if record else "",
        _time(record.created) if record else "",
        _time(record.updated) if record else "",
        _seconds(record.duration_s) if record and record.is_final else "",
        str(len(job.images)),
        str(saved_count(job)),
        str(job.batch),
        *known[-REFERENCES:],
        *files,
        *[""] * (REFERENCES - len(files)),
        label,
    )


def _time(time: datetime | None) -> str:
    """As spreadsheets know a time: they take ISO 8601 with T and Z for a text."""
    return f"{time:%Y-%m-%d %H:%M:%S}" if time else ""


def _seconds(seconds: float | None) -> str:
    """Whole ones: where a comma divides decimals, 1.5 is the first of May."""
    return "" if seconds is None else str(round(seconds))


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [_value(each) for each in row] for row in rows
    )
    return text.getvalue()


def _value(text: str) -> str:
    """Line breaks and control characters are spaces. CSV could hold them; but then a job is not a
    line for other tools, and what follows a line break begins a row of its own, as a formula too,
    where a spreadsheet divides by something else than commas. So it does after a semicolon, by
    which Excel divides where a comma divides decimals: what follows is guarded by itself."""
    whole = text.encode(errors="replace").decode()  # halves of characters cannot be written
    flat = _CONTROLS.sub(" ", whole).strip()
    return ";".join(map(cell, flat.split(";")))
