"""Rows of the library's database as jobs, and back. Files below the data folder are kept relative
to it, so that the folder can be moved.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw
import msgspec

from dreamina_desktop.core.export.file_name import is_text, path_as_text, text_as_path
from dreamina_desktop.core.jobs.found_images import MOST_IMAGES
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Search, Tracking
from dreamina_desktop.core.jobs.marks import Flag, Marks
from dreamina_desktop.core.jobs.record import (
    ImageEntry,
    JobRecord,
    is_record,
    parse_record,
    record_about,
)
from dreamina_desktop.core.jobs.transition import as_json
from dreamina_desktop.core.text.dates import utc_time
from dreamina_desktop.core.text.tolerant_json import read_json

LONG_BYTES = 64_000  # of a raw record: more is not read at each start

_JOBS = """
    SELECT number, jobid, batch, tracked_at, tracking, removed, raw, facts, record_source,
        last_asked_at, not_found_count, note, label FROM job
    WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number
"""
_MARKS = """
    SELECT number, idx, flag, rating, tags, note FROM mark
    WHERE number IN (SELECT value FROM json_each(?)) AND idx < ? ORDER BY number, idx
"""
_IMAGES = """
    SELECT number, idx, state, file, file_width, file_height, size_bytes, sha256, note, link,
        search, died FROM image WHERE number IN (SELECT value FROM json_each(?)) AND idx < ?
"""


@dataclass(frozen=True, slots=True)
class JobRows:
    """`root`: the data folder."""

    root: Path

    def read(self, connection: apsw.Connection, numbers: Iterable[int]) -> list[Job]:
        """Those that are there, by number, with their images."""
        asked = msgspec.json.encode(list(numbers)).decode()
        images: dict[int, dict[int, tuple[Any, ...]]] = {}
        for number, index, *values in connection.execute(_IMAGES, (asked, MOST_IMAGES)):
            images.setdefault(number, {})[index] = tuple(values)
        jobs = {
            row[0]: self._job(row, images.get(row[0], {}))
            for row in connection.execute(_JOBS, (asked,))
        }
        for number, index, *values in connection.execute(_MARKS, (asked, MOST_IMAGES)):
            if number in jobs:
                jobs[number] = jobs[number].with_marks(index, _marks(*values))
        return list(jobs.values())

    def image_values(self, image: Image) -> tuple[Any, ...]:
        """In the order of the table's columns."""
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

    def absolute(self, file: str) -> str:
        """A kept path as the rest of the program knows it."""
        return os.path.join(self.root, text_as_path(file))

    def _job(self, row: Sequence[Any], images: Mapping[int, tuple[Any, ...]]) -> Job:
        number, jobid, batch, tracked_at, tracking, removed, raw, facts, *rest = row
        record_source, last_asked_at, not_found_count, note, label = rest
        record = record_of(raw, facts, jobid, utc_time(tracked_at))
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
            given_label=label,
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
            file=self.absolute(file) if file else None,
            file_width=width,
            file_height=height,
            size_bytes=size_bytes,
            sha256=sha256,
            note=note,
            link=link,
            search=Search(search) if search in set(Search) else Search.NONE,
            died=died,
        )

    def _relative(self, file: str | None) -> str | None:
        if file is None:
            return None
        path = Path(file)
        if not path.is_relative_to(self.root):
            return path_as_text(file)
        relative = path.relative_to(self.root).as_posix()
        return relative if is_text(relative) else path_as_text(file)


def mark_values(key: ImageKey, marks: Marks) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    tags = msgspec.json.encode(marks.tags).decode()
    return (key.number, key.index, marks.flag.value, marks.rating, tags, marks.note)


def _marks(flag: int, rating: int, tags: str, note: str) -> Marks:
    try:
        read = msgspec.json.decode(tags, type=tuple[str, ...])
    except msgspec.DecodeError:
        read = ()
    return Marks(Flag(flag), rating, read, note)


def record_of(
    raw: bytes | None,
    facts: str | None = None,
    jobid: str = "",
    seen: datetime | None = None,
) -> JobRecord | None:
    """What is known of a job: the `facts` beside its record, where that does not say all; else
    what its record says. `seen`: when it was here. One that cannot be read does not stop others."""
    if facts is not None and (record := _record_of(facts.encode(), jobid, seen)) is not None:
        return record
    return None if raw is None else _record_of(raw, jobid, seen)


def facts_beside(raw: bytes, record: JobRecord | None) -> str | None:
    """What is kept beside a raw record: nothing where that says all, in the documented form that
    every version knows, and is read at once."""
    if record is None:
        return None
    if len(raw) < LONG_BYTES and not record.elsewhere and record_of(raw) == record:
        return None
    return msgspec.json.encode(as_json(record)).decode()


def _record_of(raw: bytes, jobid: str, seen: datetime | None) -> JobRecord | None:
    try:
        value = _decoded(raw)
        return parse_record(value if is_record(value) else record_about(value, jobid) or {}, seen)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _decoded(raw: bytes) -> Any:
    """Fast; what it refuses, the tolerant reader may take. Raises ValueError."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return read_json(raw)
