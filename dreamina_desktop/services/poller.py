"""Ask the API about every job that polls: one task, one heap of due times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from dreamina_desktop.core import schedule
from dreamina_desktop.core.answer import (
    Found,
    JobAnswer,
    NotFound,
    Refused,
    Throttled,
    Trouble,
)
from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.failure import explain_not_found
from dreamina_desktop.core.job import Job, Tracking
from dreamina_desktop.core.job_id import parts
from dreamina_desktop.core.transition import after_not_found, after_record, after_trouble
from dreamina_desktop.services.due_heap import DueHeap
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.messages import Condition, Messages, Remedy
from dreamina_desktop.services.ports import Clock, JobApi
from dreamina_desktop.services.supervisor import Supervisor

REFRESH_EVERY_S = 5.0
LONGEST_SLEEP_S = 2.0  # after the machine slept, this late at most
OFFLINE_AFTER = 3  # answers in a row that were none
SLOWLY_S = 60.0  # one at a time for so long after a 429
OTHER_USER_AT_LEAST = 5


class Connection(Enum):
    """How the API answers."""

    ONLINE = "online"
    OFFLINE = "offline"  # the last answers were no HTTP answers
    THROTTLED = "throttled"  # waiting out a 429
    REFUSED = "refused"  # 401
    SUBSCRIPTION = "subscription"  # 402, 403
    NO_TOKEN = "no_token"
    PAUSED = "paused"  # by the user


@dataclass(frozen=True, slots=True)
class PollStatus:
    """What the poller does at this moment; all that the status bar says comes from here."""

    connection: Connection
    polling: int  # jobs that will be asked again
    checking: int  # requests under way
    overdue: int  # jobs that are due and wait for their turn
    next_in_s: float | None  # seconds to the next request; None when none is planned
    backlog_s: float  # how long the overdue ones take at today's rate
    failing: int  # jobs whose last answer was trouble
    reason: str = ""  # of REFUSED, SUBSCRIPTION, OFFLINE, THROTTLED: in words


@dataclass(frozen=True, slots=True)
class PollLimits:
    """Rates; the ceiling does not hold on loopback (None)."""

    interval_s: float = 10.0
    at_once: int = 8
    per_second: float | None = 4.0


class Poller:
    """Runs for the whole life of the program; pausing and refusal are states, not ends."""

    def __init__(
        self,
        api: JobApi,
        library: Library,
        messages: Messages,
        supervisor: Supervisor,
        clock: Clock,
        limits: PollLimits,
        jitter: Callable[[], float],
    ) -> None:
        self._api = api
        self._library = library
        self._messages = messages
        self._supervisor = supervisor
        self._clock = clock
        self._limits = limits
        self._jitter = jitter
        self._due = DueHeap()
        self._asked_by_hand: set[int] = set()
        self._checking: set[int] = set()
        self._failures: dict[int, int] = {}
        self._failing_since: dict[int, float] = {}
        self._network_failures = 0
        self._throttled_until = 0.0
        self._throttles = 0
        self._slow_until = 0.0
        self._next_start = 0.0
        self._last_refresh: float | None = None
        self._token_user: int | None = None
        self._stopped_by: Connection | None = Connection.NO_TOKEN
        self._token_read = False
        self._stop_reason = ""
        self._paused = False
        self._woken = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        library.subscribe(self._on_changed)

    async def run(self) -> None:
        """Until cancelled."""
        self.wake()
        wall, steady = self._clock.time(), self._clock.monotonic()
        while True:
            self._woken.clear()
            self._start_due()
            sleep_s = self._sleep_s()
            await self._sleep(sleep_s)
            new_wall, new_steady = self._clock.time(), self._clock.monotonic()
            if (new_wall - wall) - (new_steady - steady) > LONGEST_SLEEP_S:
                self._make_due(self._due.numbers())  # the machine slept
            wall, steady = new_wall, new_steady

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `status` changed in more than its seconds."""
        self._listeners.append(listener)

    @property
    def status(self) -> PollStatus:
        now = self._clock.monotonic()
        overdue = self._due.overdue(now)
        rate = self._limits.per_second
        return PollStatus(
            connection=self._connection(now),
            polling=len(self._due) + len(self._checking - self._asked_by_hand),
            checking=len(self._checking),
            overdue=overdue,
            next_in_s=self._next_in(now),
            backlog_s=overdue / rate if rate else 0.0,
            failing=len(self._failures),
            reason=self._stop_reason,
        )

    def due_in(self, number: int) -> float | None:
        """Seconds until a job is asked (0: now or under way); None when it is not polled."""
        if number in self._checking:
            return 0.0
        due_at = self._due.due_at(number)
        if due_at is None:
            return None
        now = self._clock.monotonic()
        return max(due_at - now, self._throttled_until - now, 0.0)

    def failing_for(self, number: int) -> float | None:
        """Seconds since a job's answers have all been trouble; None when the last was none."""
        since = self._failing_since.get(number)
        return None if since is None else self._clock.monotonic() - since

    def is_throttled(self) -> bool:
        """Whether a Retry-After is being waited out."""
        return self._clock.monotonic() < self._throttled_until

    def wake(self) -> None:
        """Jobs began or stopped to poll, or the machine woke up: look again."""
        now = self._clock.monotonic()
        for job in self._library.shown():
            self._plan(job, now)
        self._tell()

    def check_now(self, numbers: Iterable[int]) -> None:
        """Ask for these first, even finished ones, within the same limits."""
        for number in numbers:
            if number not in self._checking:
                self._asked_by_hand.add(number)
                self._due.put(number, self._clock.monotonic())
        self._tell()

    def refresh_now(self) -> bool:
        """Make every polling job due. False when it was done less than 5 s ago."""
        now = self._clock.monotonic()
        if self._last_refresh is not None and now - self._last_refresh < REFRESH_EVERY_S:
            return False
        self._last_refresh = now
        self._make_due(self._due.numbers())
        return True

    def pause(self) -> None:
        self._paused = True
        self._tell()

    def resume(self) -> None:
        self._paused = False
        self._tell()

    @property
    def paused(self) -> bool:
        return self._paused

    def set_interval(self, interval_s: float) -> None:
        self._limits = replace(self._limits, interval_s=interval_s)
        latest = self._clock.monotonic() + interval_s * 6
        for number in self._due.numbers():
            if (self._due.due_at(number) or 0.0) > latest and number not in self._failures:
                self._due.put(number, latest)
        self._tell()

    def token_changed(self, *, present: bool, user_number: int | None) -> None:
        """There is another token (or none): leave REFUSED, SUBSCRIPTION or NO_TOKEN, and ask
        once more for what was not found. `user_number`: the one in the token, if it has one."""
        self._token_user = user_number
        self._token_read = True
        self._stop(None if present else Connection.NO_TOKEN)
        if present:
            lost = [j.number for j in self._library.shown() if j.tracking is Tracking.NOT_FOUND]
            self.check_now(lost)
            self._make_due(self._due.numbers())
            self._compare_users()

    # -- what is due ------------------------------------------------------------------------

    def _on_changed(self, changes: ChangeSet) -> None:
        now = self._clock.monotonic()
        for number in changes.jobs:
            self._plan(self._library.job(number), now)
        if changes.listed:
            self._compare_users()
        self._hold_no_token()
        self._tell()

    def _plan(self, job: Job, now: float) -> None:
        number = job.number
        if job.tracking is Tracking.POLLING and not job.removed:
            if number not in self._due and number not in self._checking:
                self._due.put(number, now)
        elif number not in self._asked_by_hand or job.removed:
            self._due.discard(number)
            self._forget_failures(number)

    def _make_due(self, numbers: Iterable[int]) -> None:
        now = self._clock.monotonic()
        for number in numbers:
            self._due.put(number, now)
        self._tell()

    def _start_due(self) -> None:
        now = self._clock.monotonic()
        while self._may_start(now):
            number = self._due.pop(now)
            if number is None:
                return
            if self._limits.per_second:
                self._next_start = max(now, self._next_start) + 1 / self._limits.per_second
            self._checking.add(number)
            self._supervisor.spawn(self._check(number), f"check {number}")
            self._tell_listeners()

    def _may_start(self, now: float) -> bool:
        careful = now < self._slow_until or self._network_failures >= OFFLINE_AFTER
        return (
            not self._paused
            and self._stopped_by is None
            and now >= self._throttled_until
            and now >= self._next_start
            and len(self._checking) < (1 if careful else self._limits.at_once)
        )

    def _next_in(self, now: float) -> float | None:
        if self._paused or self._stopped_by is not None:
            return None
        next_at = self._due.next_at()
        if next_at is None:
            return None
        return max(next_at, self._throttled_until, self._next_start, now) - now

    def _sleep_s(self) -> float:
        now = self._clock.monotonic()
        wait_s = self._next_in(now)
        if wait_s is None or not self._may_start(max(now + wait_s, now)):
            return LONGEST_SLEEP_S  # an answer or a change of state wakes it
        return min(max(wait_s, 0.001), LONGEST_SLEEP_S)

    async def _sleep(self, seconds: float) -> None:
        """Until the time is over or something woke it; timers may fire early, so callers look
        at the clock again."""
        sleeper = asyncio.ensure_future(self._clock.sleep(seconds))
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait((sleeper, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
            woken.cancel()

    # -- one check --------------------------------------------------------------------------

    async def _check(self, number: int) -> None:
        next_in_s: float | None = self._limits.interval_s
        try:
            answer = await self._api.job(self._library.job(number).jobid)
            next_in_s = await self._take(number, answer)
            self._messages.lift(Condition.DATABASE)
        except DatabaseError as error:
            self._messages.hold(Condition.DATABASE, str(error))
            next_in_s = self._back_off(number)
        finally:
            self._checking.discard(number)
            self._replan(number, next_in_s)
            self._tell()

    def _replan(self, number: int, next_in_s: float | None) -> None:
        job = self._library.job(number)
        polls = job.tracking is Tracking.POLLING and not job.removed
        refused = next_in_s is not None and self._stopped_by is not None
        if next_in_s is not None and (polls or (refused and number in self._asked_by_hand)):
            self._due.put(number, self._clock.monotonic() + next_in_s)
        else:
            self._asked_by_hand.discard(number)

    async def _take(self, number: int, answer: JobAnswer) -> float | None:
        """Store what the answer says; seconds to the next check, None for "never again"."""
        match answer:
            case Found():
                return await self._found(number, answer)
            case NotFound():
                return await self._not_found(number)
            case Refused():
                self._answered()
                subscription = answer.http_status in (402, 403)
                self._stop(
                    Connection.SUBSCRIPTION if subscription else Connection.REFUSED, answer.message
                )
                return 0.0
            case Throttled():
                return self._throttled(answer)
            case Trouble():
                return await self._trouble(number, answer)

    async def _found(self, number: int, answer: Found) -> float | None:
        self._answered(fine=True)
        self._forget_failures(number)
        now = self._clock.time()
        job = self._library.job(number)
        if job.record != answer.record or job.note or job.not_found_count:
            changed = job.record != answer.record
            after = await self._library.change(
                number,
                lambda old: after_record(old, answer.record, "server", now),
                raw=answer.raw if changed and _is_news(job, answer) else None,
            )
        else:
            after = job
        if after.tracking is not Tracking.POLLING:
            return None
        age_s = max(0.0, now - job.tracked_at)
        return schedule.next_check_in(self._limits.interval_s, age_s, self._jitter())

    async def _not_found(self, number: int) -> float | None:
        self._answered(fine=True)
        self._forget_failures(number)
        now = self._clock.time()
        job = self._library.job(number)
        note = explain_not_found(job.jobid, self._token_user, datetime.fromtimestamp(now, UTC))
        after = await self._library.change(number, lambda old: after_not_found(old, now, note))
        if after.tracking is not Tracking.POLLING:
            return None
        return self._limits.interval_s * (1 + 0.1 * self._jitter())

    async def _trouble(self, number: int, answer: Trouble) -> float | None:
        if answer.network:
            self._network_failures += 1
            if self._network_failures >= OFFLINE_AFTER:
                self._messages.hold(
                    Condition.OFFLINE,
                    f"The API cannot be reached ({answer.reason}) It is tried again by itself.",
                    Remedy.CHECK_NOW,
                )
        else:
            self._answered()
        wait_s = self._back_off(number)
        if self._library.job(number).note != answer.reason:
            now = self._clock.time()
            await self._library.change(number, lambda old: after_trouble(old, now, answer.reason))
        return wait_s

    def _throttled(self, answer: Throttled) -> float:
        self._answered()
        self._throttles += 1
        now = self._clock.monotonic()
        wait_s = answer.retry_after_s
        if wait_s is None:
            wait_s = schedule.backoff(self._limits.interval_s, self._throttles, self._jitter())
        wait_s = min(max(wait_s, 1.0), schedule.MAX_RETRY_AFTER_S)
        self._throttled_until = max(self._throttled_until, now + wait_s)
        self._slow_until = self._throttled_until + SLOWLY_S
        self._messages.hold(
            Condition.THROTTLED, "The API asks for a pause. Checking goes on by itself."
        )
        return self._throttled_until - now

    def _answered(self, *, fine: bool = False) -> None:
        """An HTTP answer came: the network is there."""
        self._network_failures = 0
        self._messages.lift(Condition.OFFLINE)
        if fine:
            self._throttles = 0
            self._messages.lift(Condition.THROTTLED)

    def _back_off(self, number: int) -> float:
        self._failures[number] = self._failures.get(number, 0) + 1
        self._failing_since.setdefault(number, self._clock.monotonic())
        return schedule.backoff(self._limits.interval_s, self._failures[number], self._jitter())

    def _forget_failures(self, number: int) -> None:
        self._failures.pop(number, None)
        self._failing_since.pop(number, None)

    # -- states -----------------------------------------------------------------------------

    def _connection(self, now: float) -> Connection:
        if self._stopped_by is not None:
            return self._stopped_by
        if self._paused:
            return Connection.PAUSED
        if now < self._throttled_until:
            return Connection.THROTTLED
        if self._network_failures >= OFFLINE_AFTER:
            return Connection.OFFLINE
        return Connection.ONLINE

    def _stop(self, by: Connection | None, reason: str = "") -> None:
        self._stopped_by = by
        self._stop_reason = reason
        for condition in (Condition.NO_TOKEN, Condition.REFUSED, Condition.SUBSCRIPTION):
            self._messages.lift(condition)
        said = f" It said: {reason}." if reason else ""
        if by is Connection.REFUSED:
            self._messages.hold(
                Condition.REFUSED,
                "The API refused the token. Checking goes on when there is one that works.",
                Remedy.TOKEN,
            )
        elif by is Connection.SUBSCRIPTION:
            self._messages.hold(
                Condition.SUBSCRIPTION,
                f"The API asks for a subscription.{said} Renew it at useapi.net, then check again.",
                Remedy.TOKEN,
            )
        self._hold_no_token()
        self._tell()

    def _hold_no_token(self) -> None:
        if self._stopped_by is Connection.NO_TOKEN and self._token_read and len(self._due):
            self._messages.hold(
                Condition.NO_TOKEN, "To check jobs, the API's token is needed.", Remedy.TOKEN
            )

    def _compare_users(self) -> None:
        """If the user number in many IDs is not the token's (inferred), one message says so."""
        if self._token_user is None:
            return
        now = datetime.fromtimestamp(self._clock.time(), UTC)
        users = [
            inner.user_number
            for job in self._library.shown()
            if (inner := parts(job.jobid, now)) and inner.user_number is not None
        ]
        others = sum(1 for user in users if user != self._token_user)
        if others >= OTHER_USER_AT_LEAST and others > len(users) / 2:
            self._messages.hold(
                Condition.OTHER_USER,
                f"{others:,} of the IDs seem to belong to another user than your token "
                f"({self._token_user}); the API will not find them.",
                Remedy.TOKEN,
            )
        else:
            self._messages.lift(Condition.OTHER_USER)

    def _tell(self) -> None:
        self._woken.set()
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _is_news(job: Job, answer: Found) -> bool:
    """A final record is not replaced by one that says the job still runs."""
    return not (job.record is not None and job.record.is_final and not answer.record.is_final)
