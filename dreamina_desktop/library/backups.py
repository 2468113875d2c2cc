"""Copies of the library: one a day and one before each migration, the newest seven kept; each is
copied a piece at a time, checked, and only then given its name.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw

from dreamina_desktop.files.atomic import flush_folder, make_folder
from dreamina_desktop.library.integrity import (
    check_pages,
    check_rows,
    check_texts,
    connect,
    version_of,
)

KEPT = 7
EVERY = timedelta(days=1)
LEFT_FREE_BYTES = 100_000_000  # a backup never takes the last of the disk
_STAMP = "%Y%m%d-%H%M%S"
_NAME = re.compile(r"library-(\d{6,})-(\d{8}-\d{6})\.sqlite3")


class Backups:
    """A folder of copies, each named by its turn and its moment in UTC: the clock may have been
    wrong, the turn says which is the newest. One that is being made is a `.part`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest_first(self) -> Sequence[Path]:
        """Every whole copy."""
        files = (file for file in self._folder.glob("library-*.sqlite3") if taken_at(file))
        return sorted(files, key=_turn, reverse=True)

    def is_due(self, now: datetime) -> bool:
        """Whether the newest copy is a day old, or from a day to come: the clock was set."""
        newest = next(map(taken_at, self.newest_first()), None)
        return newest is None or abs(now - newest) >= EVERY

    def begin(self, size_bytes: int) -> Path:
        """An empty file for the next copy, for this user only. Raises OSError, also where the
        disk has no room for `size_bytes`."""
        make_folder(self._folder, 0o700)
        part = self._folder / "library.part"
        self.abandon(part)
        _check_room(self._folder, size_bytes)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return part

    def finish(self, part: Path, now: datetime) -> Path:
        """The copy is whole: flush it, give it its name, delete what is older than seven."""
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        turn = max(map(_turn, self.newest_first()), default=0) + 1
        copy = self._folder / f"library-{turn:06}-{now.astimezone(UTC):{_STAMP}}.sqlite3"
        part.replace(copy)
        flush_folder(self._folder)
        for old in self.newest_first()[KEPT:]:
            old.unlink(missing_ok=True)
        return copy

    def abandon(self, part: Path) -> None:
        """Delete a copy that did not become one. Raises OSError."""
        for ending in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + ending).unlink(missing_ok=True)


def taken_at(file: Path) -> datetime | None:
    """When a copy was made, by its name; None for what is none."""
    found = _NAME.fullmatch(file.name)
    try:
        return datetime.strptime(found[2], _STAMP).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def _turn(file: Path) -> int:
    found = _NAME.fullmatch(file.name)
    return int(found[1]) if found else 0


def _check_room(folder: Path, size_bytes: int) -> None:
    needed, free = size_bytes + LEFT_FREE_BYTES, shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(
            f"It needs {needed / 1e6:,.0f} MB on the disk, and {free / 1e6:,.0f} MB are free."
        )


PAGES_AT_ONCE = 256  # about a megabyte


class PageCopy:
    """A copy of a database in an empty file. `step` is called on the thread of `source`. Raises
    apsw.Error."""

    def __init__(self, source: apsw.Connection, file: Path) -> None:
        self._target = connect(file)
        # A copy that is cut off is made anew; whoever needs a whole one flushes it.
        self._target.execute("PRAGMA journal_mode = OFF")
        self._target.execute("PRAGMA synchronous = OFF")
        self._backup = self._target.backup("main", source, "main")

    def step(self) -> bool:
        """Copy some pages; whether that were the last ones. What is written meanwhile is in it."""
        self._backup.step(PAGES_AT_ONCE)
        return bool(self._backup.done)

    def close(self) -> None:
        """On any thread, and as often as one likes."""
        self._backup.close(True)
        self._target.close()


class BackupCopy:
    """`step` is called on the thread of `source`, the rest on any other. All raise OSError or
    apsw.Error; whoever makes it calls `finish` or `abandon`."""

    def __init__(self, source: apsw.Connection, backups: Backups) -> None:
        self._backups = backups
        pages, page_bytes = source.pragma("page_count"), source.pragma("page_size")
        self._part = backups.begin(int(pages) * int(page_bytes))
        self._copy = PageCopy(source, self._part)

    def step(self) -> bool:
        """Copy some pages; whether that were the last ones."""
        if is_done := self._copy.step():
            self._copy.close()
        return is_done

    def finish(self, migrations: Sequence[str]) -> None:
        """Prove that it is whole and put it in its place."""
        check_file(self._part, migrations)
        self._backups.finish(self._part, datetime.now(UTC))

    def abandon(self) -> None:
        """Delete what was copied."""
        self._copy.close()
        self._backups.abandon(self._part)


def check_file(file: Path, migrations: Sequence[str]) -> None:
    """Raises apsw.Error or UnicodeDecodeError where a file that nobody writes to is not a whole
    library."""
    connection = apsw.Connection(
        f"{file.absolute().as_uri()}?immutable=1",
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
    )
    try:
        check_pages(connection, migrations)
        if version_of(connection) == 0:
            raise apsw.CorruptError("empty")
        check_rows(connection)
        check_texts(connection)
    finally:
        connection.close()
