"""Whole libraries as single files: written from the library here, and opened to be merged."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import apsw

from dreamina_desktop.core.archive.format import (
    DATABASE,
    ENDING,
    ArchivedCollection,
    ArchivedJob,
    Original,
    Written,
)
from dreamina_desktop.core.errors import ArchiveError
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.paste.lines import Paste
from dreamina_desktop.files.parts import PartFiles, remove_archive_leftovers
from dreamina_desktop.library.archive.archived_library import ArchivedLibrary, unsound
from dreamina_desktop.library.archive.zip_reader import ArchiveFile, looks_like_one
from dreamina_desktop.library.archive.zip_writer import ArchiveWriter
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.run_in_thread import call_in

T = TypeVar("T")
LEFT_FREE_BYTES = 100_000_000  # opening an archive never takes the last of the disk


class Archives:
    """Implements services.archive.ports.Archives. One archive at a time is written or open."""

    def __init__(self, database: Database, parts: PartFiles, root: Path) -> None:
        """`parts`: where files wait until they have their names; `root`: the data folder."""
        self._database = database
        self._parts = parts
        self._root = root
        self._copy = root / "archive.part"  # the one library file that is worked with

    async def is_one(self, file: Path) -> bool:
        """By its content; and what has the name of one is to be opened and refused as one."""

        def look() -> bool:
            return file.is_file() and (file.name.endswith(ENDING) or looks_like_one(file))

        try:
            return await asyncio.to_thread(look)
        except OSError:
            return False

    async def begin(self, file: Path) -> NewArchive:
        """Raises OSError."""
        archive = NewArchive()
        try:
            await asyncio.to_thread(self._make_empty)
            await self._database.copy_to(self._copy)
            await archive.open(file, self._copy, self._root)
        except BaseException:
            await archive.aclose()
            remove_archive_leftovers(self._root)
            raise
        return archive

    async def examine(self, file: Path) -> OpenArchive:
        """Open one. Raises ArchiveError and OSError."""
        archive = OpenArchive(self._parts)
        try:
            await asyncio.to_thread(self._make_empty)
            await archive.open(file, self._copy)
        except BaseException:
            await archive.aclose()
            raise
        return archive

    def _make_empty(self) -> None:
        remove_archive_leftovers(self._root)
        os.close(os.open(self._copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


class NewArchive:
    """Implements services.archive.ports.NewArchive: ArchiveWriter on a thread of its own."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._writer: ArchiveWriter | None = None

    async def open(self, file: Path, copy: Path, root: Path) -> None:
        def work() -> None:
            self._writer = ArchiveWriter(file, copy, root)

        await self._run(work)

    async def step(self) -> float | None:
        """Write some, or read some of it back; how much is done, from 0 to 1. None when all of
        it was read as it will be read elsewhere."""
        return await self._run(self._ready().step)

    async def finish(self) -> Written:
        """It is in its place, whole."""
        return await self._run(self._ready().finish)

    async def aclose(self) -> None:
        """What is not finished is removed."""
        if self._writer is not None:
            await call_in(self._thread, self._writer.abandon)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        def told() -> T:
            try:
                return work()
            except apsw.Error as error:
                raise OSError(f"The library's copy could not be written ({error}).") from error
            except ArchiveError as error:
                raise OSError(f"What was written could not be read back. {error}") from error
            except OSError as error:
                raise OSError(_in_words(error)) from error

        return await call_in(self._thread, told)

    def _ready(self) -> ArchiveWriter:
        assert self._writer is not None
        return self._writer


