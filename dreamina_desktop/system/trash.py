"""The system's trash, as Qt knows it; in a thread, for it may be another disk."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QFile


class QtTrash:
    """Implements services.ports.Trash."""

    def __init__(self, *, is_off: bool = False) -> None:
        """`is_off`: nothing is moved, where it could not be written down."""
        self._is_off = is_off

    async def move(self, files: Sequence[str]) -> Sequence[str | None]:
        if self._is_off:
            return [None] * len(files)
        return await asyncio.to_thread(lambda: [_move(file) for file in files])

    async def restore(self, moved: Sequence[tuple[Path, Path]]) -> Sequence[bool]:
        return await asyncio.to_thread(lambda: [_restore(*pair) for pair in moved])


def _move(file: str) -> str | None:
    trashed = QFile(file)
    return trashed.fileName() or None if trashed.moveToTrash() else None


def _restore(trashed: Path, file: Path) -> bool:
    if not trashed.exists() or file.exists():
        return False
    try:
        file.parent.mkdir(exist_ok=True)  # no more: its disk may be away
        os.rename(trashed, file)
    except OSError:
        return False
    # What the freedesktop.org trash remembers of it (trash specification, "info").
    with suppress(OSError):
        (trashed.parent.parent / "info" / f"{trashed.name}.trashinfo").unlink(missing_ok=True)
    return True
