"""Where exports go: a folder, or one zip. Nothing there is ever overwritten, and what stands under
its name is whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Protocol, TypeVar

from dreamina_desktop.core.text.dates import zip_date
from dreamina_desktop.files.atomic import make_folder, umask
from dreamina_desktop.files.unique_name import name_part

T = TypeVar("T")
# A picture, its XMP (None: no metadata at all), and whether its Content Credentials stay.
Rewrite = Callable[[bytes, bytes | None, bool], bytes]
ZIP = ".zip"


class _Run(Protocol):
    """Does work on the disk's own thread."""

    async def __call__(self, work: Callable[[], T], /) -> T: ...


class ExportTarget:
    """Implements services.ports.ExportTarget. Work on the disk is done by `executor`."""

    def __init__(self, place: Path, executor: Executor, rewrite: Rewrite) -> None:
        """A folder, or a new file where `place` ends in `.zip`."""
        self.is_one_file = place.suffix.casefold() == ZIP
        self._container: _Container = _Zip(place) if self.is_one_file else _Folder(place)
        self._executor = executor
        self._rewrite = rewrite

    async def begin(self) -> None:
        await self._run(self._container.begin)

    async def add_picture(
        self,
        stem: str,
        extension: str,
        source: str,
        packet: bytes | None,
        *,
        keeps_credentials: bool = True,
    ) -> tuple[str, str]:
        """A copy of a file with this XMP, or without any metadata; its name and its SHA-256."""

        def work() -> tuple[str, str]:
            copy = self._rewrite(Path(source).read_bytes(), packet, keeps_credentials)
            return self._container.add(stem, extension, copy), hashlib.sha256(copy).hexdigest()

        return await self._run(work)

    async def add_file(self, stem: str, extension: str, content: bytes) -> str:
        """A small file; its name."""
        return await self._run(lambda: self._container.add(stem, extension, content))

    async def new_file(self, stem: str, extension: str) -> GrowingFile:
        """A file of any size."""
        file, part = await self._run(lambda: _new_part(self._container.folder))
        name = partial(self._container.take, stem, extension, part)
        return GrowingFile(file, part, name, self._run)

    async def finish(self) -> str:
        """All of it is on the disk; where it is."""
        return str(await self._run(self._container.finish))

    async def give_up(self) -> None:
        """What was written to a folder stays; a zip that is not whole goes. Never raises."""
        await self._run(self._container.give_up)

    async def _run(self, work: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        return await asyncio.shield(future)


class GrowingFile:
    """Implements services.ports.GrowingFile: it has its name when it is whole."""

    def __init__(self, file: IO[bytes], part: Path, name: Callable[[], str], run: _Run) -> None:
        self._file = file
        self._part = part
        self._name = name
        self._run = run

    async def write(self, piece: bytes) -> None:
        await self._run(lambda: self._file.write(piece))

    async def close(self) -> str:
        """It is whole; its name."""
        try:
            await self._run(self._file.close)
            return await self._run(self._name)
        finally:
            await self.discard()

    async def discard(self) -> None:
        """Never raises; nothing happens once it has its name."""
        await self._run(lambda: _discard(self._file, self._part))


class _Container(Protocol):
    """Called in one thread; raises OSError."""

    folder: Path  # where there is room for parts

    def begin(self) -> None: ...
    def add(self, stem: str, extension: str, content: bytes) -> str: ...
    def take(self, stem: str, extension: str, part: Path) -> str: ...
    def finish(self) -> Path: ...
    def give_up(self) -> None: ...


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self) -> None:
        make_folder(self.folder)

    def add(self, stem: str, extension: str, content: bytes) -> str:
        file, part = _new_part(self.folder)
        try:
            file.write(content)
            file.close()
            return self.take(stem, extension, part)
        finally:
            _discard(file, part)

    def take(self, stem: str, extension: str, part: Path) -> str:
        return name_part(part, self.folder, stem, extension).name

    def finish(self) -> Path:
        return self.folder

    def give_up(self) -> None:
        """Each file in it is whole."""


class _Zip:
    """Pictures are stored as they are: to compress them again only takes time."""

    def __init__(self, file: Path) -> None:
        self.folder = file.parent
        self._stem = file.stem
        self._names: set[str] = set()

    def begin(self) -> None:
        make_folder(self.folder)
        self._file, self._part = _new_part(self.folder)
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)

    def add(self, stem: str, extension: str, content: bytes) -> str:
        name = self._free(stem, extension)
        self._zip.writestr(_member(name), content)
        return name

    def take(self, stem: str, extension: str, part: Path) -> str:
        name = self._free(stem, extension)
        with (
            part.open("rb") as source,
            self._zip.open(_member(name), "w", force_zip64=True) as copy,
        ):
            while piece := source.read(1 << 20):
                copy.write(piece)
        return name

    def finish(self) -> Path:
        try:
            self._zip.close()
            self._file.close()
            return name_part(self._part, self.folder, self._stem, ZIP[1:])
        finally:
            self.give_up()

    def give_up(self) -> None:
        _discard(self._file, self._part)
        with contextlib.suppress(OSError, ValueError):  # its end cannot be written any more
            self._zip.close()

    def _free(self, stem: str, extension: str) -> str:
        """Where it is unpacked, `A` and `a` may be the same."""
        name, number = f"{stem}.{extension}", 2
        while name.casefold() in self._names:
            name, number = f"{stem} ({number}).{extension}", number + 1
        self._names.add(name.casefold())
        return name


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, zip_date(datetime.now()))  # noqa: DTZ005 - zips have local time
    member.external_attr = 0o644 << 16
    return member


def _new_part(folder: Path) -> tuple[IO[bytes], Path]:
    """Hidden, beside what it becomes; with the rights that the user gives new files."""
    handle, name = tempfile.mkstemp(prefix=".export-", suffix=".part", dir=folder)
    os.chmod(name, 0o666 & ~umask())
    return os.fdopen(handle, "wb"), Path(name)


def _discard(file: IO[bytes], part: Path) -> None:
    with contextlib.suppress(OSError):
        file.close()
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)
