"""Jobs as JSON or CSV, in pieces: a hundred thousand of them are never in memory at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from dreamina_desktop.core.export.csv_table import csv_headings, csv_rows
from dreamina_desktop.core.export.request import JobsForm
from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.services.export.job_json import job_json
from dreamina_desktop.services.library import Library

AT_ONCE = 200  # jobs in a piece


def jobs_as(
    form: JobsForm, library: Library, numbers: Sequence[int] | None = None
) -> AsyncIterator[bytes]:
    """A file of UTF-8 from its beginning to its end, with the window's turn between its pieces.
    `numbers`: these jobs in this order, as far as they are shown; None: all, in the order of
    tracking. Raises DatabaseError where the library cannot be read."""
    return (_json if form is JobsForm.JSON else _csv)(_slices(library, numbers), library)


async def _json(slices: AsyncIterator[Sequence[Job]], library: Library) -> AsyncIterator[bytes]:
    between = b"[\n"
    async for jobs in slices:
        rows = [job_json(job, await library.raw_record(job.number)) for job in jobs]
        yield between + b",\n".join(rows)
        between = b",\n"
    yield b"[]\n" if between == b"[\n" else b"\n]\n"


async def _csv(slices: AsyncIterator[Sequence[Job]], _library: Library) -> AsyncIterator[bytes]:
    yield csv_headings().encode()
    async for jobs in slices:
        yield csv_rows(jobs).encode()


async def _slices(library: Library, numbers: Sequence[int] | None) -> AsyncIterator[Sequence[Job]]:
    """None of them is empty."""
    jobs = list[Job]()
    async for job in library.shown() if numbers is None else _of(library, numbers):
        jobs.append(job)
        if len(jobs) == AT_ONCE:
            yield jobs
            jobs = []
    if jobs:
        yield jobs


async def _of(library: Library, numbers: Sequence[int]) -> AsyncIterator[Job]:
    for start in range(0, len(numbers), AT_ONCE):
        for job in await library.fetch(numbers[start : start + AT_ONCE]):
            if not job.removed:
                yield job
