"""Writes jobs, their images and the answers about them into the library's database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw

from dreamina_desktop.core.archive.format import ArchivedJob
from dreamina_desktop.core.jobs.job import Batch, Image, ImageKey, Job, Tracking
from dreamina_desktop.core.jobs.marks import Marks
from dreamina_desktop.core.jobs.transition import first_images
from dreamina_desktop.core.paste.lines import NO_LABELS, Paste, PastedLine
from dreamina_desktop.core.text.dates import utc_time
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.import_jobs import adopt
from dreamina_desktop.library.job_rows import JobRows, facts_beside, mark_values, record_of
from dreamina_desktop.library.pastes import adopt_pastes, keep_paste, paste_of

CHANGES_KEPT = 20_000  # of which the index may have missed some

_SAVE_JOB = """
    UPDATE job SET tracking = ?, removed = ?, record_source = ?, last_asked_at = ?,
        not_found_count = ?, note = ?, label = ? WHERE number = ?
"""
_SAVE_IMAGE = """
    INSERT INTO image (number, idx, state, file, file_width, file_height, size_bytes, sha256, note,
        link, search, died)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number, idx) DO UPDATE SET state = excluded.state, file = excluded.file,
        file_width = excluded.file_width, file_height = excluded.file_height,
        size_bytes = excluded.size_bytes, sha256 = excluded.sha256, note = excluded.note,
        link = excluded.link, search = excluded.search, died = excluded.died
"""
_SAVE_MARK = "INSERT OR REPLACE INTO mark VALUES (?, ?, ?, ?, ?, ?)"
_ADD_JOB = """
    INSERT INTO job (jobid, batch, tracked_at, tracking, removed, raw, facts,
        record_source, not_found_count, note, label) VALUES (?, ?, ?, ?, 0, ?, ?, ?, 0, '', ?)
