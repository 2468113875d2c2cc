"""Merges a library that came in an archive into the one here: what is here stays, what is missing
comes, and nothing comes twice (core/archive/merging.py).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dreamina_desktop.core.archive.format import ArchivedJob, Original
from dreamina_desktop.core.archive.merging import (
    COMING,
    aligned,
    as_new,
    highest_kept,
    is_here,
    united,
    united_marks,
)
from dreamina_desktop.core.export import file_name
from dreamina_desktop.core.jobs.answer import Verified
from dreamina_desktop.core.jobs.job import Image, ImageKey, Job
from dreamina_desktop.core.paste.lines import KeptLine
from dreamina_desktop.core.search.summary import Known
from dreamina_desktop.services.archive.ports import OpenArchive
from dreamina_desktop.services.curation.collections import Collections
from dreamina_desktop.services.downloads.existing_files import KeptFiles, day_of
from dreamina_desktop.services.downloads.orphaned_parts import saved_image
from dreamina_desktop.services.library import SLICE, Library
from dreamina_desktop.services.ports import Fingerprints, ImageFiles, Imaging


@dataclass(frozen=True, slots=True)
class Proven:
    """An image of an archive, whole, in a part."""

    part: Path
    verified: Verified
    original: Original


@dataclass
class Added:
    """What came of it so far."""

    numbers: dict[int, int] = field(default_factory=dict)  # here, by those in the archive
    image_counts: dict[int, int] = field(default_factory=dict)  # by the numbers here
    new: list[int] = field(default_factory=list)  # jobs that are shown
    moved: dict[ImageKey, int] = field(default_factory=dict)  # indexes here, where others
    jobs: int = 0  # new ones, removed ones too
    images: int = 0
    known: int = 0
    removed: int = 0  # of the known
    records: int = 0
    marks: int = 0

    def at(self, key: ImageKey) -> ImageKey:
        """An image of the archive at the index that it has here."""
        return ImageKey(key.number, self.moved.get(key, key.index))


class LibraryMerge:
    """In the order of its methods. All raise OSError; what was added until then is whole."""

    def __init__(
        self,
        library: Library,
        collections: Collections,
        fingerprints: Fingerprints,
        files: ImageFiles,
        imaging: Imaging,
    ) -> None:
        self._library = library
        self._fingerprints = fingerprints
        self._collections = collections
        self._files = files
        self._kept = KeptFiles(library, files, imaging, 0)

    async def wanted(self, archive: OpenArchive) -> Mapping[ImageKey, None]:
        """The images whose files are not here, by their keys there, in their order."""
        here: set[ImageKey] = set()
        numbers = list(archive.jobids)
        for start in range(0, len(numbers), SLICE):
            some = numbers[start : start + SLICE]
            ids = {archive.jobids[number]: number for number in some}
            known = await self._library.known_later(list(ids))
            there = {known[jobid].number: number for jobid, number in ids.items() if jobid in known}
            for job in await self._library.fetch(there):
                number = there[job.number]
                here |= {ImageKey(number, i.key.index) for i in job.images if is_here(i)}
        return dict.fromkeys(key for key in sorted(archive.originals) if key not in here)

    async def keeps_up_to(self, archive: OpenArchive) -> int:
        """Up to which number jobs keep theirs: none where there are others here than a first
        attempt with this archive brought."""
        count, highest = await self._library.job_count(), highest_kept(len(archive.jobids))
        if count > len(archive.jobids):
            return 0
        there = {jobid: number for number, jobid in archive.jobids.items()}
        known = await self._known(list(there)) if count else {}
        came_so = all(
            each.number == there[jobid] or there[jobid] > highest for jobid, each in known.items()
        )
        return highest if came_so and len(known) == count else 0

    async def _known(self, jobids: Sequence[str]) -> Mapping[str, Known]:
        known: dict[str, Known] = {}
        for start in range(0, len(jobids), SLICE):
            known |= await self._library.known_later(jobids[start : start + SLICE])
        return known

    async def take_in(
        self,
        archived: Sequence[ArchivedJob],
        proven: Mapping[ImageKey, Proven],
        added: Added,
        *,
        keeps_up_to: int,
    ) -> None:
        """Some jobs, and their images that are `proven`."""
        archived, proven = await self._aligned(archived, proven, added)
        files = {each.job.number: _indexes(each, proven) for each in archived}
        ready = [replace(each, job=as_new(each.job, files[each.job.number])) for each in archived]
        new = await self._library.adopt(ready, keeps_up_to=keeps_up_to)
        added.new += [job.number for job in new if not job.removed]
        added.jobs += len(new)
        here = {job.jobid: job.number for job in new}
        known = [each for each in archived if each.job.jobid not in here]
        if known:
            here |= await self._unite(known, files, added)
        added.numbers |= {each.job.number: here[each.job.jobid] for each in archived}
        wanted = {
            ImageKey(added.numbers[number], index): proven[ImageKey(number, index)]
            for number, indexes in files.items()
            for index in indexes
        }
        jobs = await self._library.fetch(here.values())
        added.image_counts |= {job.number: len(job.images) for job in jobs}
        await self._place(jobs, wanted, added)

    async def _aligned(
        self, archived: Sequence[ArchivedJob], proven: Mapping[ImageKey, Proven], added: Added
    ) -> tuple[Sequence[ArchivedJob], Mapping[ImageKey, Proven]]:
        """With their images at the indexes that these have here."""
        known = await self._library.known_later([each.job.jobid for each in archived])
        fetched = await self._library.fetch([each.number for each in known.values()])
        here, jobs = {job.jobid: job for job in fetched}, list[ArchivedJob]()
        for each in archived:
            there, number = each.job, each.job.number
            job, moved = aligned(here[there.jobid], there) if there.jobid in here else (there, {})
            jobs.append(replace(each, job=job))
            added.moved |= {ImageKey(number, index): place for index, place in moved.items()}
        if not added.moved:
            return archived, proven
        return jobs, {added.at(key): each for key, each in proven.items()}

    async def _unite(
        self, archived: Sequence[ArchivedJob], files: Mapping[int, Sequence[int]], added: Added
    ) -> Mapping[str, int]:
        """What jobs that are here lack; their numbers here."""
        known = await self._library.known_later([each.job.jobid for each in archived])
        there = {known[each.job.jobid].number: each for each in archived}
        added.known += len(known)
        added.removed += sum(each.removed for each in known.values())

        def with_it(job: Job) -> Job:
            other = there[job.number].job
            return united(job, other, files[other.number])

        raw: dict[int, bytes] = {}
        changed: list[int] = []
        for job in await self._library.fetch(there):
            after = with_it(job)
            if after != job:
                changed.append(job.number)
            record = there[job.number].raw
            if after.record is not job.record and record is not None:
                raw[job.number] = record
        await self._library.change_many(changed, with_it, raw)
        added.records += len(raw)
        keys = (ImageKey(n, i) for n, each in there.items() for i in range(len(each.job.marks)))
        marked = await self._library.mark(
            keys,
            lambda key, marks: united_marks(marks, there[key.number].job.marks_of(key.index)),
        )
        added.marks += len(marked)
        return {jobid: each.number for jobid, each in known.items()}

    # -- files ------------------------------------------------------------------------------

    async def _place(
        self, jobs: Sequence[Job], wanted: Mapping[ImageKey, Proven], added: Added
    ) -> None:
        """Give the files their names, then record them; those too that came before a disk was
        full."""
        placed: dict[ImageKey, Image] = {}
        try:
            for job in jobs:
                for image in job.images:
                    if image.key in wanted and not is_here(image):
                        placed[image.key] = await self._keep(job, image, wanted[image.key])
        finally:
            await self._record(placed, wanted, added)

    async def _keep(self, job: Job, image: Image, proven: Proven) -> Image:
        """The image as a saved one."""
        if image.note == COMING:  # perhaps of a run that was killed when its file was in place
            self._kept.forget(image.key)
            if (found := await self._kept.find(image.key)) is not None:
                return found
        prompt = job.record.prompt if job.record else None
        try:
            path = await self._files.keep(
                proven.part,
                file_name.folder(day_of(job).date()),
                file_name.stem(image.key.number, image.key.index, prompt),
                proven.verified.extension,
            )
        except OSError as error:
            words = error.strerror or str(error) or "input/output error"
            raise OSError(f"The disk refused an image: {words}.") from error
        original = proven.original
        return saved_image(image, path, proven.verified, original.size_bytes, original.sha256)

    async def _record(
        self, placed: Mapping[ImageKey, Image], wanted: Mapping[ImageKey, Proven], added: Added
    ) -> None:
        """Where a download was quicker its file stays, and ours goes."""
        numbers = dict.fromkeys(key.number for key in placed)
        after = await self._library.change_many(numbers, lambda job: _with_files(job, placed))
        for job in after:
            for image in job.images:
                if (saved := placed.get(image.key)) is None:
                    continue
                if image.file == saved.file:
                    added.images += 1
                elif saved.file:
                    await self._discard(Path(saved.file))
                await self._discard(wanted[image.key].part)

    async def _discard(self, file: Path) -> None:
        try:
            await self._files.discard(file)
        except OSError:
            return  # the next start removes what is left

    # -- what hangs on jobs, once each of them has a number here ----------------------------

    async def unite_pastes(self, archive: OpenArchive, added: Added) -> None:
        """So that they come back as rows here, too."""
        pastes = [
            replace(each, lines=tuple(_line_here(line, added) for line in each.lines))
            for each in await archive.pastes()
        ]
        await self._library.adopt_pastes(pastes)

    async def unite_exported(self, archive: OpenArchive, added: Added) -> None:
        """So that copies that were exported there are known here."""
        copies = [
            (digest, ImageKey(number, added.at(key).index))
            for digest, key in (await archive.exported()).items()
            if (number := added.numbers.get(key.number))
        ]
        for start in range(0, len(copies), SLICE):
            some = dict(copies[start : start + SLICE])
            known = await self._fingerprints.find(list(some))
            await self._fingerprints.note({d: key for d, key in some.items() if d not in known})

    async def unite_collections(
        self, archive: OpenArchive, added: Added
    ) -> AsyncGenerator[None, None]:
        """By name, in both orders; one after the other, so that it can be stopped."""
        for each in await archive.collections():
            keys = [
                ImageKey(number, key.index)
                for key in map(added.at, each.keys)
                if (number := added.numbers[key.number]) and key.index < added.image_counts[number]
            ]
            expected = [added.numbers[number] for number in each.expected]
            await self._collections.unite(each.name, keys, expected)
            yield


def _line_here(line: KeptLine, added: Added) -> KeptLine:
    number = None if line.number is None else added.numbers.get(line.number)
    return replace(line, number=number)


def _indexes(archived: ArchivedJob, proven: Mapping[ImageKey, Proven]) -> Sequence[int]:
    """Of the images of which a file is to be added."""
    return [image.key.index for image in archived.job.images if image.key in proven]


def _with_files(job: Job, placed: Mapping[ImageKey, Image]) -> Job:
    """With what is saved by now, where nothing else is."""
    images = tuple(
        replace(placed[image.key], entry=image.entry, link=image.link)
        if image.key in placed and not is_here(image)
        else image
        for image in job.images
    )
    return replace(job, images=images)
