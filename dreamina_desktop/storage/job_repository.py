"""Jobs, their images and the answers about them, in the library's database."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw
import msgspec

from dreamina_desktop.core.job import Batch, Image, ImageKey, ImageState, Job, Search, Tracking
from dreamina_desktop.core.record import ImageEntry, JobRecord, parse_record, read_json
from dreamina_desktop.core.transition import first_images
from dreamina_desktop.storage.database import Database

_SAVE_JOB = """
    UPDATE job SET tracking = ?, removed = ?, record_source = ?, last_asked_at = ?,
        not_found_count = ?, note = ? WHERE number = ?
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
_ADD_JOB = """
    INSERT INTO job (jobid, batch, tracked_at, tracking, removed, raw, record_source,
        not_found_count, note) VALUES (?, ?, ?, ?, 0, ?, ?, 0, '')
"""


class JobRepository:
    """Implements services.ports.JobRepository. Files below the data folder are kept relative
    to it, so that the folder can be moved."""

    def __init__(self, database: Database, root: Path) -> None:
        self._database = database
        self._root = root

    async def load(self) -> tuple[Sequence[Job], Sequence[Batch]]:
        return await self._database.call(self._load)

    async def add(
        self, at: float, jobids: Sequence[str], records: Mapping[str, bytes]
    ) -> tuple[Batch, Sequence[Job]]:
        def work(connection: apsw.Connection) -> tuple[Batch, Sequence[Job]]:
            connection.execute("INSERT INTO batch (at, count) VALUES (?, ?)", (at, len(jobids)))
            batch = Batch(connection.last_insert_rowid(), at, len(jobids))
            return batch, [
                self._add(connection, batch, jobid, records.get(jobid)) for jobid in jobids
            ]

        return await self._database.call(work)

    async def save_jobs(self, jobs: Iterable[Job], raw: Mapping[int, bytes] | None = None) -> None:
        jobs = tuple(jobs)

        def work(connection: apsw.Connection) -> None:
            connection.executemany(_SAVE_JOB, map(_job_values, jobs))
            connection.executemany(
                _SAVE_IMAGE, (self._image_values(image) for job in jobs for image in job.images)
            )
            for job in jobs:
                if raw and job.number in raw:
                    _save_raw(connection, job, raw[job.number])

        await self._database.call(work)

    async def save_images(self, images: Iterable[Image]) -> None:
        values = [self._image_values(image) for image in images]
        await self._database.call(lambda c: c.executemany(_SAVE_IMAGE, values))

    async def raw_record(self, number: int) -> bytes | None:
        def work(connection: apsw.Connection) -> bytes | None:
            rows = list(connection.execute("SELECT raw FROM job WHERE number = ?", (number,)))
            return rows[0][0] if rows else None

        return await self._database.call(work)

    def _add(self, connection: apsw.Connection, batch: Batch, jobid: str, raw: bytes | None) -> Job:
        record = _record(raw)
        tracking = Tracking.DONE if record and record.is_final else Tracking.POLLING
        source = "paste" if record else ""
        values = (jobid, batch.id, batch.at, tracking.value, raw if record else None, source)
        connection.execute(_ADD_JOB, values)
        number = connection.last_insert_rowid()
        images = first_images(number, record) if record else ()
        connection.executemany(_SAVE_IMAGE, map(self._image_values, images))
        return Job(
            number=number,
            jobid=jobid,
            batch=batch.id,
            tracked_at=batch.at,
            tracking=tracking,
            record=record,
            record_source=source,
            images=images,
        )

    def _load(self, connection: apsw.Connection) -> tuple[Sequence[Job], Sequence[Batch]]:
        batches = [Batch(*row) for row in connection.execute("SELECT id, at, count FROM batch")]
        images = self._load_images(connection)
        jobs = [
            self._job(row, images.get(row[0], {}))
            for row in connection.execute(
                "SELECT number, jobid, batch, tracked_at, tracking, removed, raw, record_source, "
                "last_asked_at, not_found_count, note FROM job ORDER BY number"
            )
        ]
        return jobs, batches

    def _load_images(self, connection: apsw.Connection) -> dict[int, dict[int, tuple[Any, ...]]]:
        images: dict[int, dict[int, tuple[Any, ...]]] = {}
        for number, index, *values in connection.execute(
            "SELECT number, idx, state, file, file_width, file_height, size_bytes, sha256, note, "
            "link, search, died FROM image"
        ):
            images.setdefault(number, {})[index] = tuple(values)
        return images

    def _job(self, row: Sequence[Any], images: Mapping[int, tuple[Any, ...]]) -> Job:
        number, jobid, batch, tracked_at, tracking, removed, raw, *rest = row
        record_source, last_asked_at, not_found_count, note = rest
        record = _record(raw)
        return Job(
            number=number,
            jobid=jobid,
            batch=batch,
            tracked_at=tracked_at,
            tracking=Tracking(tracking),
            removed=bool(removed),
            record=record,
            record_source=record_source,
            last_asked_at=last_asked_at,
            not_found_count=not_found_count,
            note=note,
            images=tuple(self._images(number, record, images)),
        )

    def _images(
        self, number: int, record: JobRecord | None, images: Mapping[int, tuple[Any, ...]]
    ) -> Iterator[Image]:
        """One for each entry of the record, and for each row that outlived its entry."""
        entries = record.images if record else ()
        for index in range(max(len(entries), max(images, default=-1) + 1)):
            entry = entries[index] if index < len(entries) else ImageEntry(index)
            image = Image(ImageKey(number, index), entry)
            yield self._with_values(image, images[index]) if index in images else image

    def _with_values(self, image: Image, values: tuple[Any, ...]) -> Image:
        state, file, width, height, size_bytes, sha256, note, link, search, died = values
        return Image(
            key=image.key,
            entry=image.entry,
            state=ImageState(state),
            file=os.fspath(self._root / file) if file else None,
            file_width=width,
            file_height=height,
            size_bytes=size_bytes,
            sha256=sha256,
            note=note,
            link=link,
            search=Search(search) if search in set(Search) else Search.NONE,
            died=died,
        )

    def _image_values(self, image: Image) -> tuple[Any, ...]:
        return (
            image.key.number,
            image.key.index,
            image.state.value,
            self._relative(image.file),
            image.file_width,
            image.file_height,
            image.size_bytes,
            image.sha256,
            image.note,
            image.link,
            image.search.value,
            image.died,
        )

    def _relative(self, file: str | None) -> str | None:
        if file is None:
            return None
        path = Path(file)
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else file


def _job_values(job: Job) -> tuple[Any, ...]:
    return (
        job.tracking.value,
        job.removed,
        job.record_source,
        job.last_asked_at,
        job.not_found_count,
        job.note,
        job.number,
    )


def _save_raw(connection: apsw.Connection, job: Job, raw: bytes) -> None:
    connection.execute("UPDATE job SET raw = ? WHERE number = ?", (raw, job.number))
    connection.execute(
        "INSERT INTO answer (number, at, raw) VALUES (?, ?, ?)",
        (job.number, job.last_asked_at or 0.0, raw),
    )


def _record(raw: bytes | None) -> JobRecord | None:
    """A record that cannot be read does not stop the others."""
    if raw is None:
        return None
    try:
        return parse_record(_decoded(raw))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _decoded(raw: bytes) -> Any:
    """Fast; what it refuses, the tolerant reader may take. Raises ValueError."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return read_json(raw)
