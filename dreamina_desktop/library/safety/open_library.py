"""Open the library; where its file is damaged or gone, rescue it first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import apsw

from dreamina_desktop.core.errors import DamagedError, DatabaseError
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.library.backups import Backups
from dreamina_desktop.library.database import READ_ONLY_FOLDER, Database
from dreamina_desktop.library.integrity import check_rows
from dreamina_desktop.library.safety.rescue import Rescue, is_needed
from dreamina_desktop.library.schema import MIGRATIONS

T = TypeVar("T")
_CHUNK_BYTES = 1 << 20
_UNREADABLE = (
    "The disk reported an error: {file} could not be read ({why}). Nothing was changed. Check the "
    "disk, and start again."
)


async def open_library(
    locations: Locations, read: Callable[[Database], Awaitable[T]]
) -> tuple[Database, T, bool]:
    """The open database, what `read` made of it, and whether it had to be rescued: what cannot be
    read is damage, too. Raises DatabaseError."""
    backups = Backups(locations.backups)
    is_rescued = await asyncio.to_thread(_is_gone_or_cut_off, locations.database, backups)
    if is_rescued:
        await _rescue(locations, backups)
    try:
        return *await _open(locations, backups, read), is_rescued
    except DamagedError:
        await asyncio.to_thread(_read_through, locations.database)
    try:  # once more: what a disk said in one moment is no verdict
        return *await _open(locations, backups, read), is_rescued
    except DamagedError:
        await _rescue(locations, backups)
    return *await _open(locations, backups, read), True


def _is_gone_or_cut_off(file: Path, backups: Backups) -> bool:
    """Raises DatabaseError where nobody can tell."""
    try:
        if file.is_symlink() and not _leads_somewhere(file):
            raise DatabaseError(
                f"{file} leads to {file.readlink()}, which is not there. Bring its disk back, and "
                "start again."
            )
        return is_needed(file, backups)
    except DatabaseError:
        raise
    except OSError as error:
        raise DatabaseError(_UNREADABLE.format(file=file, why=error.strerror)) from error


def _leads_somewhere(link: Path) -> bool:
    try:
        link.stat()
    except FileNotFoundError:
        return False
    return True


def _read_through(file: Path) -> None:
    """SQLite calls a file damaged also where the disk refused to read it. Raises DatabaseError
    where that still is so."""
    try:
        for each in (file, file.with_name(f"{file.name}-wal")):
            if each.exists():
                with open(each, "rb", buffering=0) as stream:
                    while stream.read(_CHUNK_BYTES):
                        pass
    except OSError as error:
        raise DatabaseError(_UNREADABLE.format(file=file, why=error.strerror)) from error


async def _open(
    locations: Locations, backups: Backups, read: Callable[[Database], Awaitable[T]]
) -> tuple[Database, T]:
    refusal = READ_ONLY_FOLDER if locations.is_read_only else ""
    database = Database(locations.database, MIGRATIONS, backups, refusal=refusal)
    try:
        await database.open()
        if database.is_proven:
            await database.call(check_rows)
        return database, await read(database)
    except BaseException:
        await database.aclose()
        raise


async def _rescue(locations: Locations, backups: Backups) -> None:
    now = datetime.now(UTC)
    work = Rescue(locations.database, backups, MIGRATIONS, locations.images, now)
    try:
        await asyncio.to_thread(work.run)
    except (OSError, apsw.Error) as error:
        raise DatabaseError(
            f"{locations.database} is damaged and could not be restored: {error}. Nothing was "
            "deleted. See that the disk works and has room, and start again: then the rescue goes "
            "on."
        ) from error
