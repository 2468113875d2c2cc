"""Open the library; where its file is damaged or gone, rescue it first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import apsw

from dreamina_desktop.core.errors import DamagedError, DatabaseError
from dreamina_desktop.storage.backups import Backups
from dreamina_desktop.storage.database import Database
from dreamina_desktop.storage.locations import Locations
from dreamina_desktop.storage.rescue import Rescue, is_needed
from dreamina_desktop.storage.schema import MIGRATIONS
from dreamina_desktop.storage.soundness import check_rows

T = TypeVar("T")


async def open_library(
    locations: Locations, read: Callable[[Database], Awaitable[T]]
) -> tuple[Database, T, bool]:
    """The open database, what `read` made of it, and whether it had to be rescued: what cannot be
    read is damage, too. Raises DatabaseError."""
    backups = Backups(locations.backups)
    is_rescued = await asyncio.to_thread(is_needed, locations.database, backups)
    if is_rescued:
        await _rescue(locations, backups)
    try:
        return *await _open(locations, backups, read), is_rescued
    except DamagedError:
        await _rescue(locations, backups)
    return *await _open(locations, backups, read), True


async def _open(
    locations: Locations, backups: Backups, read: Callable[[Database], Awaitable[T]]
) -> tuple[Database, T]:
    database = Database(locations.database, MIGRATIONS, backups)
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
            "deleted. Make room on the disk, and start again: then the rescue goes on."
        ) from error
