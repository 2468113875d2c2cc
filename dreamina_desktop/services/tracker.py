"""Track, remove, stop: what the user decides about jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dreamina_desktop.core.job import Batch
from dreamina_desktop.core.job_id import Finds
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.undo import UndoHistory


@dataclass(frozen=True, slots=True)
class Preview:
    """What a text would do, before it is tracked; `text` in words for the field."""

    finds: Finds
    new: int
    known: int  # here already, removed ones not counted
    text: str  # "40 found: 34 new, 6 already here"; "" for an empty field


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a text did. Numbers of jobs, in the text's order."""

    finds: Finds
    batch: Batch | None
    new: tuple[int, ...]
    known: tuple[int, ...]
    restored: tuple[int, ...]  # were removed, are shown again
    text: str  # in words, for a passing message; says why what was not tracked was not


class Tracker:
    """Every decision is on disk when its call returns, and can be undone."""

    def __init__(
        self, library: Library, undo: UndoHistory, clock: Clock, on_polling: Callable[[], None]
    ) -> None:
        """`on_polling` is called after jobs began to poll: it wakes the poller."""
        raise NotImplementedError

    def preview(self, text: str) -> Preview:
        """Pure and fast: for use at each key stroke."""
        raise NotImplementedError

    async def track(self, text: str) -> Tracked:
        """Track every ID in `text`; pasted records are kept as "from paste"."""
        raise NotImplementedError

    async def track_anyway(self, word: str) -> Tracked:
        """Track one word that does not look like an ID. ValueError when it cannot be sent."""
        raise NotImplementedError

    async def remove(self, numbers: Sequence[int]) -> None:
        """Hide jobs and stop their polling; their records, files and references stay."""
        raise NotImplementedError

    async def stop(self, numbers: Sequence[int]) -> None:
        """Do not ask for these jobs any more."""
        raise NotImplementedError

    async def resume(self, numbers: Sequence[int]) -> None:
        """Ask again for jobs that were stopped or not found."""
        raise NotImplementedError