class OpenArchive:
    """Implements services.archive.ports.OpenArchive. What it unpacks are parts (files/parts.py):
    of a killed run the next start removes them."""

    def __init__(self, parts: PartFiles) -> None:
        self._parts = parts
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._file: ArchiveFile | None = None
        self._library: ArchivedLibrary | None = None
        self._copy: Path | None = None
        self._unpacked = set[Path]()

    async def open(self, file: Path, copy: Path) -> None:
        """`copy`: an empty file, for the library in it."""

        def work() -> None:
            self._copy = copy
            self._file = ArchiveFile(file)
            _check_room(copy.parent, self._file.facts[DATABASE].size)
            with copy.open("wb") as target:
                self._file.unpack(DATABASE, target.write)
            self._library = ArchivedLibrary(copy, self._file.manifest)

        await self._run(work)

    @property
    def jobids(self) -> Mapping[int, str]:
        """By the numbers that the jobs have there, in their order."""
        return self._read().jobids

    @property
    def originals(self) -> Mapping[ImageKey, Original]:
        """The images' files, by their keys there."""
        return self._read().originals

    async def check_room(self, size_bytes: int) -> None:
        """Raises OSError where the disk of the images has no room for so much."""
        await self._run(lambda: _check_room(self._parts.folder, size_bytes))

    async def unpack(self, original: Original) -> Path:
        """As a part, proven by its check sum."""
        return await self._run(lambda: self._unpack(original))

    async def compare(self, originals: Sequence[Original]) -> None:
        """Prove them and keep nothing."""

        def work() -> None:
            for original in originals:
                self._zip().unpack(original.name, lambda _: None)

        await self._run(work)

    async def portions(self, most_jobs: int, most_bytes: int) -> Sequence[Sequence[int]]:
        """The numbers of all jobs in their order: so many at a time, as long as their records and
        answers together have at most so many bytes."""
        return await self._run(lambda: list(self._read().portions(most_jobs, most_bytes)))

    async def jobs(self, numbers: Sequence[int]) -> Sequence[ArchivedJob]:
        """These, by number."""
        return await self._run(lambda: self._read().jobs(numbers))

    async def collections(self) -> Sequence[ArchivedCollection]:
        """All of them."""
        return await self._run(lambda: self._read().collections())

    async def pastes(self) -> Sequence[Paste]:
        """All of them, the oldest first."""
        return await self._run(lambda: self._read().pastes())

    async def exported(self) -> Mapping[str, ImageKey]:
        """Copies of images that were exported."""
        return await self._run(lambda: self._read().exported())

    async def aclose(self) -> None:
        """What was unpacked and has no name by now is removed."""
        await call_in(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _unpack(self, original: Original) -> Path:
        part = self._parts.new()
        self._unpacked.add(part.path)
        try:
            self._zip().unpack(original.name, part.write)
            part.close(flush=False)  # it is when it gets its name
        except BaseException:
            part.discard()
            raise
        return part.path

    def _close(self) -> None:
        if self._library is not None:
            self._library.close()
        if self._file is not None:
            self._file.close()
        for file in (*self._unpacked, *([self._copy] if self._copy else [])):
            with suppress(OSError):
                if file.stat().st_nlink == 1:  # with two it is an image that is not recorded yet
                    file.unlink()

    async def _run(self, work: Callable[[], T]) -> T:
        def told() -> T:
            try:
                return work()
            except (apsw.Error, UnicodeDecodeError) as error:
                raise _told(unsound(error)) from error
            except OSError as error:
                raise _told(error) from error

        return await call_in(self._thread, told)

    def _read(self) -> ArchivedLibrary:
        assert self._library is not None
        return self._library

    def _zip(self) -> ArchiveFile:
        assert self._file is not None
        return self._file


def _check_room(folder: Path, size_bytes: int) -> None:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    needed, free = size_bytes + LEFT_FREE_BYTES, shutil.disk_usage(there).free
    if free < needed:
        raise OSError(
            errno.ENOSPC,
            f"It needs {needed / 1e6:,.0f} MB on the disk, and {free / 1e6:,.0f} MB are free",
        )


def _told(error: OSError) -> OSError:
    """The same in words."""
    return error if isinstance(error, ArchiveError) else OSError(_in_words(error))


def _in_words(error: OSError) -> str:
    """A sentence."""
    if error.errno == errno.ENOENT:
        return "The file or its folder is not there."
    if error.strerror == os.strerror(errno.ENOSPC):
        return "The disk is full."
    words = error.strerror or str(error) or "Input/output error"
    return f"{words.rstrip('.')}."
