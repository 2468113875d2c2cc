"""When the API's origin may be asked again: the ceiling, a Retry-After, an outage."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from dreamina_desktop.core.jobs import schedule
from dreamina_desktop.core.text.wording import plural
from dreamina_desktop.services.holds import Hold, Work
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy
from dreamina_desktop.services.traffic.circuit_breaker import Breaker
from dreamina_desktop.services.traffic.poll_status import PollLimits

OFFLINE_AFTER = 3  # answers in a row that were none: it is said before the breaker opens
SLOWLY_S = 60.0  # one at a time for so long after a 429
LEAST_RETRY_AFTER_S = 1.0
ONE_SECOND = "The API asks for a pause, of 1 more second."
MORE_SECONDS = "The API asks for a pause, of {n} more seconds."


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
        self._unasked_since: float | None = None  # 429 without a Retry-After, in a row
        self._slow_until = 0.0
        self._breaker = Breaker(clock, jitter)
        self._unreachable = 0  # answers in a row that were none
        self._reason = ""

    def opens_at(self, under_way: int) -> float | None:
        """When the next request may start; None: only after one that is under way has ended."""
        slowly = self._clock.monotonic() < self._slow_until
        probe = self._breaker.opens_at(under_way, 1 if slowly else self.limits.at_once)
        return None if probe is None else max(self._next_start, self._throttled_until, probe)

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
        self._breaker.hurry()

    def woke_up(self) -> None:
        """The machine slept: much is due, and the network may be another one."""
        self._breaker.hurry()
        self._breaker.start_slowly()

    def go_slowly(self) -> None:
        """One request at a time for a while."""
        self._slow_until = max(self._slow_until, self._clock.monotonic() + SLOWLY_S)

    # -- an outage ----------------------------------------------------------------------------

    @property
    def is_offline(self) -> bool:
        """The last requests got no answer at all."""
        return self._unreachable >= OFFLINE_AFTER

    @property
    def is_down(self) -> bool:
        """One request after another failed, whatever the answers were."""
        return self._breaker.is_open

    @property
    def failing_since(self) -> float | None:
        """When the first request of the row failed; None while the origin works."""
        if self._unasked_since is not None:
            return self._unasked_since
        return self._breaker.failing_since if self.is_offline or self.is_down else None

    @property
    def reason(self) -> str:
        """Why the last request failed, in words; "" while the origin works."""
        return self._reason if self.is_offline or self.is_down else ""

    def failed(self, reason: str, *, network: bool) -> None:
        """A request failed in a way that is not about its job; `network`: without any answer."""
        self._unreachable = self._unreachable + 1 if network else 0
        self._reason = reason
        self._breaker.failed(self.limits.interval_s, network=network)
        if self.is_offline:
            self._say(Condition.OFFLINE, "when there is a connection")
        elif self.is_down:
            self._say(Condition.DOWN, "when the API works again")

    def reached(self) -> bool:
        """An HTTP answer came. Whether the API was out of reach until now: a connection that is
        cut now and then is the matter of its job alone."""
        was_offline = self.is_offline
        self._unreachable = 0
        self._messages.lift(Condition.OFFLINE)
        return was_offline

    def answered_well(self) -> bool:
        """An answer about a job. Whether the origin was down until now. One to an older request
        does not end a pause."""
        if not self.is_throttled:
            self._throttles = 0
            self._unasked_since = None
            self._messages.lift(Condition.THROTTLED)
        self._messages.lift(Condition.DOWN)
        return self._breaker.succeeded()

    def _say(self, condition: Condition, when: str) -> None:
        text = f"{self._reason.rstrip('.')}. Checking goes on by itself {when}."
        self._messages.hold(condition, text, Remedy.CHECK_NOW)

    def holds(self) -> Iterator[Hold]:
        """Why no job is asked."""
        if self.is_throttled:
            seconds = math.ceil(self._throttled_until - self._clock.monotonic())
            yield Hold(plural(seconds, ONE_SECOND, MORE_SECONDS), Work.JOBS)
        if self.reason:
            yield Hold(self.reason, Work.JOBS)

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
        if wait_s is not None:
            self._unasked_since = None
        elif self._unasked_since is None:
            self._unasked_since = now
        if wait_s is None:
            wait_s = schedule.backoff(self.limits.interval_s, self._throttles, self._jitter())
        wait_s = min(max(wait_s, LEAST_RETRY_AFTER_S), schedule.MAX_RETRY_AFTER_S)
        self._throttled_until = max(self._throttled_until, now + wait_s)
        self._slow_until = self._throttled_until + SLOWLY_S
        self._messages.hold(
            Condition.THROTTLED, "The API asks for a pause. Checking goes on by itself."
        )

    def nothing_to_ask(self) -> None:
        """No job waits: what keeps them waiting is of no interest."""
        for condition in (Condition.OFFLINE, Condition.DOWN, Condition.THROTTLED):
            self._messages.lift(condition)
