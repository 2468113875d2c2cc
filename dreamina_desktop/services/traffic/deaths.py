"""How many links to the same thing have died one after the other."""

from __future__ import annotations

from typing import Generic, TypeVar

from dreamina_desktop.services.ports import Clock

K = TypeVar("K")

LONG_S = 3600.0  # a link that lived for so long did work


class Deaths(Generic[K]):
    """A host that refuses every link must not be asked with fresh ones for ever."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[K, tuple[int, float]] = {}  # how many, and when the last one was

    def add(self, key: K) -> int:
        """One more; how many it are in a row by now."""
        now = self._clock.monotonic()
        count, last = self._counts.get(key, (0, now))
        count = count + 1 if now - last < LONG_S else 1
        self._counts[key] = (count, now)
        return count

    def forget(self, key: K) -> None:
        self._counts.pop(key, None)
