"""All tracked jobs, in memory, written to the database before anyone sees a change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dreamina_desktop.core.job import Batch, Image, ImageKey, Job
from dreamina_desktop.services.ports import JobRepository


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one write changed. `listed`: the set of shown jobs did (added, removed, restored)."""

    jobs: frozenset[int]
    images: frozenset[ImageKey] = frozenset()
    listed: bool = False


ChangeListener = Callable[[ChangeSet], None]


class Library:
    """The one place that knows every job. Reads are immediate; writes are durable on return.

    Writes raise DatabaseError (core.errors) and then have changed nothing.
    """

    def __init__(self, repository: JobRepository) -> None:
        self._repository = repository
        self._jobs: dict[int, Job] = {}
        self._numbers: dict[str, int] = {}
        self._batches: list[Batch] = []
        self._listeners: list[ChangeListener] = []
        self._writing = asyncio.Lock()

    async def load(self) -> None:
        jobs, batches = await self._repository.load()
        self._batches = list(batches)
        self._put(jobs)

    def subscribe(self, listener: ChangeListener) -> None:
        """Call `listener` after each write, on the event loop's thread."""
        self._listeners.append(listener)

    def __contains__(self, number: int) -> bool:
        return number in self._jobs

    @property
    def last_number(self) -> int:
        """The highest number given so far; 0 in an empty library."""
        return next(reversed(self._jobs), 0)

    def job(self, number: int) -> Job:
        return self._jobs[number]

    def by_id(self, jobid: str) -> Job | None:
        """Removed jobs are found too: tracking them again brings them back."""
        number = self._numbers.get(jobid)
        return None if number is None else self._jobs[number]

    def shown(self) -> Iterator[Job]:
        """The jobs that are not removed, by number: the order of tracking."""
        return (job for job in self._jobs.values() if not job.removed)

    def every(self) -> Iterator[Job]:
        """Removed ones too, by number."""
        return iter(self._jobs.values())

    def image(self, key: ImageKey) -> Image | None:
        job = self._jobs.get(key.number)
        return job.images[key.index] if job and key.index < len(job.images) else None

    @property
    def batches(self) -> Sequence[Batch]:
        """By time, oldest first."""
        return self._batches

    async def add(
        self, at: float, jobids: Sequence[str], records: Mapping[str, bytes]
    ) -> tuple[Batch, Sequence[Job]]:
        """Track IDs that are not here yet, as one batch; `records`: raw JSON from the paste."""
        async with self._writing:
            batch, jobs = await self._repository.add(at, jobids, records)
            self._batches.append(batch)
            self._put(jobs)
        self._tell(jobs, listed=True)
        return batch, jobs

    async def change(
        self, number: int, change: Callable[[Job], Job], raw: bytes | None = None
    ) -> Job:
        """Replace one job by what `change` makes of it as it is by then."""
        return (await self.change_many([number], change, {number: raw} if raw else None))[0]

    async def change_many(
        self,
        numbers: Iterable[int],
        change: Callable[[Job], Job],
        raw: Mapping[int, bytes] | None = None,
    ) -> Sequence[Job]:
        """The same for several jobs, in one transaction."""
        async with self._writing:
            before = [self._jobs[number] for number in numbers]
            after = [change(job) for job in before]
            await self._repository.save_jobs(after, raw)
            self._put(after)
        listed = any(old.removed != new.removed for old, new in zip(before, after, strict=True))
        self._tell(after, listed=listed)
        return after

    async def change_image(self, key: ImageKey, change: Callable[[Image], Image]) -> Image:
        """Replace one image by what `change` makes of it as it is by then."""
        async with self._writing:
            job = self._jobs[key.number]
            image = change(job.images[key.index])
            await self._repository.save_images([image])
            images = (*job.images[: key.index], image, *job.images[key.index + 1 :])
            self._put([replace(job, images=images)])
        self._tell_of(ChangeSet(frozenset([key.number]), frozenset([key])))
        return image

    def note_asked(self, number: int, at: float) -> None:
        """A job was asked and nothing has changed. In memory only: no disk is written at each
        check."""
        self._put([replace(self._jobs[number], last_asked_at=at)])
        self._tell_of(ChangeSet(frozenset([number])))

    async def raw_record(self, number: int) -> bytes | None:
        """The latest raw JSON of a job's record."""
        return await self._repository.raw_record(number)

    def _put(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._jobs[job.number] = job
            self._numbers[job.jobid] = job.number

    def _tell(self, jobs: Sequence[Job], *, listed: bool) -> None:
        change_set = ChangeSet(
            jobs=frozenset(job.number for job in jobs),
            images=frozenset(image.key for job in jobs for image in job.images),
            listed=listed,
        )
        self._tell_of(change_set)

    def _tell_of(self, change_set: ChangeSet) -> None:
        for listener in tuple(self._listeners):
            listener(change_set)
