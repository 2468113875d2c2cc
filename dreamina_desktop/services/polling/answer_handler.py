"""What each answer of the API does: to the job on disk, to the origin, to our access."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs import schedule
from dreamina_desktop.core.jobs.answer import (
    Found,
    JobAnswer,
    NotFound,
    Refused,
    Throttled,
    Trouble,
)
from dreamina_desktop.core.jobs.durations import Durations, next_look_in
from dreamina_desktop.core.jobs.failure import explain_not_found
from dreamina_desktop.core.jobs.history import HistoryAnswer
from dreamina_desktop.core.jobs.job import Job, Tracking
from dreamina_desktop.core.jobs.transition import (
    after_not_found,
    after_record,
    after_trouble,
    completed,
    goes_back,
    is_same_json,
    not_missed,
    placed,
)
from dreamina_desktop.core.text.dates import utc_time
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.polling.address_check import REASON, AddressCheck, Missing
from dreamina_desktop.services.polling.api_access import Access
from dreamina_desktop.services.polling.job_ages import JobAges
from dreamina_desktop.services.polling.job_queue import JobQueue, polls
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.session.messages import Condition, Messages
from dreamina_desktop.services.traffic.failures import Failures
from dreamina_desktop.services.traffic.rate_gate import Origin
from dreamina_desktop.services.traffic.server_clock import ServerClock

MANY = 10  # checks by hand, whose failures are counted and not said one by one


class AnswerKeeper:
    """One method for each kind of answer; what it does to a job is in core.jobs.transition."""

    def __init__(
        self,
        library: Library,
        queue: JobQueue,
        origin: Origin,
        access: Access,
        messages: Messages,
        clock: Clock,
        server_clock: ServerClock,
        jitter: Callable[[], float],
    ) -> None:
        self._library = library
        self._queue = queue
        self._origin = origin
        self._access = access
        self._messages = messages
        self._clock = clock
        self._server_clock = server_clock
        self._jitter = jitter
        self._cut_off: set[int] = set()  # jobs whose last answer was none
        self.failed_by_hand = 0  # checks that the user asked for, of jobs that do not poll
        self._in_trouble: set[int] = set()  # jobs whose last answer was trouble of any kind
        self._stored: dict[int, int] = {}  # by job, the hash of its record's bytes
        self._missing_since: dict[int, float] = {}  # their first 404 in this run, monotonic
        self.answered_at: dict[int, float] = {}  # when a job's last good answer came, monotonic
        self._address = AddressCheck(messages)
        self.ages = JobAges(clock, server_clock)
        self.durations = Durations()
        self.failures: Failures[int] = Failures(clock)
        self.token_user: int | None = None

    async def take(self, number: int, answer: JobAnswer, token: int) -> float:
        """Do what an answer asks for; seconds to the job's next check, if there is one.
        `token`: the value of `Access.tokens` when it was asked."""
        try:
            return await self._take(number, answer, token)
        except DatabaseError as error:
            self._messages.hold(Condition.DATABASE, str(error))
            return self.failed(number, str(error))

    def failed(self, number: int, reason: str) -> float:
        """A check came to nothing; seconds to the next one. `reason`: a sentence."""
        failures = self.failures.add(number, reason)
        return schedule.backoff(self._origin.limits.interval_s, failures, self._jitter())

    def take_besides(self, answer: HistoryAnswer, token: int) -> None:
        """What an answer that is not about a job says about the API. That an account may not be
        asked (402) does not say that jobs may not."""
        match answer:
            case Refused(http_status=402):
                self._reached()
            case Refused():
                self._refused(answer, token)
            case Throttled():
                self._throttled(answer)
            case Trouble():
                self._took_trouble(answer)
            case _:
                self._works()

    def forget(self, number: int) -> None:
        """A job is not asked any more."""
        self._is_well(number)
        self._missing_since.pop(number, None)
        self._stored.pop(number, None)
        self.answered_at.pop(number, None)
        self.ages.forget(number)
        job = self._library.peek(number)
        if job is None or job.removed or job.tracking is Tracking.STOPPED:
            self._address.forget(number)

    def token_changed(self) -> None:
        """Another one may know other jobs."""
        self._address.begin_anew()

    def nothing_to_ask(self) -> None:
        """No job waits: whether the address is right is of no interest."""
        self._address.begin_anew()

    def was_trouble(self, number: int) -> bool:
        """Whether the last answer said nothing about a job: to ask it again is a retry."""
        return number in self._in_trouble

    def next_check_in(self, job: Job) -> float:
        """Seconds, after an answer that says that the job still runs: when it is likely done, as
        far as that has been learned."""
        interval_s, jitter = self._origin.limits.interval_s, self._jitter()
        likely = self.durations.likely(job.record)
        if likely is not None:
            look_in_s = next_look_in(interval_s, self.ages.runs_for_s(job), jitter, likely)
            if look_in_s is not None:
                return look_in_s
        return schedule.next_check_in(interval_s, self.ages.age_s(job), jitter)

    def is_late(self, job: Job) -> bool:
        """Whether nearly all jobs of its kind are done at the age at which it still runs."""
        likely = self.durations.likely(job.record)
        return self.ages.runs_for_s(job) > (likely.to_s if likely else schedule.SLOWER_AFTER_S)

    async def _take(self, number: int, answer: JobAnswer, token: int) -> float:
        match answer:
            case Found():
                return await self._found(number, answer)
            case NotFound():
                return await self._not_found(number, answer)
            case Refused():
                return self._refused(answer, token)
            case Throttled():
                return self._throttled(answer)
            case Trouble():
                return await self._trouble(number, answer)

    async def _found(self, number: int, answer: Found) -> float:
        self._in_trouble.discard(number)
        self._works()
        self._missing_since.pop(number, None)
        await self._trust_address()
        now = self._clock.time()
        job = self._library.job(number)
        if job.record is None or not job.record.is_final:
            self.durations.note(answer.record)
        if job.record is not None and not job.record.is_final:
            answer = replace(answer, record=completed(answer.record, job.record))
        raw = answer.raw if await self._is_news(job, answer) else None
        if raw is None and after_record(job, answer.record, "server", now) == _asked(job, now):
            self._library.note_asked(number, now)
        else:
            await self._store(
                number, lambda old: after_record(old, answer.record, "server", now), raw
            )
        self._stored[number] = hash(answer.raw)
        self._was_answered(number)
        return self.next_check_in(self._library.job(number))

    async def _is_news(self, job: Job, answer: Found) -> bool:
        """Whether the record says something new, in fields that we do not know too."""
        if goes_back(job, answer.record):
            return False
        if job.record != placed(job, answer.record) or job.record_source != "server":
            return True
        if self._stored.get(job.number) == hash(answer.raw):
            return False  # as nearly always: no disk is read for it
        before = await self._library.raw_record(job.number)
        return before is None or not is_same_json(before, answer.raw)

    async def _not_found(self, number: int, answer: NotFound) -> float:
        now = self._clock.monotonic()
        self._missing_since.setdefault(number, now)
        self._address.missed(number, Missing(answer, now))
        if self._address.is_doubtful:
            return await self._doubt(number)
        self._in_trouble.discard(number)
        self._works()
        await self._store(number, self._without_record(number, self._address.row[number]))
        self._was_answered(number)
        return schedule.next_check_in(self._origin.limits.interval_s, 0.0, self._jitter())

    def _without_record(self, number: int, missing: Missing) -> Callable[[Job], Job]:
        """What becomes of a job of which the API has no record."""
        now, interval_s = self._clock.time(), self._origin.limits.interval_s
        server_now = utc_time(self._server_clock.time())
        missing_s = missing.at - self._missing_since.get(number, missing.at)

        def change(job: Job) -> Job:
            note = explain_not_found(job.jobid, self.token_user, server_now, missing.answer.ending)
            return after_not_found(job, now, note, missing_s, interval_s)

        return change

    async def _doubt(self, number: int) -> float:
        """No job is given up while the API knows none: what was noted of that is taken back."""
        self._reached()
        self._origin.go_slowly()
        noted = [each for each in self._address.row if self._was_missed_once(each)]
        for each in noted:
            self.failed(each, REASON)
            self.answered_at.pop(each, None)
        if noted:
            await self._library.change_many(noted, not_missed)
        return self._unanswered(number, REASON)

    def _was_missed_once(self, number: int) -> bool:
        job = self._library.peek(number)
        return job is not None and polls(job) and job.not_found_count > 0

    async def _trust_address(self) -> None:
        """A record came: what was held back is believed."""
        row = self._address.row if self._address.is_doubtful else {}
        self._address.begin_anew()
        changes = {number: self._without_record(number, row[number]) for number in row}
        if not changes:
            return

        def change(job: Job) -> Job:
            missed = changes[job.number](job) if polls(job) else job
            return changes[job.number](missed) if polls(missed) else missed

        await self._library.change_many(changes, change)
        for number in changes:
            self._is_well(number)
        self._queue.make_due(changes)

    def _refused(self, answer: Refused, token: int) -> float:
        """Everything stops. An answer to a token that was replaced meanwhile means nothing."""
        self._reached()
        if token == self._access.tokens:
            self._access.refuse(answer)
        return 0.0

    def _throttled(self, answer: Throttled) -> float:
        """The origin lets nothing through for a while, this job included."""
        self._reached()
        self._origin.throttled(answer.retry_after_s)
        if answer.retry_after_s is not None:
            self.failures.stop_all_clocks()
        return 0.0

    async def _trouble(self, number: int, answer: Trouble) -> float:
        self._in_trouble.add(number)
        if answer.network:
            self._cut_off.add(number)
        else:
            self._cut_off.discard(number)
        self._took_trouble(answer)
        job, now = self._library.job(number), self._clock.time()
        wait_s = self._unanswered(number, answer.reason)
        if polls(job) and job.note != answer.reason:
            await self._store(number, lambda old: after_trouble(old, now, answer.reason))
        return wait_s

    def _unanswered(self, number: int, reason: str) -> float:
        """Nothing that helps was said about a job; who asked by hand is told why."""
        wait_s = self.failed(number, reason)  # before anybody hears that it was asked
        by_hand = number in self._queue.by_hand
        self._queue.was_asked_by_hand(number)
        if by_hand and not polls(self._library.job(number)):
            self.failed_by_hand += 1
            if len(self._queue.by_hand) < MANY:
                self._messages.say(f"Job {number} could not be checked. {reason}")
        self._library.note_asked(number, self._clock.time())
        return wait_s

    async def _store(
        self, number: int, change: Callable[[Job], Job], raw: bytes | None = None
    ) -> None:
        await self._library.change(number, change, raw)
        self._messages.lift(Condition.DATABASE)

    def _was_answered(self, number: int) -> None:
        """Only now, when it is kept: a job fails as long as its answers cannot be stored."""
        self._is_well(number)
        self.answered_at[number] = self._clock.monotonic()
        self._queue.was_asked_by_hand(number)

    def _is_well(self, number: int) -> None:
        self.failures.clear(number)
        self._cut_off.discard(number)
        self._in_trouble.discard(number)

    def _took_trouble(self, answer: Trouble) -> None:
        """What it says about the API."""
        if not answer.network:
            self._reached()
        if not answer.of_request:
            self._origin.failed(answer.reason, network=answer.network)

    def _works(self) -> None:
        """A good answer came; after an outage nobody waits out a back-off for that."""
        self._reached()
        if self._origin.answered_well():
            self._queue.make_due(self._in_trouble)

    def _reached(self) -> None:
        """An HTTP answer came; after an outage nobody waits out a back-off for that."""
        if self._origin.reached():
            self._queue.make_due(self._cut_off)
            self._cut_off.clear()


def _asked(job: Job, now: float) -> Job:
    return replace(job, last_asked_at=now)
