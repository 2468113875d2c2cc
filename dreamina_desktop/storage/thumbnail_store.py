"""Thumbnails in a database of their own: losing it costs only time."""

from __future__ import annotations

from pathlib import Path

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.storage.database import Database

_TABLE = """
    CREATE TABLE thumbnail (
        number INTEGER NOT NULL, idx INTEGER NOT NULL, jpeg BLOB NOT NULL,
        PRIMARY KEY (number, idx)
    )
"""


class ThumbnailStore:
    """Implements services.ports.ThumbnailStore. A damaged file is made anew."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._database = Database(file, (_TABLE,))

    async def open(self) -> None:
        try:
            await self._database.open()
        except DatabaseError:
            for suffix in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
            await self._database.open()

    async def get(self, key: ImageKey) -> bytes | None:
        rows = await self._database.call(
            lambda c: list(
                c.execute(
                    "SELECT jpeg FROM thumbnail WHERE number = ? AND idx = ?",
                    (key.number, key.index),
                )
            )
        )
        return rows[0][0] if rows else None

    async def put(self, key: ImageKey, jpeg: bytes) -> None:
        await self._database.call(
            lambda c: c.execute(
                "INSERT OR REPLACE INTO thumbnail VALUES (?, ?, ?)", (key.number, key.index, jpeg)
            )
        )

    async def aclose(self) -> None:
        await self._database.aclose()
