"""Look into a data folder without changing it: the database on a copy, the files as they lie."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw
from pictures import decodes, sha256

from dreamina_desktop.core.jobs.job import Image, ImageState, Job
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.job_rows import JobRows
from dreamina_desktop.library.schema import MIGRATIONS

DATABASE = "library.sqlite3"


@dataclass(frozen=True)
class Shelf:
    """What a data folder holds. `damage`: why its database is none, "" when it is whole."""

    jobs: Sequence[Job]
    damage: str

    @property
    def jobids(self) -> set[str]:
        return {job.jobid for job in self.jobs}


def look_into(data: Path, scratch: Path) -> Shelf:
    """With the program's own storage, after SQLite's own check."""
    copy = scratch / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for file in data.glob(f"{DATABASE}*"):
        shutil.copy(file, copy / file.name)
    file = copy / DATABASE
    if not file.exists():
        return Shelf((), "")
    try:
        if damage := _check(file):
            return Shelf((), damage)
        return Shelf(asyncio.run(_load(file, data)), "")
    except (OSError, apsw.Error) as error:
        return Shelf((), str(error))


def bad_files(job: Job, hashes: Sequence[str]) -> Iterator[str]:
    """What is wrong with the files of images that are shown as saved; `hashes`: of the truth."""
    for image in job.images:
        if image.state is ImageState.SAVED and (words := _why_bad(image, hashes)):
            yield f"image {image.key} {words}"


def _why_bad(image: Image, hashes: Sequence[str]) -> str:
    file = Path(image.file or "")
    if not file.is_file():
        return "has no file"
    data = file.read_bytes()
    if sha256(data) != image.sha256:
        return "has a file of other bytes"
    if image.sha256 != hashes[image.key.index]:
        return "is another picture"
    return "" if decodes(data) else "cannot be decoded"


def _check(file: Path) -> str:
    connection = apsw.Connection(str(file))
    try:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    finally:
        connection.close()
    return "" if found == ["ok"] else "; ".join(map(str, found))[:300]


def _numbers(connection: apsw.Connection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT number FROM job")]


async def _load(file: Path, root: Path) -> Sequence[Job]:
    database = Database(file, MIGRATIONS)
    await database.open()
    try:
        return await database.call(lambda c: JobRows(root).read(c, _numbers(c)))
    finally:
        await database.aclose()
