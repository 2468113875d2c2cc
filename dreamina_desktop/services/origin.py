"""When the API's origin may be asked again: the ceiling, a Retry-After, no network."""

from __future__ import annotations

from collections.abc import Callable

from dreamina_desktop.core import schedule
from dreamina_desktop.services.messages import Condition, Messages, Remedy
from dreamina_desktop.services.poll_status import PollLimits
from dreamina_desktop.services.ports import Clock

OFFLINE_AFTER = 3  # answers in a row that were none
SLOWLY_S = 60.0  # one at a time for so long after a 429
LEAST_RETRY_AFTER_S = 1.0
LONGEST_PROBE_S = 30.0  # without a network one request in so long finds out that it is back


class Origin:
    """Holds for all jobs together. Times in the clock's monotonic seconds."""

    def __init__(
        self, limits: PollLimits, messages: Messages, clock: Clock, jitter: Callable[[], float]
    ) -> None:
        self.limits = limits
        self._messages = messages
        self._clock = clock
        self._jitter = jitter
        self._next_start = 0.0
        self._throttled_until = 0.0
        self._throttles = 0  # in a row
        self._slow_until = 0.0
        self._unreachable = 0  # in a row
        self._unreachable_since: float | None = None
        self._next_probe = 0.0
        self._reason = ""

    def opens_at(self, under_way: int) -> float | None:
        """When the next request may start; None: only after one that is under way has ended."""
        careful = self.is_offline or self._clock.monotonic() < self._slow_until
        if under_way >= (1 if careful else self.limits.at_once):
            return None
        probe = self._next_probe if self.is_offline else 0.0
        return max(self._next_start, self._throttled_until, probe)

    def started(self) -> None:
        """A request starts now: the ceiling is a distance between starts."""
        if self.limits.per_second:
            now = self._clock.monotonic()
            self._next_start = max(now, self._next_start) + 1 / self.limits.per_second

    @property
    def next_start(self) -> float:
        """When the ceiling allows another request."""
        return self._next_start

    def hurry(self) -> None:
        """The user wants an answer: do not wait with the next probe."""
        self._next_probe = 0.0

    def go_slowly(self) -> None:
        """One request at a time for a while."""
        self._slow_until = max(self._slow_until, self._clock.monotonic() + SLOWLY_S)

    # -- no network ---------------------------------------------------------------------------

    @property
    def is_offline(self) -> bool:
        return self._unreachable >= OFFLINE_AFTER

    @property
    def offline_since(self) -> float | None:
        """When the first request of this row got no answer; None while online."""
        return self._unreachable_since if self.is_offline else None

    @property
    def reason(self) -> str:
        """Why there was no answer, in words; "" while online."""
        return self._reason if self.is_offline else ""

    def unreachable(self, reason: str) -> None:
        """A request got no HTTP answer."""
        now = self._clock.monotonic()
        self._unreachable += 1
        self._reason = reason
        if self._unreachable_since is None:
            self._unreachable_since = now
        self._next_probe = now + min(self.limits.interval_s, LONGEST_PROBE_S)
        if self.is_offline:
            self._messages.hold(
                Condition.OFFLINE,
                f"{reason} Checking goes on by itself when there is a connection.",
                Remedy.CHECK_NOW,
            )

    def reached(self) -> bool:
        """An HTTP answer came. Whether requests got none before."""
        was_cut_off = self._unreachable > 0
        self._unreachable = 0
        self._unreachable_since = None
        self._messages.lift(Condition.OFFLINE)
        return was_cut_off

    # -- 429 ----------------------------------------------------------------------------------

    @property
    def is_throttled(self) -> bool:
        return self._clock.monotonic() < self._throttled_until

    @property
    def throttled_until(self) -> float:
        return self._throttled_until

    def throttled(self, retry_after_s: float | None) -> None:
        """Everything waits at least as long as asked for, at most an hour. Several answers to
        requests that were under way together count once."""
        now = self._clock.monotonic()
        if not self.is_throttled:
            self._throttles += 1
        wait_s = retry_after_s
        if wait_s is None:
            wait_s = schedule.backoff(self.limits.interval_s, self._throttles, self._jitter())
        wait_s = min(max(wait_s, LEAST_RETRY_AFTER_S), schedule.MAX_RETRY_AFTER_S)
        self._throttled_until = max(self._throttled_until, now + wait_s)
        self._slow_until = self._throttled_until + SLOWLY_S
        self._messages.hold(
            Condition.THROTTLED, "The API asks for a pause. Checking goes on by itself."
        )

    def answered_well(self) -> None:
        """An answer about a job. One to an older request does not end a pause."""
        if not self.is_throttled:
            self._throttles = 0
            self._messages.lift(Condition.THROTTLED)

    def nothing_to_ask(self) -> None:
        """No job waits: what keeps them waiting is of no interest."""
        self._messages.lift(Condition.OFFLINE)
        self._messages.lift(Condition.THROTTLED)
