"""Settings as JSON values in the library's database, and whose image a file is, by its bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import apsw

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.library.database import Database


class Fingerprints:
    """Implements services.ports.Fingerprints."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, copies: Mapping[str, ImageKey]) -> None:
        """Two images may have the same bytes: the newer note is kept."""
        rows = [(digest, key.number, key.index) for digest, key in copies.items()]

        def work(connection: apsw.Connection) -> None:
            put = "INSERT OR REPLACE INTO exported (sha256, number, idx) VALUES (?, ?, ?)"
            connection.executemany(put, rows)

        await self._database.call(work)

    async def find(self, digests: Sequence[str]) -> Mapping[str, ImageKey]:
        """An image's own file goes before a copy."""

        def work(connection: apsw.Connection) -> Mapping[str, ImageKey]:
            marks = ",".join("?" * len(digests))
            found: dict[str, ImageKey] = {}
            for table in ("exported", "image"):
                ask = f"SELECT sha256, number, idx FROM {table} WHERE sha256 IN ({marks})"
                for digest, number, index in connection.execute(ask, tuple(digests)):
                    found[digest] = ImageKey(number, index)
            return found

        return await self._database.call(work)


_NOTHING = object()


class SettingsStore:
    """Implements services.ports.SettingsStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load_settings(self) -> dict[str, Any]:
        rows = await self._database.call(
            lambda c: list(c.execute("SELECT name, value FROM setting"))
        )
        return {name: read for name, value in rows if (read := _read(value)) is not _NOTHING}

    async def save_setting(self, name: str, value: Any) -> None:
        text = json.dumps(value)
        await self._database.call(
            lambda c: c.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, text))
        )


def _read(text: str) -> Any:
    """A value that cannot be read is the same as none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NOTHING
