"""A library without a database: what its jobs become is kept by the library alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dreamina_desktop.core.jobs.job import Image, Job
from dreamina_desktop.core.search.summary import LibraryFacts, is_open, saved_count
from dreamina_desktop.services.library import Library


class MemoryShelf:
    """JobRepository and JobIndex, as far as views under test go."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.jobs_by_number = {job.number: job for job in jobs}

    async def facts(self) -> LibraryFacts:
        jobs = self.jobs_by_number.values()
        return LibraryFacts(
            last_number=max(self.jobs_by_number, default=0),
            images=sum(len(job.images) for job in jobs),
            saved=sum(map(saved_count, jobs)),
        )

    async def open_jobs(self) -> Sequence[Job]:
        return [job for job in self.jobs_by_number.values() if is_open(job)]

    async def jobs(self, numbers: Sequence[int]) -> Sequence[Job]:
        return [job for number in numbers if (job := self.job(number)) is not None]

    def job(self, number: int) -> Job | None:
        return self.jobs_by_number.get(number)

    def note(self, stamp: int, jobs: Sequence[Job]) -> None:
        self.jobs_by_number |= {job.number: job for job in jobs}

    async def save_jobs(self, jobs: Iterable[Job], raw: Mapping[int, bytes] | None = None) -> int:
        return 0

    async def save_images(self, images: Iterable[Image]) -> int:
        return 0


def library_of(jobs: Sequence[Job]) -> Library:
    """To be loaded."""
    shelf: Any = MemoryShelf(jobs)
    return Library(shelf, shelf)
