"""A library with its index in a folder, for tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.core.jobs.record import parse_record
from dreamina_desktop.core.jobs.transition import after_record
from dreamina_desktop.core.search.results import Query
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.index.index import JobIndex
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.services.library import Library

ID = "j030214053012345678{:03d}i-u12345-{}-bot:dreamina"
ACCOUNTS = ("US:user@example.com", "US:other@example.com")


class Shelf:
    """A library in a folder, opened as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index_file = folder / "index.sqlite3"

    async def open(self) -> Library:
        self.database = Database(self.folder / "library.sqlite3", MIGRATIONS)
        await self.database.open()
        self.progress = list[tuple[int, int]]()
        self.index = JobIndex(
            self.index_file,
            self.folder / "library.sqlite3",
            self.folder,
            on_progress=lambda *done_of: self.progress.append(done_of),
        )
        await self.index.open()
        self.library = Library(JobRepository(self.database, self.folder), self.index)
        await self.library.load()
        return self.library

    async def close(self) -> None:
        await self.index.aclose()
        await self.database.aclose()

    async def reopened(self) -> Library:
        await self.close()
        return await self.open()

    async def track(self, first: int, count: int) -> Sequence[Job]:
        jobids = [ID.format(n, ACCOUNTS[n % 2]) for n in range(first, first + count)]
        return (await self.library.add(float(first), jobids, {}))[1]

    async def complete(self, job: Job, prompt: str = "", images: int = 1, **fields: Any) -> Job:
        raw = json.dumps(record(job.jobid, prompt, images, **fields)).encode()
        done = parse_record(json.loads(raw))
        return await self.library.change(
            job.number, lambda job: after_record(job, done, "server", 5.0), raw
        )

    def numbers(self, text: str = "", **query: Any) -> list[int]:
        return list(self.library.listing(Query(text=text, **query)).numbers)


def record(jobid: str, prompt: str, images: int, **fields: Any) -> dict[str, Any]:
    return {
        "jobid": jobid,
        "status": "completed",
        "created": "2026-03-02T14:05:30.000Z",
        "updated": "2026-03-02T14:06:30.000Z",
        "request": {"prompt": prompt, "model": fields.pop("model", "seedream-4.0")},
        "response": {
            "images": [
                {"imageUrl": f"https://host/{n}", "assetRef": f"r{n}"} for n in range(images)
            ]
        },
    } | fields
