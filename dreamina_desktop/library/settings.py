"""Settings as JSON values in the library's database."""

from __future__ import annotations

import json
from typing import Any

from dreamina_desktop.library.database import Database

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
