"""Copies of the library: one a day and one before each migration, the newest seven kept."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dreamina_desktop.storage.atomic_file import flush_folder
from dreamina_desktop.storage.durable_folder import make_folder

KEPT = 7
EVERY = timedelta(days=1)
_STAMP = "%Y%m%d-%H%M%S"
_NAME = re.compile(r"library-(\d{8}-\d{6})\.sqlite3")


class Backups:
    """A folder of copies, each named by its moment in UTC; one that is being made is a `.part`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest_first(self) -> Sequence[Path]:
        """Every whole copy."""
        files = (file for file in self._folder.glob("library-*.sqlite3") if taken_at(file))
        return sorted(files, key=lambda file: file.name, reverse=True)

    def is_due(self, now: datetime) -> bool:
        """Whether the newest copy is a day old. A clock that went back makes none due."""
        newest = next(map(taken_at, self.newest_first()), None)
        return newest is None or now - newest >= EVERY

    def begin(self) -> Path:
        """An empty file for the next copy, for this user only. Raises OSError."""
        make_folder(self._folder, 0o700)
        part = self._folder / "library.part"
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return part

    def finish(self, part: Path, now: datetime) -> None:
        """The copy is whole: flush it, give it its name, delete what is older than seven."""
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(self._folder / f"library-{now.astimezone(UTC):{_STAMP}}.sqlite3")
        flush_folder(self._folder)
        for old in self.newest_first()[KEPT:]:
            old.unlink(missing_ok=True)


def taken_at(file: Path) -> datetime | None:
    """When a copy was made, by its name."""
    found = _NAME.fullmatch(file.name)
    try:
        return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None
