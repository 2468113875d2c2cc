"""Files whose bytes are still coming: they become images, or vanish."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import tempfile
import threading
from pathlib import Path

from dreamina_desktop.files.atomic import make_folder
from dreamina_desktop.files.folder_marker import HAS_FOLDER_DESCRIPTORS, marked_folder, open_folder
from dreamina_desktop.files.unique_name import place_note

PARTS = ".parts"  # in the folder of images: on the same disk
_NAMES = (PARTS, *(f"{PARTS}-{number}" for number in range(2, 10)))  # where others are taken
_SUFFIX = ".part"
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY


class PartFile:
    """One new file. Its methods may block, and may be called in any thread."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """`descriptor`: of the file, new and open for writing."""
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._path = path
        # A shutdown discards while another thread may still be writing.
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        return self._path

    def write(self, data: bytes) -> None:
        """Append all of `data`. Raises OSError; nothing happens after `discard`."""
        with self._lock:
            view = memoryview(data)
            while view and not self._file.closed:
                view = view[self._file.write(view) or 0 :]

    def close(self, *, flush: bool = True) -> None:
        """Flush to the disk, where nobody else will, and close. Raises OSError."""
        with self._lock:
            if self._file.closed:
                return
            try:
                if flush:
                    os.fsync(self._file.fileno())
            finally:
                self._file.close()

    def discard(self) -> None:
        """Close and delete; never raises."""
        with self._lock, contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


class PartFiles:
    """Opens part files in a folder of their own, in the folder that holds the images. A link or
    somebody else's folder of that name is left alone."""

    def __init__(self, folder: Path, marker: str = "") -> None:
        """`folder` is made when the first file is, for this user only. `marker`: of the folder that
        holds it (folder_marker.py); without it nothing is made."""
        self._folder = folder
        self._marker = marker

    @property
    def folder(self) -> Path:
        """Where new parts are made, unless that is a stranger's."""
        return self._folder

    def use_folder(self, folder: Path, marker: str = "") -> None:
        """New parts are made there from now on."""
        self._folder, self._marker = folder, marker

    def new(self) -> PartFile:
        """A new, empty file that only this user may read. Raises OSError."""
        folder, marker = self._folder, self._marker
        with marked_folder(folder.parent, marker) as root:
            if root is None:
                return _new_in_path(folder)
            return _new_in_folder(folder, root)

    def remove_leftovers(self) -> None:
        """Delete what a killed run left behind; for the start, before anything is fetched. What
        has a second name, or a note of its place, is a whole image (see ImageFiles.unrecorded)."""
        for file in part_files(self._folder.parent):
            with contextlib.suppress(OSError):
                if file.stat().st_nlink == 1 and not place_note(file).exists():
                    file.unlink()


def part_files(root: Path) -> list[Path]:
    """The files in the folders of parts below the folder of images, as far as these are ours."""
    return [file for folder in _folders(root) for file in folder.glob(f"*{_SUFFIX}")]


def place_notes(root: Path) -> list[Path]:
    """The notes beside them (`place_note`)."""
    return [note for folder in _folders(root) for note in folder.glob(place_note(Path("*")).name)]


def _folders(root: Path) -> list[Path]:
    return [root / name for name in _NAMES if _is_ours_at(root, name)]


def _new_in_folder(folder: Path, root: int) -> PartFile:
    for name in _NAMES:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=root)
            os.fsync(root)
        if (parts := _opened_if_ours(name, root)) is not None:
            try:
                file = f"{secrets.token_hex(8)}{_SUFFIX}"
                descriptor = os.open(file, _NEW, 0o600, dir_fd=parts)
            finally:
                os.close(parts)
            return PartFile(folder.with_name(name) / file, descriptor)
    raise PermissionError(
        errno.EACCES, "its folder .parts is a link or belongs to somebody else", str(folder)
    )


def _new_in_path(folder: Path) -> PartFile:
    """Where folders have no descriptors (Windows)."""
    make_folder(folder, 0o700)
    if folder.resolve() != folder.parent.resolve() / folder.name:
        raise PermissionError(errno.EACCES, "its folder .parts is a link", str(folder))
    descriptor, name = tempfile.mkstemp(suffix=_SUFFIX, dir=folder)
    return PartFile(Path(name), descriptor)


def _is_ours_at(root: Path, name: str) -> bool:
    if not HAS_FOLDER_DESCRIPTORS:
        return not (root / name).is_symlink()
    try:
        with open_folder(root) as descriptor:
            assert descriptor is not None
            parts = _opened_if_ours(name, descriptor)
    except OSError:
        return False
    if parts is not None:
        os.close(parts)
    return parts is not None


def _opened_if_ours(name: str, root: int) -> int | None:
    """A folder in `root`, if it is no link and only this user may write to it."""
    try:
        folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=root)
    except OSError:
        return None
    if _is_private(os.fstat(folder)) or _has_no_rights(root):
        return folder
    os.close(folder)
    return None


def _is_private(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _has_no_rights(root: int) -> bool:
    """Whether this disk keeps no rights (FAT, some network disks): there a folder that was made
    just now for this user alone is not private either."""
    probe = f"{PARTS}-{secrets.token_hex(8)}"
    try:
        os.mkdir(probe, 0o700, dir_fd=root)
    except OSError:
        return False
    try:
        return not _is_private(os.stat(probe, dir_fd=root, follow_symlinks=False))
    finally:
        os.rmdir(probe, dir_fd=root)


def remove_archive_leftovers(root: Path) -> None:
    """Delete what a killed run left of libraries in archives, in the data folder; never raises."""
    for file in root.glob(f"archive*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            file.unlink()
