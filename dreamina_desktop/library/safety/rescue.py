"""A damaged library: set aside, replaced by its newest good backup, and whatever can still be
read of it put on top; and what was done, in one message for the user.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import apsw

from dreamina_desktop.core.errors import RESCUE_NOTICE, RESCUED_NUMBERS
from dreamina_desktop.core.text.dates import local_time
from dreamina_desktop.files.atomic import flush_folder, write_atomically
from dreamina_desktop.files.images import highest_number
from dreamina_desktop.library.backups import Backups, check_file, taken_at
from dreamina_desktop.library.database import Migration, migrate
from dreamina_desktop.library.integrity import OF_THE_MOMENT, connect, version_of
from dreamina_desktop.library.safety.salvage import (
    UNREADABLE,
    add_lost_ids,
    job_count,
    salvage_rows,
)


@dataclass(frozen=True, slots=True)
class Rescued:
    """`aside`: the name of the damaged file, "" where there was none. Of the jobs that the backup
    did not have: `read` whole, `ids` only by their ID, `lost` not at all."""

    aside: str
    backup_at: datetime | None
    read: int
    ids: int
    lost: int

    def words(self) -> str:
        """Three or four sentences."""
        what = "was damaged" if self.aside else "was missing"
        if self.backup_at is None:
            begin = f"The library {what}, and there was no backup."
        else:
            local = local_time(self.backup_at)
            begin = f"The library {what}. The backup of {local.day} {local:%B, %H:%M} was restored."
        return " ".join(part for part in (begin, self._read(), self._lost(), self._kept()) if part)

    def _read(self) -> str:
        if not self.aside:
            return ""
        newer = "newer " if self.backup_at else ""
        found = self.read + self.ids
        if not found:
            return "" if self.backup_at else "No job could be read from the damaged file."
        words = f"{_jobs(found, newer)} {_were(found)} read from the damaged file"
        if not self.ids:
            return f"{words}."
        left = "only the ID is left" if self.ids == 1 else "only the IDs are left"
        return f"{words}; of {self.ids:,} {left}, and the API is asked again."

    def _lost(self) -> str:
        return f"{_jobs(self.lost)} could not be read any more." if self.lost else ""

    def _kept(self) -> str:
        return f"The damaged file was kept as {self.aside}." if self.aside else ""


def _jobs(count: int, kind: str = "") -> str:
    return f"{count:,} {kind}job{'' if count == 1 else 's'}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


_ENDINGS = ("", "-wal", "-shm")


def is_needed(file: Path, backups: Backups) -> bool:
    """Whether the library is gone, though there was one, or a rescue of it was cut off."""
    if _mark(file).exists():
        return True
    log = _beside(file, "-wal")
    return _size(file) == 0 and (_size(log) > 0 or bool(backups.newest_first()))


@dataclass(frozen=True, slots=True)
class Rescue:
    """Puts a good library in place of `file`. `images`: the folder of images, whose numbers are
    not given again, unless another was chosen."""

    file: Path
    backups: Backups
    migrations: Sequence[Migration]
    images: Path
    now: datetime

    def run(self) -> None:
        """Raises OSError or apsw.Error; then the next start goes on."""
        aside = self._begin()
        if not self._is_in_place(aside):
            if aside is not None:
                self._set_aside(aside)
            self._put_in_place(self._build(aside))
        _mark(self.file).unlink()
        flush_folder(self.file.parent)

    def _begin(self) -> Path | None:
        """Where the damaged file goes; None where there is nothing of it. A mark says the same
        until the rescue is over."""
        mark = _mark(self.file)
        for left in mark.parent.glob(f".{mark.name}.*.part"):
            left.unlink()  # by a start that was killed here
        if not mark.exists():
            name = self._free_name().name if _is_there(self.file) else ""
            write_atomically(mark, name.encode(), private=True)
            flush_folder(self.file.parent)
        name = mark.read_text(encoding="utf-8")
        return self.file.with_name(name) if name else None

    def _free_name(self) -> Path:
        stem = f"{self.file.stem}.damaged-{local_time(self.now):%Y-%m-%d-%H%M%S}"
        for turn in range(1, 1000):
            suffix = "" if turn == 1 else f"-{turn}"
            aside = self.file.with_name(f"{stem}{suffix}{self.file.suffix}")
            if not _is_there(aside):
                return aside
        raise FileExistsError(f"{stem} is there already.")

    def _is_in_place(self, aside: Path | None) -> bool:
        """Whether only the mark is left of a rescue."""
        return _size(self.file) > 0 and (aside is None or _is_there(aside))

    def _set_aside(self, aside: Path) -> None:
        """The file first: its log without it says nothing, it without its log may seem whole."""
        for ending in _ENDINGS:
            if _beside(self.file, ending).exists():
                _beside(self.file, ending).rename(_beside(aside, ending))
        flush_folder(self.file.parent)

    def _build(self, aside: Path | None) -> Path:
        part = self.file.with_name(f"{self.file.stem}.rescue.part")
        for ending in ("-journal", *_ENDINGS):
            _beside(part, ending).unlink(missing_ok=True)
        backup_at = self._restore(part)
        connection = connect(part)
        try:
            # All of it in one file: there is no log that could stay behind.
            connection.execute("PRAGMA journal_mode = DELETE")
            if version_of(connection) <= len(self.migrations):
                migrate(connection, self.migrations)
                self._fill(connection, aside, backup_at)
        finally:
            connection.close()
        return part

    def _restore(self, part: Path) -> datetime | None:
        """Copy the newest backup that is whole; None where there is none."""
        for backup in self.backups.newest_first():
            shutil.copyfile(backup, part)
            part.chmod(0o600)
            try:
                check_file(part, self.migrations)
            except UNREADABLE as error:
                if isinstance(error, OF_THE_MOMENT):
                    raise  # it may be whole, and newer than all others
                continue
            return taken_at(backup)
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))
        return None

    def _fill(
        self, target: apsw.Connection, aside: Path | None, backup_at: datetime | None
    ) -> None:
        now = self.now.timestamp()
        before, given_before = job_count(target), _last_given(target)
        scratch = self.file.with_name(".rescue")
        with _copied(aside, scratch) as damaged, _transaction(target):
            salvaged = salvage_rows(target, damaged, now)
            read = job_count(target) - before
            given = max(given_before, salvaged.last_number)
            last = max(given, highest_number(self.images), highest_number(_chosen_folder(target)))
            _give_from(target, last + 1)
            ids = add_lost_ids(target, aside, now, salvaged) if aside else 0
            missing_before = given_before - before
            lost = max(0, given - missing_before - before - read - ids)
            rescued = Rescued(aside.name if aside else "", backup_at, read, ids, lost)
            _set(target, RESCUE_NOTICE, rescued.words())
            _set(target, RESCUED_NUMBERS, last)

    def _put_in_place(self, part: Path) -> None:
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.replace(self.file)
        flush_folder(self.file.parent)


@contextmanager
def _copied(damaged: Path | None, folder: Path) -> Iterator[Path]:
    """A copy to read from: opening the damaged file itself could change it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    copy = folder / "damaged.sqlite3"
    try:
        for ending in ("", "-wal"):
            if damaged is not None and _beside(damaged, ending).exists():
                shutil.copyfile(_beside(damaged, ending), _beside(copy, ending))
        yield copy
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _transaction(connection: apsw.Connection) -> Iterator[None]:
    """References are put right at the end, not row by row."""
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")


def _last_given(connection: apsw.Connection) -> int:
    rows = list(connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'job'"))
    return int(rows[0][0]) if rows else 0


def _give_from(connection: apsw.Connection, number: int) -> None:
    """The next job gets this number."""
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'job'")
    connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('job', ?)", (number - 1,))


def _chosen_folder(connection: apsw.Connection) -> Path:
    rows = list(connection.execute("SELECT value FROM setting WHERE name = 'images_folder'"))
    chosen = json.loads(rows[0][0]) if rows else None
    return Path(chosen) if isinstance(chosen, str) and chosen else Path(os.devnull)


def _set(connection: apsw.Connection, name: str, value: object) -> None:
    row = (name, json.dumps(value))
    connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", row)


def _mark(file: Path) -> Path:
    return file.with_name(f"{file.stem}.rescue")


def _is_there(file: Path) -> bool:
    return any(_beside(file, ending).exists() for ending in _ENDINGS)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _size(file: Path) -> int:
    """0 for what is not there. Raises OSError where nobody can tell."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
