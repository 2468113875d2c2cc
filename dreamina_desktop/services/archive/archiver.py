"""Save the whole library as one file; open such a file and merge it into the library here; and
what came of it, in words.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

from dreamina_desktop.core.archive.format import Original, Written
from dreamina_desktop.core.errors import ArchiveError
from dreamina_desktop.core.jobs.answer import Verified
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.archive.library_merge import Added, LibraryMerge, Proven
from dreamina_desktop.services.archive.ports import Archives, OpenArchive
from dreamina_desktop.services.curation.collections import Collections
from dreamina_desktop.services.downloads.disk_space import size_words
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import Fingerprints, ImageFiles, Imaging
from dreamina_desktop.services.session.task_runner import Course, LongWork, Progress
from dreamina_desktop.services.session.undo import UndoHistory


def saved_words(file: Path, written: Written) -> str:
    """Of an archive that was made."""
    words = (
        f"Saved the library as “{file.name}”: {counted(written.jobs, 'job')} and "
        f"{counted(written.images, 'image')}, {size_words(written.size_bytes)}. "
        "It holds account addresses and references: keep it for yourself."
    )
    if left := written.left_out:
        files, were = ("image's file", "was") if left == 1 else ("images' files", "were")
        words += f" {left:,} {files} {were} not there or had changed, and {were} left out."
    return words


def added_words(file: Path, added: Added) -> str:
    """Of one that was added."""
    came = [counted(added.jobs, "job")] if added.jobs else []
    came += [counted(added.images, "image")] if added.images or added.jobs else []
    came += [counted(added.records, "record")] if added.records else []
    came += [f"marks of {counted(added.marks, 'image')}"] if added.marks else []
    if not came:
        return f"Nothing to add: what is in “{file.name}” is here already."
    known = (
        f"; {counted(added.known, 'job')} {_were(added.known)} here already" if added.known else ""
    )
    words = f"Added {_listed(came)} from “{file.name}”{known}."
    if added.removed:
        are, stay = ("is", "stays") if added.removed == 1 else ("are", "stay")
        words += f" {added.removed:,} of them {are} removed here, and {stay} so."
    return words


def so_far_words(added: Added) -> str:
    """Of one that was not added to its end."""
    if not (added.jobs or added.images):
        return "Nothing was added."
    return (
        f"{counted(added.jobs, 'job')} and {counted(added.images, 'image')} were added until "
        "then, and are whole. Add the file again to go on."
    )


def _listed(parts: Sequence[str]) -> str:
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0]


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


JOBS_AT_ONCE = 20  # that come in together: about as long as people wait for *Stop*
RECORDS_AT_ONCE_BYTES = 16_000_000  # of records and answers, which are read into memory
PROVEN_AT_ONCE = 8  # images; two processes decode them
COMPARED_AT_ONCE = 16
_T = TypeVar("_T")


class Archiver:
    """`save` and `add` show their progress and say what came of them; `saving` and `adding` are
    the same work for whoever carries it out otherwise."""

    def __init__(
        self,
        archives: Archives,
        library: Library,
        collections: Collections,
        fingerprints: Fingerprints,
        files: ImageFiles,
        imaging: Imaging,
        undo: UndoHistory,
        work: LongWork,
    ) -> None:
        self._archives = archives
        self._library = library
        self._imaging = imaging
        self._undo = undo
        self._work = work
        self._merge = LibraryMerge(library, collections, fingerprints, files, imaging)
        self._alone = asyncio.Lock()

    async def is_archive(self, file: Path) -> bool:
        """Whether a file is to be added as a library, by its content."""
        return await self._archives.is_one(file)

    def save(self, file: Path) -> None:
        """The whole library, in place of what may be there."""
        self._work.start(self.saving(file))

    def add(self, file: Path) -> None:
        """All that is in an archive and not here."""
        self._work.start(self.adding(file))

    def saving(self, file: Path) -> Course:
        """The work of `save`."""
        written: list[Written] = []
        return Course(
            f"Saving the library as “{file.name}”",
            lambda: self._save(file, written),
            lambda: saved_words(file, written[0]),
            lambda: "Stopped. No file was written.",
        )

    def adding(self, file: Path) -> Course:
        """The work of `add`."""
        added = Added()
        return Course(
            f"Adding “{file.name}”",
            lambda: self._add(file, added),
            lambda: added_words(file, added),
            lambda: f"Stopped. {so_far_words(added)}",
        )

    # -- saving -----------------------------------------------------------------------------

    async def _save(self, file: Path, written: list[Written]) -> AsyncGenerator[Progress, None]:
        doing = f"Saving the library as “{file.name}”"
        async with self._alone:
            yield Progress(doing, 0.0)
            try:
                archive = await self._archives.begin(file)
                try:
                    while (share := await archive.step()) is not None:
                        yield Progress(doing, share)
                    yield Progress(doing, 1.0)
                    written.append(await archive.finish())
                finally:
                    await archive.aclose()
            except OSError as error:
                raise OSError(f"{error} No file was written.") from error

    # -- adding -----------------------------------------------------------------------------

    async def _add(self, file: Path, added: Added) -> AsyncGenerator[Progress, None]:
        checking, adding = f"Checking “{file.name}”", f"Adding “{file.name}”"
        async with self._alone:
            yield Progress(checking, 0.0)
            archive = await self._opened(file)
            try:
                wanted = await self._merge.wanted(archive)
                await archive.check_room(sum(archive.originals[key].size_bytes for key in wanted))
                proven: dict[ImageKey, Proven] = {}
                shares = _Shares(archive.originals)
                others = [key for key in archive.originals if key not in wanted]
                for some in _slices(others, COMPARED_AT_ONCE):
                    await archive.compare([archive.originals[key] for key in some])
                    yield Progress(checking, shares.after(some))
                for some in _slices(list(wanted), PROVEN_AT_ONCE):
                    proven |= await self._prove(archive, some)
                    yield Progress(checking, shares.after(some))
                keeps_up_to, done = await self._merge.keeps_up_to(archive), 0
                for some_jobs in await archive.portions(JOBS_AT_ONCE, RECORDS_AT_ONCE_BYTES):
                    yield Progress(adding, done / len(archive.jobids))
                    jobs = await archive.jobs(some_jobs)
                    await self._merge.take_in(jobs, proven, added, keeps_up_to=keeps_up_to)
                    done += len(some_jobs)
                async with aclosing(self._merge.unite_collections(archive, added)) as united:
                    async for _ in united:
                        yield Progress(adding, 1.0)
                await self._merge.unite_pastes(archive, added)
                await self._merge.unite_exported(archive, added)
            except OSError as error:
                raise OSError(f"{error} {so_far_words(added)}") from error
            finally:
                await archive.aclose()
                self._push(file, added)

    async def _opened(self, file: Path) -> OpenArchive:
        try:
            return await self._archives.examine(file)
        except OSError as error:
            raise OSError(f"{error} Nothing was added.") from error

    async def _prove(
        self, archive: OpenArchive, keys: Sequence[ImageKey]
    ) -> Mapping[ImageKey, Proven]:
        """One is unpacked while others are decoded."""
        originals = [archive.originals[key] for key in keys]
        work = (self._prove_one(archive, original) for original in originals)
        # All of them end before the archive is closed, also where one of them is bad.
        found = await asyncio.gather(*work, return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException):
                raise one
        return dict(zip(keys, cast(list[Proven], found), strict=True))

    async def _prove_one(self, archive: OpenArchive, original: Original) -> Proven:
        part = await archive.unpack(original)
        try:
            verdict = await self._imaging.verify(part)
        except OSError as error:
            words = (error.strerror or str(error)).rstrip(".")
            raise OSError(f"“{original.name}” in it could not be decoded: {words}.") from error
        if not isinstance(verdict, Verified):
            reason = verdict.reason[:1].lower() + verdict.reason[1:]
            raise ArchiveError(f"“{original.name}” in it is no whole picture: {reason}")
        return Proven(part, verdict, original)

    def _push(self, file: Path, added: Added) -> None:
        if new := added.new:
            label = f"Add {counted(len(new), 'job')} from “{file.name}”"
            self._undo.push(label, lambda: self._remove(new))

    async def _remove(self, numbers: Sequence[int]) -> None:
        await self._library.change_many(numbers, lambda job: replace(job, removed=True))


class _Shares:
    """How much of the files of an archive is looked at, by their bytes."""

    def __init__(self, originals: Mapping[ImageKey, Original]) -> None:
        self._originals = originals
        self._total = sum(each.size_bytes for each in originals.values()) or 1
        self._done = 0

    def after(self, keys: Sequence[ImageKey]) -> float:
        """With these too, from 0 to 1."""
        self._done += sum(self._originals[key].size_bytes for key in keys)
        return self._done / self._total


def _slices(values: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    return (values[start : start + size] for start in range(0, len(values), size))
