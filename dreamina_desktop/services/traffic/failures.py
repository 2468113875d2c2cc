"""What has been failing without a break: how often in a row and for how long; and how many links
to the same thing have died one after the other.
"""

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


class Failures(Generic[K]):
    """Rows of failures by key, in the clock's monotonic seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[K, int] = {}
        self._since: dict[K, float] = {}
        self._reasons: dict[K, str] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def __contains__(self, key: K) -> bool:
        return key in self._counts

    def add(self, key: K, reason: str = "") -> int:
        """One more, for this reason, a sentence; how many it are in a row by now."""
        self._reasons[key] = reason
        self._counts[key] = self._counts.get(key, 0) + 1
        self._since.setdefault(key, self._clock.monotonic())
        return self._counts[key]

    def clear(self, key: K) -> None:
        """It did not fail: the row is broken."""
        self._counts.pop(key, None)
        self._since.pop(key, None)
        self._reasons.pop(key, None)

    def reason(self, key: K) -> str:
        """Why it failed last; "" without a row."""
        return self._reasons.get(key, "")

    def since(self, key: K) -> float | None:
        """When the row began; None without one."""
        return self._since.get(key)

    def stop_the_clock(self, key: K) -> None:
        """Waiting as a server asked is not failing: the row's time begins anew."""
        self._since.pop(key, None)

    def stop_all_clocks(self) -> None:
        self._since.clear()
