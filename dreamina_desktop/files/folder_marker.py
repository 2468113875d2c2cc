"""A folder of images is known again by a small file in it: the name of a stick that was pulled is
that of an empty mount point, and nothing may be written there.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dreamina_desktop.core.errors import FolderAwayError
from dreamina_desktop.files.atomic import flush_folder, make_folder

PREFIX = ".dreamina-folder-"  # then 32 hexadecimal digits
HAS_FOLDER_DESCRIPTORS = os.name != "nt"  # whether names can be looked up in an open folder
_WORDS = b"Dreamina Desktop knows this folder of images by this file. Please leave it here.\n"


def has_marker(root: Path, marker: str) -> bool:
    """Whether `root` is the folder that this marker was put into."""
    return os.path.isfile(root / marker)


def make_marker(root: Path, *, makes_folder: bool) -> str:
    """Put a marker into `root`; its name. One that is there already is taken: another library may
    use the same folder. `makes_folder`: where it is missing, in the one above it, for this user
    only. Raises OSError."""
    if makes_folder and not os.path.exists(root):
        root.mkdir(0o700)
        flush_folder(root.parent)
    markers = sorted(name for name in os.listdir(root) if name.startswith(PREFIX))
    return markers[0] if markers else _new_marker(root)


@contextmanager
def marked_folder(root: Path, marker: str) -> Iterator[int | None]:
    """`root`, as a descriptor where the system has these: while it is open, no other disk comes
    in its place. Without a `marker` any folder will do, and a missing one is made. Raises OSError:
    FolderAwayError where the marker is not there."""
    if not marker:
        make_folder(root, 0o700)
    with open_folder(root) as descriptor:
        if marker and not _is_in(root, marker, descriptor):
            raise FolderAwayError(root)
        yield descriptor


@contextmanager
def open_folder(root: Path) -> Iterator[int | None]:
    """A descriptor of a folder that is there, None where the system has none. Raises OSError:
    FolderAwayError where it is not there."""
    if not HAS_FOLDER_DESCRIPTORS:
        yield None
        return
    try:
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FolderAwayError(root) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_in(root: Path, marker: str, descriptor: int | None) -> bool:
    if descriptor is None:
        return has_marker(root, marker)
    with suppress(OSError):
        os.stat(marker, dir_fd=descriptor, follow_symlinks=False)
        return True
    return False


def _new_marker(root: Path) -> str:
    """On the disk when this returns, and so is its name."""
    name = f"{PREFIX}{secrets.token_hex(16)}"
    with open_folder(root) as folder:
        place = root / name if folder is None else name
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        with os.fdopen(os.open(place, flags, 0o600, dir_fd=folder), "wb") as file:
            file.write(_WORDS)
            file.flush()
            os.fsync(file.fileno())
        if folder is not None:
            os.fsync(folder)
    return name
