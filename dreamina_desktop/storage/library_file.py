"""Open the library; where its file is damaged or gone, rescue it first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import apsw

from dreamina_desktop.core.errors import DamagedError, DatabaseError
from dreamina_desktop.storage.backups import Backups
from dreamina_desktop.storage.database import Database
from dreamina_desktop.storage.locations import Locations
from dreamina_desktop.storage.rescue import Rescue, rescue
from dreamina_desktop.storage.schema import MIGRATIONS


async def open_library(locations: Locations) -> tuple[Database, Rescue | None]:
    """The open database, and what had to be done for it. Raises DatabaseError."""
    backups = Backups(locations.backups)
    done = None
    if _is_gone(locations.database) and backups.newest_first():
        done = await _rescue(locations, backups)
    database = Database(locations.database, MIGRATIONS, backups)
    try:
        await database.open()
    except DamagedError:
        done = await _rescue(locations, backups)
        await database.open()
    return database, done


def _is_gone(file: Path) -> bool:
    """Nothing was ever tracked here, or something happened to the file: backups tell."""
    return not file.exists() or not file.stat().st_size


async def _rescue(locations: Locations, backups: Backups) -> Rescue:
    def work() -> Rescue:
        now = datetime.now(UTC)
        return rescue(locations.database, backups, MIGRATIONS, locations.images, now)

    try:
        return await asyncio.to_thread(work)
    except (OSError, apsw.Error) as error:
        raise DatabaseError(
            f"{locations.database} is damaged and could not be restored: {error}. Nothing was "
            "deleted; make room on the disk, and start again."
        ) from error
