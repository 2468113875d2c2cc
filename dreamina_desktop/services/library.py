"""Every tracked job: those with something to do in memory, the others read when they are asked for.
A change is in the database before anyone sees it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dreamina_desktop.core.archive.format import ArchivedJob
from dreamina_desktop.core.jobs.job import Batch, Image, ImageKey, Job
from dreamina_desktop.core.jobs.lineage import Lineage, Source
from dreamina_desktop.core.jobs.marks import NO_MARKS, Marks
from dreamina_desktop.core.paste.lines import NO_LABELS, Paste, PastedLine
from dreamina_desktop.core.search.filters import Facet
from dreamina_desktop.core.search.grouping import Grouping, GroupKey
from dreamina_desktop.core.search.results import JobOrder, Listing, Query
from dreamina_desktop.core.search.summary import JobCounts, Known, is_open, saved_count
from dreamina_desktop.core.text.accounts import account_of
from dreamina_desktop.services.listeners import Listeners
from dreamina_desktop.services.ports import JobIndex, JobRepository

KEPT = 1_200  # jobs with nothing to do that stay in memory: three large screens of small tiles
SLICE = 500  # jobs that are told of, or read, together


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one write changed. `listed`: the set of shown jobs did (added, removed, restored)."""

    jobs: frozenset[int]
    images: frozenset[ImageKey] = frozenset()
    listed: bool = False


ChangeListener = Callable[[ChangeSet], None]


