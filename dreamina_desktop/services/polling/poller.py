"""Ask the API about every job that polls: one task, one heap of due times."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import chain

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.history import HistoryAnswer
from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.core.jobs.transition import ask_again
from dreamina_desktop.core.search.results import JobFilter, Query
from dreamina_desktop.services.holds import Hold, OpenWork, Work
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.listeners import Listeners
from dreamina_desktop.services.polling.answer_handler import AnswerKeeper
from dreamina_desktop.services.polling.api_access import Access
from dreamina_desktop.services.polling.job_queue import JobQueue
from dreamina_desktop.services.polling.other_requests import Besides
from dreamina_desktop.services.polling.wrong_account_notice import OtherUser
from dreamina_desktop.services.ports import Clock, JobApi
from dreamina_desktop.services.session.messages import Condition, Messages
from dreamina_desktop.services.session.supervisor import Supervisor
from dreamina_desktop.services.traffic.poll_status import Connection, PollLimits, PollStatus
from dreamina_desktop.services.traffic.rate_gate import Origin
from dreamina_desktop.services.traffic.retry_budget import RetryBudget
from dreamina_desktop.services.traffic.server_clock import ServerClock
from dreamina_desktop.services.traffic.wakeable_sleep import Waker

__all__ = ["Connection", "PollLimits", "PollStatus", "Poller"]

REFRESH_EVERY_S = 5.0
LONGEST_SLEEP_S = 2.0  # a machine that slept goes on so soon after it woke
SLEPT_S = 10.0  # a turn that took so much longer: the machine slept
SHORTEST_SLEEP_S = 0.001
MISTAKE = "Something went wrong in Dreamina Desktop while a job was checked."


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
        server_clock: ServerClock,
    ) -> None:
        self._api = api
        self._library = library
        self._messages = messages
        self._supervisor = supervisor
        self._clock = clock
        budget = RetryBudget(clock, limited=limits.per_second is not None)
        self._queue = JobQueue(clock, budget)
        self._besides = Besides()
        self._turn = 0
        self._origin = Origin(limits, messages, clock, jitter)
        self._access = Access(messages)
        self._keeper = AnswerKeeper(
            library,
            self._queue,
            self._origin,
            self._access,
            messages,
            clock,
            server_clock,
            jitter,
        )
        self._other_user = OtherUser(messages, clock)
        self._last_refresh: float | None = None
        self._paused = False
        self._asking_again = 0
        self._waker = Waker(clock)
        self._listeners = Listeners[[]]()
        library.subscribe(self._on_changed)

    async def run(self) -> None:
        """Until cancelled."""
        for job in self._library.recent():
            self._keeper.durations.note(job.record)
        async for jobs in self._library.open_slices():  # thousands may be waiting
            self._look_at(jobs)
        while True:
            self._start_due()
            before = self._clock.monotonic()
            await self._waker.sleep(self._sleep_s())
            if self._clock.monotonic() - before > LONGEST_SLEEP_S + SLEPT_S:
                self._origin.woke_up()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `status` changed in more than its seconds."""
        self._listeners.add(listener)

    @property
    def status(self) -> PollStatus:
        overdue = self._queue.overdue()
        rate = self._origin.limits.per_second
        return PollStatus(
            connection=self._connection(),
            polling=len(self._queue.polling),
            checking=self._queue.under_way,
            overdue=overdue,
            next_in_s=self._next_in(),
            backlog_s=overdue / rate if rate else 0.0,
            failing=len(self._keeper.failures),
            reason=self._access.reason or self._origin.reason,
        )

    @property
    def connection(self) -> Connection:
        """The same as in `status`, which takes longer."""
        return self._connection()

    def due_in(self, number: int) -> float | None:
        """Seconds until a job is asked (0: now or under way); None when it is not polled."""
        due_at = self._queue.due_at(number)
        if due_at is None:
            return None
        opens_at = self._origin.throttled_until if due_at else 0.0
        return max(max(due_at, opens_at) - self._clock.monotonic(), 0.0)

    def failing_for(self, number: int) -> float | None:
        """Seconds since a job's answers have all been trouble; None when the last was none.
        While the API is down every job fails, also one whose turn has not come."""
        begins = (self._keeper.failures.since(number), self._origin.failing_since)
        since = min((at for at in begins if at is not None), default=None)
        return None if since is None else self._clock.monotonic() - since

    def holds(self, left: OpenWork) -> Iterator[Hold]:
        """Implements HoldSource: why jobs are not asked, or not answered well."""
        if Work.JOBS not in left.kinds:
            return
        yield from self._access.holds()
        if self._paused:
            yield Hold("Checking is paused.", Work.JOBS)
        yield from self._origin.holds()
        reasons = map(self._keeper.failures.reason, _numbers(left))
        if (reason := next(filter(None, reasons), None)) is not None:
            yield Hold(reason)

    def goes_on(self, left: OpenWork) -> bool:
        """Whether some of these jobs need nothing but time: the last answer was good, or the first
        one is on its way."""
        failures, answered_at = self._keeper.failures, self._keeper.answered_at
        if any(number in answered_at and number not in failures for number in left.jobs):
            return True
        return any(number not in failures for number in self._queue.among_under_way(_numbers(left)))

    def went_on_at(self, left: OpenWork) -> float:
        """When one of these jobs was answered well last, monotonic; 0.0 for never."""
        answered_at = self._keeper.answered_at
        return max((answered_at.get(number, 0.0) for number in left.jobs), default=0.0)

    @property
    def asked_by_hand(self) -> Set[int]:
        """For which `check_now` was called and whose answers have not come."""
        return self._queue.by_hand

    @property
    def asked_besides(self) -> Set[int]:
        """Those of them that do not poll."""
        return self._queue.by_hand - self._queue.polling

    @property
    def failed_by_hand(self) -> int:
        """How many of them, so far, had no answer but trouble."""
        return self._keeper.failed_by_hand

    @property
    def asks_again(self) -> bool:
        """Whether jobs that were not found are about to be polled again."""
        return self._asking_again > 0

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be asked until the user has done something about the token."""
        return self._access.closed_by is not None

    def wake(self) -> None:
        """The user began to track: ask again, also where the API was down."""
        self._origin.hurry()
        self._tell()

    def check_now(self, numbers: Iterable[int]) -> None:
        """Ask for these first, even finished ones, within the same limits."""
        for number in numbers:
            if 0 < number <= self._library.last_number:
                self._queue.ask_first(number)
        self._hurry()

    def never_mind(self, numbers: Iterable[int]) -> None:
        """Take back `check_now`, as far as it was not done."""
        self._queue.never_mind(numbers)
        self._tell()

    def refresh_now(self) -> bool:
        """Make every polling job due. False when it was done less than 5 s ago."""
        now = self._clock.monotonic()
        if self._last_refresh is not None and now - self._last_refresh < REFRESH_EVERY_S:
            return False
        self._last_refresh = now
        self._queue.make_due(self._queue.planned())
        self._hurry()
        return True

    def stay_closed(self) -> None:
        """Nothing is asked in this run; `run` is not called."""
        self._access.closed_by = Connection.READ_ONLY
        self._tell()

    def pause(self) -> None:
        self._paused = True
        self._tell()

    def resume(self) -> None:
        self._paused = False
        self._origin.hurry()
        self._tell()

    @property
    def paused(self) -> bool:
        return self._paused

    def set_interval(self, interval_s: float) -> None:
        """From now on; what is planned for later than that comes sooner."""
        self._origin.limits = replace(self._origin.limits, interval_s=interval_s)
        for number in self._queue.planned():
            if number not in self._keeper.failures:
                in_s = self._keeper.next_check_in(self._library.job(number))
                self._queue.not_later(number, in_s)
        self._tell()

    def token_changed(
        self, *, present: bool, user_number: int | None, is_another: bool = True
    ) -> None:
        """There is a token, or none: leave REFUSED, SUBSCRIPTION or NO_TOKEN. `user_number`: the
        one in the token, if it has one; `is_another`: jobs were asked with another token or URL
        before, so ask once more for what was not found."""
        self._keeper.token_user = user_number
        self._keeper.token_changed()
        self._access.token_changed(present=present)
        self._other_user.token_changed(user_number)
        if present:
            self._origin.hurry()
            self._queue.make_due(self._queue.planned())
            if is_another:
                self._asking_again += 1
                self._supervisor.spawn(self._ask_again(), "ask again for what was not found")
        self._tell()

    async def wait_for_turn(self) -> None:
        """For a request that is not about a job: the ceiling counts it too."""
        while (wait_s := self._origin.next_start - self._clock.monotonic()) > 0:
            await self._clock.sleep(max(wait_s, SHORTEST_SLEEP_S))
        self._origin.started()

    async def ask_besides(self, ask: Callable[[], Awaitable[HistoryAnswer]]) -> HistoryAnswer:
        """A request that is not about a job: it starts when the API may be asked, within the same
        limits, and what it says about the API holds for all."""
        turn = self._besides.enter()
        self._tell()
        try:
            await turn
            with self._besides.asking():
                token = self._access.tokens
                answer = await ask()
            self._keeper.take_besides(answer, token)
            return answer
        finally:
            self._tell()

    def _on_changed(self, changes: ChangeSet) -> None:
        self._look_at([self._library.job(number) for number in changes.jobs])

    def _look_at(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._queue.plan(job)
            if self._queue.is_wanted(job):
                self._keeper.ages.note(job)
            else:
                self._keeper.forget(job.number)
        self._other_user.look_at(jobs)
        self._tell()

    def _hurry(self) -> None:
        """The user wants answers now."""
        self._origin.hurry()
        if self._access.try_subscription_again():
            self._origin.go_slowly()
        self._tell()

    def _start_due(self) -> None:
        while self._may_start():
            self._turn += 1
            starts = [self._start_besides, self._start_job]
            if self._turn % 2:
                starts.reverse()
            if not any(start() for start in starts):
                return
            self._origin.started()
            self._tell_listeners()

    def _start_besides(self) -> bool:
        return self._besides.start()

    def _start_job(self) -> bool:
        number = self._queue.start()
        if number is not None:
            self._supervisor.spawn(self._check(number), f"check {number}")
        return number is not None

    async def _check(self, number: int) -> None:
        again_in_s = self._origin.limits.interval_s
        token = self._access.tokens
        try:
            (job,) = await self._library.fetch([number])  # a finished one may be on the disk
            answer = await self._api.job(job.jobid)
            again_in_s = await self._keeper.take(number, answer, token)
        except DatabaseError as error:
            self._messages.hold(Condition.DATABASE, str(error))
            again_in_s = self._keeper.failed(number, str(error))
        except Exception:
            again_in_s = self._keeper.failed(number, MISTAKE)  # which the supervisor tells
            raise
        finally:
            job = self._library.job(number)
            trouble, late = self._keeper.was_trouble(number), self._keeper.is_late(job)
            self._queue.ended(job, again_in_s, trouble=trouble, late=late)
            if not self._queue.is_wanted(job):
                self._keeper.forget(number)
            self._tell()

    async def _ask_again(self) -> None:
        try:
            lost = await self._library.listing_later(Query(filter=JobFilter.NOT_FOUND))
            await self._library.change_many(lost.numbers, ask_again)
        except DatabaseError as error:
            self._messages.hold(Condition.DATABASE, str(error))
        finally:
            self._asking_again -= 1

    def _is_stopped(self) -> bool:
        return self._paused or self.is_closed

    def _may_start(self) -> bool:
        opens_at = self._origin.opens_at(self._under_way())
        in_time = opens_at is not None and opens_at <= self._clock.monotonic()
        return in_time and not self._is_stopped()

    def _next_in(self) -> float | None:
        next_at = self._clock.monotonic() if self._besides.waiting else self._queue.next_at()
        if next_at is None or self._is_stopped():
            return None
        opens_at = self._origin.opens_at(under_way=0) or 0.0
        return max(0.0, max(next_at, opens_at) - self._clock.monotonic())

    def _under_way(self) -> int:
        return self._queue.under_way + self._besides.under_way

    def _sleep_s(self) -> float:
        wait_s = self._next_in()
        if wait_s is None or self._origin.opens_at(self._under_way()) is None:
            return LONGEST_SLEEP_S  # an answer or a change of state wakes it
        return min(max(wait_s, SHORTEST_SLEEP_S), LONGEST_SLEEP_S)

    def _connection(self) -> Connection:
        if self._access.closed_by is not None:
            return self._access.closed_by
        if self._paused:
            return Connection.PAUSED
        if self._origin.is_throttled:
            return Connection.THROTTLED
        if self._origin.is_offline:
            return Connection.OFFLINE
        return Connection.DOWN if self._origin.is_down else Connection.ONLINE

    def _tell(self) -> None:
        asks = len(self._queue) + len(self._besides) > 0
        self._access.ask_for_token(needed=asks)
        if not asks:
            self._origin.nothing_to_ask()
            self._keeper.nothing_to_ask()
        self._waker.wake()
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        self._listeners.tell()


def _numbers(left: OpenWork) -> Iterator[int]:
    """Of the jobs that are asked for something."""
    return chain(left.jobs, (key.number for key in left.sought), left.by_hand)
