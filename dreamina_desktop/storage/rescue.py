"""A damaged library: set aside, replaced by its newest good backup, and whatever can still be
read of it put on top. Nothing is deleted, and a rescue that is cut off begins anew.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import apsw

from dreamina_desktop.storage.atomic_file import flush_folder
from dreamina_desktop.storage.backups import Backups, taken_at
from dreamina_desktop.storage.database import Migration, migrate
from dreamina_desktop.storage.salvage import job_count, salvage

_ENDINGS = ("", "-wal", "-shm")
_IMAGE = re.compile(r"(\d{4,9})-\d+\b.*\.(?:jpg|png|webp)")


@dataclass(frozen=True, slots=True)
class Rescue:
    """What was done."""

    aside: str  # the name of the damaged file, "" when there was none
    backup_at: datetime | None
    jobs: int  # in the library now
    salvaged: int  # of them, those that only the damaged file had

    def words(self) -> str:
        """For the user, in one message."""
        what = "was damaged" if self.aside else "was missing"
        kept = f" The damaged file was kept as {self.aside}." if self.aside else ""
        return f"The library {what}. {self._restored()}{self._read()}{kept}"

    def _restored(self) -> str:
        if self.backup_at is None:
            return "There was no backup."
        local = self.backup_at.astimezone()
        return f"The backup of {local.day} {local:%B, %H:%M} was restored."

    def _read(self) -> str:
        if not self.salvaged:
            return f" It has {_jobs(self.jobs)}."
        return f" {_jobs(self.salvaged)} more could be read from the damaged file."


def rescue(
    file: Path, backups: Backups, migrations: Sequence[Migration], images: Path, now: datetime
) -> Rescue:
    """Put a good library in place of `file`. `images`: the folder of images, whose numbers are
    not given again. Raises OSError or apsw.Error; then the next start tries again."""
    _set_aside(file, now)
    damaged = _newest_aside(file)
    part = file.with_name(f"{file.stem}.rescue.part")
    for ending in _ENDINGS:
        _beside(part, ending).unlink(missing_ok=True)
    backup_at = _restore(part, backups)
    connection = apsw.Connection(os.fspath(part))
    try:
        migrate(connection, migrations)
        before = job_count(connection)
        if damaged is not None:
            _salvage(connection, damaged)
        _reserve_numbers(connection, images)
        jobs = job_count(connection)
    finally:
        connection.close()
    _put_in_place(part, file)
    return Rescue(damaged.name if damaged else "", backup_at, jobs, jobs - before)


def _set_aside(file: Path, now: datetime) -> None:
    """The file itself first: as long as it stands here, the next start finds it damaged."""
    name = f"{file.stem}.damaged-{now.astimezone():%Y%m%d-%H%M%S}{file.suffix}"
    for ending in _ENDINGS:
        one = _beside(file, ending)
        if one.exists():
            one.rename(file.with_name(name + ending))


def _newest_aside(file: Path) -> Path | None:
    found = sorted(file.parent.glob(f"{file.stem}.damaged-*{file.suffix}"))
    return found[-1] if found else None


def _restore(part: Path, backups: Backups) -> datetime | None:
    """Copy the newest backup that is whole; None where there is none."""
    for backup in backups.newest_first():
        shutil.copyfile(backup, part)
        part.chmod(0o600)
        if _is_whole(part):
            return taken_at(backup)
        part.unlink()
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))
    return None


def _is_whole(file: Path) -> bool:
    try:
        connection = apsw.Connection(os.fspath(file))
    except apsw.Error:
        return False
    try:
        return bool(connection.pragma("quick_check") == "ok")
    except apsw.Error:
        return False
    finally:
        connection.close()


def _salvage(connection: apsw.Connection, damaged: Path) -> None:
    """Reads copies: opening the damaged file itself could change it."""
    with tempfile.TemporaryDirectory(prefix=".rescue-", dir=damaged.parent) as folder:
        copy = Path(folder) / damaged.name
        for ending in _ENDINGS:
            one = _beside(damaged, ending)
            if one.exists():
                shutil.copyfile(one, _beside(copy, ending))
        salvage(connection, copy)


def _reserve_numbers(connection: apsw.Connection, images: Path) -> None:
    """A number that an image's file has is never given again."""
    names = (file.name for folder in _folders(images) for file in folder.iterdir())
    numbers = [int(found[1]) for name in names if (found := _IMAGE.fullmatch(name))]
    highest = max((*numbers, 0))
    connection.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'job', 0 "
        "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'job')"
    )
    connection.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, ?, "
        "(SELECT ifnull(max(number), 0) FROM job)) WHERE name = 'job'",
        (highest,),
    )


def _folders(images: Path) -> Iterable[Path]:
    try:
        return [folder for folder in images.iterdir() if folder.is_dir()]
    except OSError:
        return []


def _put_in_place(part: Path, file: Path) -> None:
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    part.replace(file)
    flush_folder(file.parent)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"
