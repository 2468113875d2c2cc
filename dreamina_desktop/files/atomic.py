"""Put a file in place whole or not at all, in a folder that a power cut leaves: the name of a
folder is an entry of the one above it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

_MOST_NAME_BYTES = 100  # of which a part's name is made; some file systems take 143 in all


def write_atomically(file: Path, content: bytes, *, private: bool = False) -> None:
    """Replace `file`; on OSError it is as it was before. `private`: mode 0600, else as the
    user's umask has it."""
    replace_whole(file, content, 0o600 if private else 0o666 & ~umask())


def replace_whole(
    file: Path, content: bytes, mode: int, like: os.stat_result | None = None
) -> None:
    """Put `content` beside `file`, flush it, and give it its name with this mode, and with the
    owner and group of the file that was `like` it, as far as the user may give these. On OSError
    `file` is as it was before."""
    handle, part = new_part(file)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            _take_rights(part, mode, like)
            os.fsync(stream.fileno())
        os.replace(part, file)
    except BaseException:
        os.unlink(part)
        raise


def new_part(file: Path) -> tuple[int, Path]:
    """An empty file beside `file`, open and for this user only, until it is whole and takes its
    place."""
    handle, name = tempfile.mkstemp(prefix=part_prefix(file.name), suffix=".part", dir=file.parent)
    return handle, Path(name)


def part_prefix(name: str) -> str:
    """How the names of a file's parts begin: hidden, and never longer than a name may be."""
    if len(os.fsencode(name)) > _MOST_NAME_BYTES:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
    return f".{name}."


def _take_rights(part: Path, mode: int, like: os.stat_result | None) -> None:
    """The owner first: to give a file away may take some of its mode."""
    if like is not None and os.name != "nt":
        for owner, group in ((like.st_uid, -1), (-1, like.st_gid)):
            with suppress(OSError):  # only root gives files away
                os.chown(part, owner, group)
    os.chmod(part, mode)


def flush_folder(folder: Path) -> None:
    """What was named in `folder` is on the disk when this returns."""
    if os.name == "nt":
        return  # a folder cannot be opened there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def umask() -> int:
    """It can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make `folder` and what is missing above it; each name is on the disk when this returns.
    Raises OSError."""
    missing = [path for path in (folder, *folder.parents) if not os.path.exists(path)]
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    for path in reversed(missing):
        flush_folder(path.parent)
