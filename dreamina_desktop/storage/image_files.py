"""The folder of originals: plain files that are never overwritten and never renamed."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

from dreamina_desktop.storage.atomic_file import flush_folder
from dreamina_desktop.storage.durable_folder import make_folder

T = TypeVar("T")


class ImageFiles:
    """Implements services.ports.ImageFiles. Work on the disk is done by `executor`."""

    def __init__(self, root: Path, executor: Executor) -> None:
        self._root = root
        self._executor = executor

    def use_folder(self, root: Path) -> None:
        """New images go there from now on; what is saved stays where it is."""
        self._root = root

    async def keep(self, part: Path, folder: str, stem: str, extension: str) -> Path:
        """Move `part` to a free name; both the file and its name are then on the disk."""
        target = self._root / folder
        return await self._run(lambda: _keep(part, target, stem, extension))

    async def discard(self, part: Path) -> None:
        await self._run(lambda: part.unlink(missing_ok=True))

    async def missing(self, files: Sequence[str]) -> set[str]:
        return await self._run(lambda: {file for file in files if not _is_there(file)})

    async def free_bytes(self) -> tuple[int, int]:
        usage = await self._run(lambda: shutil.disk_usage(_existing(self._root)))
        return usage.free, usage.total

    async def _run(self, work: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        return await asyncio.shield(future)


def _keep(part: Path, folder: Path, stem: str, extension: str) -> Path:
    make_folder(folder)
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    target = _reserve(folder, stem, extension)
    _move(part, target)
    flush_folder(folder)
    return target


def _move(part: Path, target: Path) -> None:
    """The folder may have been changed since the part was begun: then it is on another disk."""
    try:
        os.replace(part, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            target.unlink(missing_ok=True)
            raise
        _copy(part, target)


def _copy(part: Path, target: Path) -> None:
    """A copy beside its place, moved there when it is whole on that disk."""
    beside = target.with_name(f"{target.name}.part")
    try:
        with part.open("rb") as source, beside.open("wb") as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        os.replace(beside, target)
    except OSError:
        beside.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        raise
    part.unlink(missing_ok=True)


def _reserve(folder: Path, stem: str, extension: str) -> Path:
    """An empty file of a name that was free: nobody else's file is ever replaced."""
    for number in range(1, 10_000):
        suffix = "" if number == 1 else f" ({number})"
        target = folder / f"{stem}{suffix}.{extension}"
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            continue
        return target
    raise FileExistsError(f"{folder} has too many files named {stem}.")


def _is_there(file: str) -> bool:
    try:
        return os.stat(file).st_size > 0
    except OSError:
        return False


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
