"""How many requests may be retries: an origin that works by halves gets fewer, not more."""

from __future__ import annotations

from dreamina_desktop.services.ports import Clock

SHARE = 0.2  # of the other requests
PER_MINUTE = 10.0  # besides, so that a few troubled ones are never stuck
SAVED = 10.0  # of those, at most, for later
MOST = 50.0  # at any time, however many requests were no retries


class RetryBudget:
    """In N other requests and T minutes at most 10 + N/5 + 10 T retries. Not `limited` (on
    loopback, where there is no ceiling either): no bound."""

    def __init__(self, clock: Clock, *, limited: bool = True) -> None:
        self._clock = clock
        self._limited = limited
        self._left = SAVED
        self._counted_at = clock.monotonic()

    def opens_at(self) -> float:
        """When the next retry may start, in the clock's monotonic seconds."""
        if not self._limited:
            return 0.0
        self._earn_by_time()
        missing = max(0.0, 1.0 - self._left)
        return self._counted_at + missing * 60.0 / PER_MINUTE

    def spend(self) -> None:
        """A retry starts."""
        self._earn_by_time()
        self._left = max(0.0, self._left - 1.0)

    def earn(self) -> None:
        """A request that is no retry starts."""
        self._left = min(self._left + SHARE, MOST)

    def _earn_by_time(self) -> None:
        now = self._clock.monotonic()
        earned = (now - self._counted_at) * PER_MINUTE / 60.0
        self._left = max(self._left, min(self._left + earned, SAVED))
        self._counted_at = now