class Library:
    """The one place that knows every job. Writes are durable on return.

    Writes raise DatabaseError (core.errors) and then have changed nothing. Reads raise it where
    the database cannot be read.
    """

    def __init__(self, repository: JobRepository, index: JobIndex) -> None:
        self._repository = repository
        self._index = index
        self._open: dict[int, Job] = {}
        self._kept: OrderedDict[int, Job] = OrderedDict()
        self._batches: list[Batch] = []
        self._accounts: dict[str, None] = {}
        self._numbers: dict[str, int | None] = {}  # of IDs that were asked for
        self._last_number = 0
        self._images = 0
        self._saved = 0
        self._listeners = Listeners[[ChangeSet]]()
        self._check_listeners = Listeners[[int]]()
        self._writing = asyncio.Lock()

    async def load(self) -> None:
        """What has to be done, and the newest jobs, which are looked at first."""
        facts = await self._index.facts()
        self._last_number = facts.last_number
        self._batches = list(facts.batches)
        self._accounts = dict.fromkeys(facts.accounts)
        self._images, self._saved = facts.images, facts.saved
        self._keep(await self._index.open_jobs())
        newest = range(max(1, facts.last_number - SLICE), facts.last_number + 1)
        self._keep(await self._index.jobs([n for n in newest if n not in self._open]))

    def subscribe(self, listener: ChangeListener) -> None:
        """Call `listener` after each write, on the event loop's thread."""
        self._listeners.add(listener)

    def subscribe_to_checks(self, listener: Callable[[int], None]) -> None:
        """Call `listener` with the number of each job that was asked and has not changed."""
        self._check_listeners.add(listener)

    # -- reading ----------------------------------------------------------------------------

    def __contains__(self, number: int) -> bool:
        return self._find(number) is not None

    @property
    def last_number(self) -> int:
        """The highest number given so far; 0 in an empty library."""
        return self._last_number

    @property
    def accounts(self) -> Collection[str]:
        """Of all jobs, in the order of tracking."""
        return self._accounts.keys()

    @property
    def batches(self) -> Sequence[Batch]:
        """By time, oldest first."""
        return self._batches

    @property
    def image_count(self) -> int:
        """How many images the shown jobs have."""
        return self._images

    @property
    def saved_count(self) -> int:
        """How many of these are here."""
        return self._saved

    def job(self, number: int) -> Job:
        """At once where it was used lately, else from the disk: a view paints by `peek`."""
        job = self._find(number)
        if job is None:
            raise KeyError(number)
        return job

    def peek(self, number: int) -> Job | None:
        """A job, if it is in memory (`fetch` brings it there)."""
        return self._open.get(number) or self._kept.get(number)

    async def fetch(self, numbers: Iterable[int]) -> Sequence[Job]:
        """These jobs, as far as they are there, in this order; the last ones stay in memory."""
        wanted = list(dict.fromkeys(numbers))
        here = {n: job for n in wanted if (job := self.peek(n)) is not None}
        missing = [number for number in wanted if number not in here]
        for start in range(0, len(missing), SLICE):
            read = await self._index.jobs(missing[start : start + SLICE])
            # One may have been changed meanwhile: then memory is right.
            fresh = [self.peek(job.number) or job for job in read]
            self._keep(fresh)
            here |= {job.number: job for job in fresh}
        return [here[number] for number in wanted if number in here]

    def open_jobs(self) -> Sequence[Job]:
        """For which something is still to be done (core.search.summary.is_open)."""
        return tuple(self._open.values())

    async def each_open_job(self) -> AsyncIterator[Job]:
        """Those that still are open by then, with the window's turn between slices of them."""
        async for jobs in self.open_slices():
            for job in jobs:
                if (now := self._open.get(job.number)) is not None:  # the caller may have waited
                    yield now

    async def open_slices(self) -> AsyncIterator[Sequence[Job]]:
        """The same, some at a time, as they are by then."""
        numbers = tuple(self._open)
        for start in range(0, len(numbers), SLICE):
            some = numbers[start : start + SLICE]
            yield [job for number in some if (job := self._open.get(number)) is not None]
            await asyncio.sleep(0)

    def recent(self) -> Sequence[Job]:
        """Jobs with nothing to do that happen to be in memory: after `load`, the newest."""
        return tuple(self._kept.values())

    async def shown(self, only: Collection[int] | None = None) -> AsyncIterator[Job]:
        """All jobs that are not removed, in the order of tracking; `only`: of these numbers."""
        listing = await self._index.listing_later(Query(JobOrder.OLDEST))
        numbers = [n for n in listing.numbers if only is None or n in only]
        for start in range(0, len(numbers), SLICE):
            for job in await self.fetch(numbers[start : start + SLICE]):
                yield job

    def known(self, jobids: Sequence[str]) -> Mapping[str, Known]:
        """Which of these IDs are tracked; removed jobs too: tracking them again brings them
        back. Blocks for a moment."""
        return self._index.known(jobids)

    async def known_later(self, jobids: Sequence[str]) -> Mapping[str, Known]:
        """The same for many."""
        return await self._index.known_later(jobids)

    def number_of(self, jobid: str) -> int | None:
        """The number of a tracked job, removed ones too; None where it is not here. Blocks for a
        moment the first time."""
        if jobid not in self._numbers:
            if len(self._numbers) >= KEPT:
                self._numbers.clear()
            known = self._index.known([jobid]).get(jobid)
            self._numbers[jobid] = known.number if known else None
        return self._numbers[jobid]

    def listing(self, query: Query) -> Listing:
        """The shown jobs that a query asks for. Blocks: some 25 ms for 100,000 jobs."""
        return self._index.listing(query)

    def listing_within(self, wait_s: float, query: Query, limit: int) -> Listing | None:
        """So many of the first, if they are found in this time; else None."""
        return self._index.listing_within(wait_s, query, limit)

    async def listing_later(self, query: Query, limit: int | None = None) -> Listing:
        """All of them, or so many of the first, without blocking."""
        return await self._index.listing_later(query, limit)

    async def group_keys(self, by: Grouping, numbers: Iterable[int]) -> Sequence[GroupKey]:
        """What these jobs have in common with others, in this order: the day in local time, the
        prompt's beginning, or the batch."""
        return await self._index.group_keys(by, numbers)

    async def lineage(self, number: int) -> Lineage:
        """What a job was made from, and what was made from it, among the jobs that are shown."""
        return await self._index.lineage(number)

    async def image_of(self, source: Source) -> ImageKey | None:
        """Which image of a shown job it is."""
        return await self._index.image_of(source)

    async def upscaled(self, numbers: Iterable[int]) -> set[ImageKey]:
        """The images of these jobs of which a shown upscale with a saved image was made."""
        return await self._index.upscaled(numbers)

    async def tags(self) -> Sequence[str]:
        """Every tag that was given, the most common first."""
        return await self._index.tags()

    async def facet(self, query: Query, of: Facet) -> Sequence[tuple[str, int]]:
        """The values of a fact among the jobs that a query asks for, whatever it wants of that
        fact itself, with how many jobs have them: the most common first."""
        return await self._index.facet(query, of)

    async def counts(self, numbers: Iterable[int]) -> JobCounts:
        """Of these jobs, as far as they are shown."""
        return await self._index.counts(numbers)

    async def jobids(self, numbers: Iterable[int]) -> Sequence[str]:
        """Of these jobs, in this order, as far as they are there."""
        return await self._index.jobids(numbers)

    async def job_count(self) -> int:
        """How many jobs there are, removed ones too."""
        return await self._index.job_count()

    async def statistics(self) -> Mapping[str, int]:
        """How many jobs and images there are, by what is done about them and by what they are."""
        return await self._index.statistics()

    async def saved_files(self, after: ImageKey, limit: int) -> Sequence[tuple[ImageKey, str]]:
        """The saved images of shown jobs, with their files, by key; `after` this one."""
        return await self._index.saved_files(after, limit)

    def image(self, key: ImageKey) -> Image | None:
        """None where there is none. At once where its job was used lately."""
        return _image(self._find(key.number), key)

    def peek_marks(self, key: ImageKey) -> Marks:
        """What was said about an image, as far as its job is in memory."""
        job = self.peek(key.number)
        return job.marks_of(key.index) if job else NO_MARKS

    def peek_image(self, key: ImageKey) -> Image | None:
        """An image, if its job is in memory."""
        return _image(self.peek(key.number), key)

    async def raw_record(self, number: int) -> bytes | None:
        """The latest raw JSON of a job's record."""
        return await self._repository.raw_record(number)

    async def paste_of(self, number: int) -> Paste | None:
        """The last pasted text that names a job, line by line; of a job of which none was kept, the
        jobs that were tracked with it. None where there is no such job."""
        return await self._repository.paste_of(number)

    # -- writing ----------------------------------------------------------------------------

    async def add(
        self,
        at: float,
        jobids: Sequence[str],
        records: Mapping[str, bytes],
        lines: Sequence[PastedLine] = (),
        batch: Batch | None = None,
        labels: Mapping[str, str] = NO_LABELS,
    ) -> tuple[Batch, Sequence[Job]]:
        """Track IDs that are not here yet, as one batch, or as more of this one; `records`: raw
        JSON from the paste, `lines`: the paste itself, `labels`: what stood beside IDs."""
        async with self._writing:
            grown, jobs, stamp = await self._repository.add(
                at, jobids, records, lines, batch, labels
            )
            self._batches = [each for each in self._batches if each.id != grown.id]
            self._batches.append(grown)
            await self._take_new(stamp, jobs)
        return grown, jobs

    async def check_place(self) -> None:
        """Before it is said of a job that it is here: raises DatabaseError where the library's
        file was deleted, moved or replaced meanwhile."""
        await self._repository.check_place()

    async def keep_paste(self, at: float, lines: Sequence[PastedLine]) -> None:
        """A paste that brought nothing new. Nothing else is shown of it."""
        async with self._writing:
            await self._repository.keep_paste(at, lines)

    async def adopt_pastes(self, pastes: Sequence[Paste]) -> None:
        """Those of another library that are not here, by the numbers here."""
        async with self._writing:
            await self._repository.adopt_pastes(pastes)

    async def adopt(self, archived: Sequence[ArchivedJob], *, keeps_up_to: int) -> Sequence[Job]:
        """Add those of these jobs of another library whose IDs are not here; as they are here.
        Batches of the same moment are one. `keeps_up_to`: numbers up to this one are kept, as
        far as they are free; the others get the next ones, in this order."""
        async with self._writing:
            batches, jobs, stamp = await self._repository.adopt(archived, keeps_up_to=keeps_up_to)
            if jobs:
                all_batches = {batch.id: batch for batch in (*self._batches, *batches)}
                self._batches = sorted(all_batches.values(), key=lambda each: (each.at, each.id))
                await self._take_new(stamp, jobs)
        return jobs

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
        """The same for several jobs, in one transaction. Thousands do not stop the window."""
        numbers = list(numbers)
        if not numbers:
            return ()
        async with self._writing:
            before = await self.fetch(numbers)
            after = list[Job]()
            for start in range(0, len(before), SLICE):
                if start:
                    await asyncio.sleep(0)
                after += map(change, before[start : start + SLICE])
            stamp = await self._repository.save_jobs(after, raw)
            listed = any(old.removed != new.removed for old, new in zip(before, after, strict=True))
            await self._take(stamp, before, after, listed=listed)
        return after

    async def change_image(self, key: ImageKey, change: Callable[[Image], Image]) -> Image:
        """Replace one image by what `change` makes of it as it is by then."""
        async with self._writing:
            (job,) = await self.fetch([key.number])
            image = change(job.images[key.index])
            stamp = await self._repository.save_images([image])
            # Asking may have been noted meanwhile (note_asked).
            before = self.peek(key.number) or job
            images = (*before.images[: key.index], image, *before.images[key.index + 1 :])
            after = replace(before, images=images)
            self._remember([before], [after])
            self._index.note(stamp, [after])
        self._tell_of(ChangeSet(frozenset([key.number]), frozenset([key])))
        return image

    async def mark(
        self, keys: Iterable[ImageKey], change: Callable[[ImageKey, Marks], Marks]
    ) -> Mapping[ImageKey, Marks]:
        """Mark images; what those that changed had before. Keys of no image are passed over."""
        wanted = sorted(set(keys))
        async with self._writing:
            here = {job.number: job for job in await self.fetch(key.number for key in wanted)}
            before: dict[ImageKey, Marks] = {}
            after: dict[ImageKey, Marks] = {}
            for place, key in enumerate(wanted, 1):
                if not place % SLICE:
                    await asyncio.sleep(0)  # the window's turn
                job = here.get(key.number)
                if job is None or key.index >= len(job.images):
                    continue
                marks = change(key, job.marks_of(key.index))
                if marks != job.marks_of(key.index):
                    before[key], after[key] = job.marks_of(key.index), marks
            if after:
                stamp = await self._repository.save_marks(after)
                await self._take_marks(stamp, here, after)
        return before

    def note_asked(self, number: int, at: float) -> None:
        """A job was asked and nothing has changed. In memory only: no disk is written at each
        check, and no view has anything to do."""
        self._keep([replace(self.job(number), last_asked_at=at)])
        self._check_listeners.tell(number)

    # -- memory -----------------------------------------------------------------------------

    def _find(self, number: int) -> Job | None:
        job = self._open.get(number)
        if job is None and (job := self._kept.get(number)) is not None:
            self._kept.move_to_end(number)
        if job is None and 0 < number <= self._last_number:
            job = self._index.job(number)
            if job is not None:
                self._keep([job])
        return job

    async def _take_new(self, stamp: int, jobs: Sequence[Job]) -> None:
        """These are written, and were not here before."""
        self._numbers.clear()
        self._last_number = max(self._last_number, *(job.number for job in jobs))
        await self._take(stamp, (), jobs, listed=True)

    async def _take(
        self, stamp: int, before: Sequence[Job], after: Sequence[Job], *, listed: bool
    ) -> None:
        """These are written. In slices, each of which is in memory while its listeners look at it;
        between them the window has its turn. The newest come first, as they are asked for."""
        self._index.note(stamp, after)
        starts = deque(reversed(range(0, len(after), SLICE)))
        try:
            while starts:
                self._take_slice(before, after, starts.popleft(), listed=listed)
                if starts:
                    await asyncio.sleep(0)
        finally:  # who wrote may be cancelled: what is written is told all the same
            for start in starts:
                self._take_slice(before, after, start, listed=listed)

    async def _take_marks(
        self, stamp: int, here: Mapping[int, Job], marks: Mapping[ImageKey, Marks]
    ) -> None:
        """These are written. Asking may have been noted meanwhile (note_asked)."""
        changed: dict[int, Job] = {}
        for place, (key, each) in enumerate(marks.items(), 1):
            if not place % SLICE:
                await asyncio.sleep(0)  # the window's turn
            job = changed.get(key.number) or self.peek(key.number) or here[key.number]
            changed[key.number] = job.with_marks(key.index, each)
        before = [here[number] for number in changed]
        await self._take(stamp, before, list(changed.values()), listed=False)

    def _take_slice(
        self, before: Sequence[Job], after: Sequence[Job], start: int, *, listed: bool
    ) -> None:
        part = slice(start, start + SLICE)
        told = after[part]
        if listed:
            accounts = (account_of(job.jobid) for job in told)
            self._accounts.update((account, None) for account in accounts if account)
        self._remember(before[part], told)
        self._tell_of(
            ChangeSet(
                jobs=frozenset(job.number for job in told),
                images=frozenset(image.key for job in told for image in job.images),
                listed=listed,
            )
        )

    def _remember(self, before: Iterable[Job], after: Sequence[Job]) -> None:
        for sign, jobs in ((-1, before), (1, after)):
            shown = [job for job in jobs if not job.removed]
            self._images += sign * sum(len(job.images) for job in shown)
            self._saved += sign * sum(map(saved_count, shown))
        self._keep(after)

    def _keep(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._kept.pop(job.number, None)
            if is_open(job):
                self._open[job.number] = job
            else:
                self._open.pop(job.number, None)
                self._kept[job.number] = job
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _tell_of(self, change_set: ChangeSet) -> None:
        self._listeners.tell(change_set)


def _image(job: Job | None, key: ImageKey) -> Image | None:
    return job.images[key.index] if job and key.index < len(job.images) else None
