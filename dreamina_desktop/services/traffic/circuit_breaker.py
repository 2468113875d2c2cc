"""A circuit breaker: what fails again and again is asked seldom, and slowly when it is back."""

from __future__ import annotations

from collections.abc import Callable

from dreamina_desktop.core.jobs import schedule
from dreamina_desktop.services.ports import Clock

OPENS_AFTER = 5  # failures in a row, with no good answer between
FULL_SPEED = 16  # requests at once; more are never wanted


class Breaker:
    """Of one origin. Open, it lets one probe at a time through, further and further apart, until
    one is answered well. Then requests start slowly: one at a time, with each good answer one
    more. Times in the clock's monotonic seconds."""

    def __init__(self, clock: Clock, jitter: Callable[[], float]) -> None:
        self._clock = clock
        self._jitter = jitter
        self._failures = 0  # in a row
        self._since: float | None = None
        self._probes = 0  # that were in vain
        self._next_probe = 0.0
        self._at_once = FULL_SPEED

    @property
    def is_open(self) -> bool:
        return self._failures >= OPENS_AFTER

    @property
    def failing_since(self) -> float | None:
        """When the first request of this row failed; None after a good answer."""
        return self._since

    def opens_at(self, under_way: int, at_once: int) -> float | None:
        """When one more request may start; None: only after one that is under way has ended."""
        most = 1 if self.is_open else min(self._at_once, at_once)
        if under_way >= most:
            return None
        return self._next_probe if self.is_open else 0.0

    def failed(self, interval_s: float, *, network: bool) -> None:
        """A request failed in a way that says that the origin is in trouble. `interval_s`: at
        which it is asked otherwise; `network`: no answer came at all."""
        now = self._clock.monotonic()
        was_open = self.is_open
        self._failures += 1
        if self._since is None:
            self._since = now
        if self._at_once < FULL_SPEED:
            self.start_slowly()
        if not self.is_open or (was_open and now < self._next_probe):
            return  # it answers a request that was under way when the breaker opened
        in_s = schedule.probe_in(interval_s, self._probes, self._jitter(), network=network)
        self._next_probe = now + in_s
        self._probes += 1

    def succeeded(self) -> bool:
        """A good answer came. Whether the breaker was open until now."""
        was_open = self.is_open
        self._failures = self._probes = 0
        self._since = None
        self._at_once = 1 if was_open else min(self._at_once + 1, FULL_SPEED)
        return was_open

    def is_starting(self, at_once: int) -> bool:
        """Whether fewer requests than `at_once` may be under way, because it was open lately."""
        return self._at_once < at_once

    def hurry(self) -> None:
        """Do not wait with the next probe."""
        self._next_probe = 0.0

    def start_slowly(self) -> None:
        """From now on one request at a time, and one more with each good answer."""
        self._at_once = 1
