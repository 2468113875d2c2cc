"""A whole file gets its name: nobody else's file is ever overwritten."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from dreamina_desktop.files.atomic import flush_folder, make_folder, write_atomically


def name_part(
    part: Path, folder: Path, stem: str, extension: str, *, notes_place: bool = False
) -> Path:
    """Flush `part` and name it `<folder>/<stem>.<extension>`, or a free name near it; the folder is
    made and flushed. Its own name stays where the disk has links; elsewhere a note of its place
    does (`place_note`), if that is wanted. Raises OSError, and then nothing of that name is
    there."""
    make_folder(folder)
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    target = _name(part, folder, stem, extension, notes_place)
    try:
        flush_folder(folder)
    except OSError:
        target.unlink(missing_ok=True)
        raise
    return target


def place_note(part: Path) -> Path:
    """The file that says where a part is moved to, on a disk without links: whoever is killed after
    that finds the image by it."""
    return part.with_suffix(".place")


def noted_place(note: Path) -> Path | None:
    """Where the part of this note is, moved there now if that was not done; None where it is
    nowhere."""
    part = note.with_suffix(".part")
    target = Path(os.fsdecode(note.read_bytes()))
    if part.exists() and _size(target) == 0:  # reserved for it
        _move(part, target)
        flush_folder(target.parent)
    return target if _size(target) else None


def _size(file: Path) -> int:
    """0 where it is not there."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _name(part: Path, folder: Path, stem: str, extension: str, notes_place: bool) -> Path:
    """A second name; where the disk has none (FAT), or is another one, the part is moved."""
    try:
        return _link(part, folder, stem, extension)
    except OSError:
        target = _reserve(folder, stem, extension)
        if notes_place:
            _note_place(part, target)
        _move(part, target)
        return target


def _note_place(part: Path, target: Path) -> None:
    try:
        write_atomically(place_note(part), os.fsencode(target), private=True)
        flush_folder(part.parent)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _link(part: Path, folder: Path, stem: str, extension: str) -> Path:
    for target in _names(folder, stem, extension):
        with contextlib.suppress(FileExistsError):
            os.link(part, target)
            return target
    raise FileExistsError(f"{folder} has too many files named {stem}.")


def _names(folder: Path, stem: str, extension: str) -> Iterator[Path]:
    yield folder / f"{stem}.{extension}"
    for number in range(2, 10_000):
        yield folder / f"{stem} ({number}).{extension}"


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
    for target in _names(folder, stem, extension):
        with contextlib.suppress(FileExistsError):
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            return target
    raise FileExistsError(f"{folder} has too many files named {stem}.")
