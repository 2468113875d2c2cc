"""What the services need of libraries as single files; the adapters are in library/archive/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from dreamina_desktop.core.archive.format import ArchivedCollection, ArchivedJob, Original, Written
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.paste.lines import Paste


class NewArchive(Protocol):
    """An archive that is being written. All raise OSError."""

    async def step(self) -> float | None:
        """Write some, or read some of it back; how much is done, from 0 to 1. None when all of
        it was read as it will be read elsewhere."""

    async def finish(self) -> Written:
        """It is in its place, whole."""

    async def aclose(self) -> None:
        """What is not finished is removed."""


class OpenArchive(Protocol):
    """An archive whose structure and library are proven, its images not yet. All raise
    ArchiveError where it is not what it should be, OSError where a disk refuses."""

    @property
    def jobids(self) -> Mapping[int, str]:
        """By the numbers that the jobs have there, in their order."""

    @property
    def originals(self) -> Mapping[ImageKey, Original]:
        """The images' files, by their keys there."""

    async def check_room(self, size_bytes: int) -> None:
        """Raises OSError where the disk of the images has no room for so much."""

    async def unpack(self, original: Original) -> Path:
        """As a part beside the images, proven by its check sum."""

    async def compare(self, originals: Sequence[Original]) -> None:
        """Prove them and keep nothing."""

    async def portions(self, most_jobs: int, most_bytes: int) -> Sequence[Sequence[int]]:
        """The numbers of all jobs in their order: so many at a time, as long as their records and
        answers together have at most so many bytes."""

    async def jobs(self, numbers: Sequence[int]) -> Sequence[ArchivedJob]:
        """These, by number."""

    async def collections(self) -> Sequence[ArchivedCollection]:
        """All of them."""

    async def pastes(self) -> Sequence[Paste]:
        """All of them, the oldest first, by the numbers there."""

    async def exported(self) -> Mapping[str, ImageKey]:
        """Copies of images that were exported there: SHA-256, and of which."""

    async def aclose(self) -> None:
        """What was unpacked and has no name by now is removed."""


class Archives(Protocol):
    """Makes and opens them, one at a time."""

    async def is_one(self, file: Path) -> bool:
        """Whether a file is to be opened as one."""

    async def begin(self, file: Path) -> NewArchive:
        """With the library as it is now. Raises OSError."""

    async def examine(self, file: Path) -> OpenArchive:
        """Open one. Raises ArchiveError and OSError; nothing is changed by it."""
