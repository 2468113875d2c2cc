"""Thumbnails in a database of their own: losing it costs only time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import apsw

from dreamina_desktop.core.errors import DamagedError
from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.storage.database import Database

T = TypeVar("T")
TABLES = (
    """
    CREATE TABLE thumbnail (
        number INTEGER NOT NULL, idx INTEGER NOT NULL, jpeg BLOB NOT NULL,
        PRIMARY KEY (number, idx)
    )
    """,
)


class ThumbnailStore:
    """Implements services.ports.ThumbnailStore. A damaged file is made anew, whenever that shows;
    where none can be opened, everything goes on without."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._database = self._new()

    def _new(self) -> Database:
        return Database(self._file, TABLES, costs_only_time=True)

    async def open(self) -> None:
        """Never fails: without a store, thumbnails are made each time."""
        with suppress(OSError):
            try:
                await self._database.open()
            except DamagedError:
                await self._replace(self._database)

    async def get(self, keys: Sequence[ImageKey]) -> Mapping[ImageKey, bytes]:
        """Those that are there, in one visit to the database's thread."""
        ask = "SELECT jpeg FROM thumbnail WHERE number = ? AND idx = ?"

        def work(connection: apsw.Connection) -> dict[ImageKey, bytes]:
            return {
                key: row[0]
                for key in keys
                for row in connection.execute(ask, (key.number, key.index))
            }

        return await self._call(work)

    async def put(self, jpegs: Mapping[ImageKey, bytes]) -> None:
        keep = "INSERT OR REPLACE INTO thumbnail VALUES (?, ?, ?)"
        rows = [(key.number, key.index, jpeg) for key, jpeg in jpegs.items()]
        await self._call(lambda c: c.executemany(keep, rows))

    async def drop(self, key: ImageKey) -> None:
        drop = "DELETE FROM thumbnail WHERE number = ? AND idx = ?"
        await self._call(lambda c: c.execute(drop, (key.number, key.index)))

    async def aclose(self) -> None:
        await self._database.aclose()

    async def _call(self, work: Callable[[apsw.Connection], T]) -> T:
        database = self._database
        try:
            return await database.call(work)
        except DamagedError:
            if database is self._database:  # else another call has found it first
                await self._replace(database)
            raise

    async def _replace(self, damaged: Database) -> None:
        self._database = self._new()
        await damaged.aclose()
        for ending in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        await self._database.open()
