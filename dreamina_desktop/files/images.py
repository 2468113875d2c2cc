"""The folder of originals: plain files that are never overwritten and never renamed, whose names
tell what they are: `0214-2 a-stunning-aurora.jpg` (core/export/file_name.py).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

from dreamina_desktop.core.export import file_name
from dreamina_desktop.core.export.file_name import extension_of
from dreamina_desktop.files.folder_marker import has_marker, make_marker, marked_folder
from dreamina_desktop.files.parts import PARTS, part_files, place_notes
from dreamina_desktop.files.unique_name import name_part, noted_place, place_note

_ENDINGS = (".jpg", ".png", ".webp")


def key_of(file: Path) -> tuple[int, int] | None:
    """Job and index of the image; None for other files."""
    return file_name.key_of(file.stem) if file.suffix in _ENDINGS else None


def highest_number(folder: Path) -> int:
    """The highest job that has a file in a day's folder of `folder`; 0 where there is none."""
    files = (file for day in _listed(folder) if day.is_dir() for file in _listed(day))
    return max((key[0] for file in files if (key := key_of(file))), default=0)


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


T = TypeVar("T")


class ImageFiles:
    """Implements services.ports.ImageFiles. Work on the disk is done by `executor`."""

    def __init__(self, root: Path, executor: Executor, marker: str = "") -> None:
        """`marker`: of `root` (folder_marker.py); without it nothing is kept there."""
        self._root = root
        self._executor = executor
        self._marker = marker

    def use_folder(self, root: Path, marker: str = "") -> None:
        """New images go there from now on; what is saved stays where it is."""
        self._root, self._marker = root, marker

    async def has_marker(self, root: str, marker: str) -> bool:
        return await self._run(lambda: has_marker(Path(root), marker))

    async def make_marker(self, root: str, *, makes_folder: bool) -> str:
        return await self._run(lambda: make_marker(Path(root), makes_folder=makes_folder))

    async def keep(self, part: Path, folder: str, stem: str, extension: str = "") -> Path:
        """Give `part` a free name; both the file and the name are then on the disk. Its own name
        goes with `discard`. Without an extension, the one that its first bytes say."""
        root, marker = self._root, self._marker

        def keep() -> Path:
            with marked_folder(root, marker):
                ending = extension or _extension_of(part)
                return name_part(part, root / folder, stem, ending, notes_place=True)

        return await self._run(keep)

    async def discard(self, part: Path) -> None:
        def discard() -> None:
            part.unlink(missing_ok=True)
            if part.suffix == ".part":
                place_note(part).unlink(missing_ok=True)

        await self._run(discard)

    async def unrecorded(self) -> Sequence[tuple[Path, Path | None]]:
        """Parts that were kept and not discarded, each with its place; None where it has none in
        this folder."""
        root = self._root
        return await self._run(lambda: _unrecorded(root))

    async def digest(self, file: Path) -> tuple[int, str]:
        """Size and SHA-256."""
        return await self._run(lambda: _digest(file))

    async def missing(self, files: Sequence[str]) -> set[str]:
        return await self._run(lambda: {file for file in files if not _is_there(file)})

    async def sizes(self, files: Sequence[str]) -> Mapping[str, int | None]:
        return await self._run(lambda: dict(_sizes(files)))

    async def find(
        self, folders: Sequence[str], key: tuple[int, int], elsewhere: Sequence[str] = ()
    ) -> Sequence[Path]:
        roots = dict.fromkeys((self._root, *map(Path, elsewhere)))
        days = [root / folder for root in roots for folder in folders]
        return await self._run(lambda: [file for day in days for file in _of_image(day, key)])

    async def free_bytes(self) -> tuple[int, int]:
        usage = await self._run(lambda: shutil.disk_usage(_existing(self._root)))
        return usage.free, usage.total

    async def _run(self, work: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        return await asyncio.shield(future)


def _unrecorded(root: Path) -> Sequence[tuple[Path, Path | None]]:
    return [*_moved(root), *_linked(root)]


def _moved(root: Path) -> Iterator[tuple[Path, Path | None]]:
    for note in place_notes(root):
        yield note.with_suffix(".part"), noted_place(note)


def _linked(root: Path) -> Sequence[tuple[Path, Path | None]]:
    parts = {_identity(part): part for part in part_files(root) if _has_two_names(part)}
    if not parts:
        return ()
    files = (file for file in root.glob("*/*") if not file.parent.name.startswith(PARTS))
    places = {_identity(file): file for file in files}
    return [(part, places.get(identity)) for identity, part in parts.items()]


def _has_two_names(file: Path) -> bool:
    return file.stat().st_nlink > 1


def _identity(file: Path) -> tuple[int, int]:
    status = file.lstat()
    return status.st_dev, status.st_ino


def _digest(file: Path) -> tuple[int, str]:
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return stream.tell(), digest.hexdigest()


def _extension_of(file: Path) -> str:
    with file.open("rb") as stream:
        return extension_of(stream.read(12))


def _is_there(file: str) -> bool:
    try:
        return os.stat(file).st_size > 0
    except OSError:
        return False


def _sizes(files: Sequence[str]) -> Iterator[tuple[str, int | None]]:
    for file in files:
        try:
            yield file, os.stat(file).st_size
        except (FileNotFoundError, NotADirectoryError):
            yield file, None
        except OSError:
            continue  # whether it is there is not known


def _of_image(folder: Path, key: tuple[int, int]) -> Iterator[Path]:
    """In their names' order."""
    files = sorted(folder.iterdir()) if folder.is_dir() else ()
    return (file for file in files if key_of(file) == key and file.stat().st_size)


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