"""


class JobRepository:
    """Implements services.ports.JobRepository."""

    def __init__(self, database: Database, root: Path) -> None:
        self._database = database
        self._rows = JobRows(root)

    async def add(
        self,
        at: float,
        jobids: Sequence[str],
        records: Mapping[str, bytes],
        lines: Sequence[PastedLine] = (),
        batch: Batch | None = None,
        labels: Mapping[str, str] = NO_LABELS,
    ) -> tuple[Batch, Sequence[Job], int]:
        def work(connection: apsw.Connection) -> tuple[Batch, Sequence[Job], int]:
            grown = _grown(connection, batch, at, len(jobids))
            jobs = [
                self._add(connection, grown, jobid, records.get(jobid), labels.get(jobid))
                for jobid in jobids
            ]
            keep_paste(connection, at, lines)
            return grown, jobs, _stamp(connection, [job.number for job in jobs])

        return await self._database.call(work)

    async def check_place(self) -> None:
        await self._database.check_place()

    async def keep_paste(self, at: float, lines: Sequence[PastedLine]) -> None:
        await self._database.call(lambda connection: keep_paste(connection, at, lines))

    async def adopt_pastes(self, pastes: Sequence[Paste]) -> None:
        await self._database.call(lambda connection: adopt_pastes(connection, pastes))

    async def paste_of(self, number: int) -> Paste | None:
        return await self._database.call(lambda connection: paste_of(connection, number))

    async def adopt(
        self, archived: Sequence[ArchivedJob], *, keeps_up_to: int
    ) -> tuple[Sequence[Batch], Sequence[Job], int]:
        def work(connection: apsw.Connection) -> tuple[Sequence[Batch], Sequence[Job], int]:
            batches, jobs = adopt(connection, archived, keeps_up_to=keeps_up_to)
            images = (image for job in jobs for image in job.images)
            connection.executemany(_SAVE_IMAGE, map(self._rows.image_values, images))
            connection.executemany(
                _SAVE_MARK,
                (
                    mark_values(ImageKey(job.number, index), marks)
                    for job in jobs
                    for index, marks in enumerate(job.marks)
                    if marks
                ),
            )
            return batches, jobs, _stamp(connection, [job.number for job in jobs])

        return await self._database.call(work)

    async def save_jobs(self, jobs: Iterable[Job], raw: Mapping[int, bytes] | None = None) -> int:
        jobs = tuple(jobs)

        def work(connection: apsw.Connection) -> int:
            connection.executemany(_SAVE_JOB, map(_job_values, jobs))
            connection.executemany(
                _SAVE_IMAGE,
                (self._rows.image_values(image) for job in jobs for image in job.images),
            )
            for job in jobs:
                if raw and job.number in raw:
                    _save_raw(connection, job, raw[job.number])
            return _stamp(connection, [job.number for job in jobs])

        return await self._database.call(work)

    async def save_images(self, images: Iterable[Image]) -> int:
        images = tuple(images)

        def work(connection: apsw.Connection) -> int:
            connection.executemany(_SAVE_IMAGE, map(self._rows.image_values, images))
            return _stamp(connection, {image.key.number for image in images})

        return await self._database.call(work)

    async def save_marks(self, marks: Mapping[ImageKey, Marks]) -> int:
        rows = [mark_values(key, each) for key, each in marks.items()]

        def work(connection: apsw.Connection) -> int:
            connection.executemany(_SAVE_MARK, rows)
            return _stamp(connection, {key.number for key in marks})

        return await self._database.call(work)

    async def raw_record(self, number: int) -> bytes | None:
        def work(connection: apsw.Connection) -> bytes | None:
            rows = list(connection.execute("SELECT raw FROM job WHERE number = ?", (number,)))
            return rows[0][0] if rows else None

        return await self._database.call(work)

    def _add(
        self,
        connection: apsw.Connection,
        batch: Batch,
        jobid: str,
        raw: bytes | None,
        label: str | None,
    ) -> Job:
        record = record_of(raw, None, jobid, utc_time(batch.at))
        tracking = Tracking.DONE if record and record.is_final else Tracking.POLLING
        source = "paste" if record else ""
        facts = facts_beside(raw, record) if raw else None
        kept = raw if record else None
        values = (jobid, batch.id, batch.at, tracking.value, kept, facts, source, label)
        connection.execute(_ADD_JOB, values)
        number = connection.last_insert_rowid()
        images = first_images(number, record) if record else ()
        connection.executemany(_SAVE_IMAGE, map(self._rows.image_values, images))
        return Job(
            number=number,
            jobid=jobid,
            batch=batch.id,
            tracked_at=batch.at,
            tracking=tracking,
            record=record,
            record_source=source,
            images=images,
            given_label=label,
        )


def _grown(connection: apsw.Connection, batch: Batch | None, at: float, more: int) -> Batch:
    """A new batch, or this one, with so many more jobs."""
    if batch is None:
        connection.execute("INSERT INTO batch (at, count) VALUES (?, ?)", (at, more))
        return Batch(connection.last_insert_rowid(), at, more)
    connection.execute("UPDATE batch SET count = count + ? WHERE id = ?", (more, batch.id))
    return replace(batch, count=batch.count + more)


def _stamp(connection: apsw.Connection, numbers: Iterable[int]) -> int:
    """Note, in the same transaction, that these jobs changed; the last change's number."""
    note = "INSERT INTO change (number) VALUES (?)"
    connection.executemany(note, ((number,) for number in numbers))
    stamp = connection.last_insert_rowid()
    connection.execute("DELETE FROM change WHERE stamp <= ?", (stamp - CHANGES_KEPT,))
    return stamp


def _job_values(job: Job) -> tuple[Any, ...]:
    return (
        job.tracking.value,
        job.removed,
        job.record_source,
        job.last_asked_at,
        job.not_found_count,
        job.note,
        job.given_label,
        job.number,
    )


def _save_raw(connection: apsw.Connection, job: Job, raw: bytes) -> None:
    facts = facts_beside(raw, job.record)
    connection.execute(
        "UPDATE job SET raw = ?, facts = ? WHERE number = ?", (raw, facts, job.number)
    )
    connection.execute(
        "INSERT INTO answer (number, at, raw) VALUES (?, ?, ?)",
        (job.number, job.last_asked_at or 0.0, raw),
    )
