"""The list of what is in an archive, by which everything in it is checked."""

from __future__ import annotations

from typing import Annotated

import msgspec

from dreamina_desktop.core.archive.format import DATABASE, FORMAT, IMAGES, README, is_safe, repeated
from dreamina_desktop.core.errors import ArchiveError

KIND = "dreamina-desktop-library"
NEWER = "It was made by a newer Dreamina Desktop. Install the newer version."
UNREADABLE = "Its list of contents cannot be read."
_Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class FileFacts(msgspec.Struct, frozen=True):
    """One file of an archive. `size` in bytes."""

    name: str
    size: Annotated[int, msgspec.Meta(ge=0, le=1 << 50)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(msgspec.Struct, frozen=True):
    """Every file but the manifest itself. `jobs`, `images`: how many, the latter with files."""

    kind: str
    format: int
    program: str  # the version that wrote it
    jobs: _Count
    images: _Count
    files: tuple[FileFacts, ...]


class _Beginning(msgspec.Struct, frozen=True):
    """What every format has."""

    kind: str
    format: int


def encode(manifest: Manifest) -> bytes:
    """UTF-8 JSON, for people too."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def decode(raw: bytes) -> Manifest:
    """Raises ArchiveError, in words, for what is no manifest of ours."""
    try:
        beginning = msgspec.json.decode(raw, type=_Beginning)
        if beginning.kind != KIND:
            raise ArchiveError("It is no library of Dreamina Desktop.")
        if beginning.format > FORMAT:
            raise ArchiveError(NEWER)
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ArchiveError(UNREADABLE) from error
    _check(manifest)
    return manifest


def _check(manifest: Manifest) -> None:
    names = [file.name for file in manifest.files]
    if any(not is_safe(name) for name in names):
        raise ArchiveError("Its list of contents names a file that may not be in it.")
    if repeated(names) is not None:
        raise ArchiveError("Its list of contents names a file twice.")
    pictures = sum(name.startswith(f"{IMAGES}/") for name in names)
    others = len(names) - pictures
    if not {DATABASE, README} <= set(names) or others != 2 or pictures != manifest.images:
        raise ArchiveError("Its list of contents is not complete.")
