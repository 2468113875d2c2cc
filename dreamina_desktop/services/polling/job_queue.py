"""Which jobs are asked, when, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from dreamina_desktop.core.jobs.job import Job, Tracking
from dreamina_desktop.core.jobs.link_recovery import asks_for_links
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.traffic.due_heap import DueHeap
from dreamina_desktop.services.traffic.retry_budget import RetryBudget

AGAIN_EVERY = 4  # of so many turns one is for another look while first looks wait
LATE_EVERY = 4  # of so many further looks one is for a late job while others wait


class JobQueue:
    """Numbers of jobs; one is either planned or under way. Times in monotonic seconds.

    First looks go newest first. Further looks go in the order in which they became due, and have
    turns of their own: else a few new jobs would take all turns of a limited rate for ever, or a
    long paste all turns of the jobs that run at this moment. A job that is late, since it still ran
    when nearly all of its kind are done, waits for those that are likely done by now: of thousands
    that hang, each round takes most of an hour. Retries, after an answer that was
    trouble, go before the further looks as far as their budget reaches.
    """

    def __init__(self, clock: Clock, budget: RetryBudget) -> None:
        self._clock = clock
        self._budget = budget
        self._first_looks: DueHeap[int] = DueHeap(lambda number, _: (-number,))
        self._further_looks: DueHeap[int] = DueHeap(lambda number, due_at: (due_at, -number))
        self._late_looks: DueHeap[int] = DueHeap(lambda number, due_at: (due_at, -number))
        self._retries: DueHeap[int] = DueHeap(lambda number, due_at: (due_at, -number))
        self._seen: set[int] = set()  # in this run
        self._in_trouble: set[int] = set()  # their last answer was
        self._late: set[int] = set()
        self._turn = self._further_turn = 0
        self._wishes: dict[int, None] = {}  # by hand, and not started
        self._by_hand: set[int] = set()
        self._for_links: set[int] = set()  # their images miss one
        self._polling: set[int] = set()  # asked again and again
        self._under_way: set[int] = set()

    def __len__(self) -> int:
        """How many are planned or under way."""
        return sum(map(len, self._heaps())) + len(self._under_way)

    @property
    def under_way(self) -> int:
        return len(self._under_way)

    def among_under_way(self, numbers: Iterable[int]) -> Iterator[int]:
        """Those of them that are being asked."""
        return (number for number in numbers if number in self._under_way)

    @property
    def by_hand(self) -> Set[int]:
        """Wanted by the user, whether they poll or not, and not answered yet."""
        return self._by_hand

    @property
    def polling(self) -> Set[int]:
        """Those that are asked again and again."""
        return self._polling

    def planned(self) -> tuple[int, ...]:
        return tuple(number for heap in self._heaps() for number in heap.keys())  # noqa: SIM118

    def overdue(self) -> int:
        now = self._clock.monotonic()
        return sum(heap.overdue(now) for heap in self._heaps())

    def next_at(self) -> float | None:
        """When the next one is due; None when nothing is planned."""
        retry_at = self._retries.next_at()
        if retry_at is not None:
            retry_at = max(retry_at, self._budget.opens_at())
        looks = (self._first_looks, self._further_looks, self._late_looks)
        times = (retry_at, *(heap.next_at() for heap in looks))
        return min((at for at in times if at is not None), default=None)

    def due_at(self, number: int) -> float | None:
        """None when it is not planned; the past when it is under way."""
        return 0.0 if number in self._under_way else self._heap(number).due_at(number)

    def is_wanted(self, job: Job) -> bool:
        return polls(job) or job.number in self._by_hand or asks_for_links(job)

    def plan(self, job: Job) -> None:
        """A job has come or changed: due at once, if it was not planned; or no more."""
        if asks_for_links(job):
            self._for_links.add(job.number)
        else:
            self._for_links.discard(job.number)
        if polls(job):
            self._polling.add(job.number)
        else:
            self._polling.discard(job.number)
        if not self.is_wanted(job):
            self._heap(job.number).discard(job.number)
            self._in_trouble.discard(job.number)
            self._late.discard(job.number)
        elif job.number not in self._heap(job.number) and job.number not in self._under_way:
            self._heap(job.number).put(job.number, self._clock.monotonic())

    def ask_first(self, number: int) -> None:
        """The user wants to know; what is under way is about to be known."""
        if number not in self._under_way:
            self._by_hand.add(number)
            self._wishes[number] = None
            self._heap(number).put(number, self._clock.monotonic())

    def never_mind(self, numbers: Iterable[int]) -> None:
        """The user no longer wants to know; what is under way goes on."""
        for number in numbers:
            self._by_hand.discard(number)
            self._wishes.pop(number, None)
            if number not in self._polling and number not in self._for_links:
                self._heap(number).discard(number)

    def was_asked_by_hand(self, number: int) -> None:
        """The user's wish is fulfilled."""
        self._by_hand.discard(number)

    def make_due(self, numbers: Iterable[int]) -> None:
        """Those of them that are planned are due now."""
        now = self._clock.monotonic()
        for number in numbers:
            if number in self._heap(number):
                self._heap(number).put(number, now)

    def not_later(self, number: int, in_s: float) -> None:
        """A planned job is due in so many seconds at the latest."""
        latest = self._clock.monotonic() + in_s
        if (self._heap(number).due_at(number) or 0.0) > latest:
            self._heap(number).put(number, latest)

    def start(self) -> int | None:
        """Take the next one that is due; it is under way until `ended`."""
        number = self._pop(self._clock.monotonic())
        if number is None:
            return None
        self._under_way.add(number)
        if number in self._in_trouble:
            self._budget.spend()
        else:
            self._budget.earn()
        return number

    def ended(self, job: Job, again_in_s: float, *, trouble: bool, late: bool = False) -> None:
        """A check is over; the job is asked again if it is still wanted. `trouble`: the answer
        said nothing about the job; `late`: nearly all of its kind are done at its age."""
        self._under_way.discard(job.number)
        self._seen.add(job.number)
        self._in_trouble.discard(job.number)
        self._late.discard(job.number)
        if self.is_wanted(job):
            if trouble:
                self._in_trouble.add(job.number)
            elif late:
                self._late.add(job.number)
            self._heap(job.number).put(job.number, self._clock.monotonic() + again_in_s)

    def _heaps(self) -> tuple[DueHeap[int], ...]:
        return (self._first_looks, self._further_looks, self._late_looks, self._retries)

    def _heap(self, number: int) -> DueHeap[int]:
        if number in self._in_trouble:
            return self._retries
        if number in self._late:
            return self._late_looks
        return self._further_looks if number in self._seen else self._first_looks

    def _pop(self, now: float) -> int | None:
        while self._wishes:
            number = next(iter(self._wishes))
            del self._wishes[number]
            due_at = self._heap(number).due_at(number)
            if due_at is not None and due_at <= now:
                self._heap(number).discard(number)
                return number
        self._turn += 1
        looks = [self._first_looks.pop, self._pop_further]
        if self._turn % AGAIN_EVERY == 0:
            looks.reverse()
        number_or_none = looks[0](now)
        return looks[1](now) if number_or_none is None else number_or_none

    def _pop_further(self, now: float) -> int | None:
        """A retry, as long as the budget has one; that bounds them, so they need not wait."""
        retry = self._retries.pop(now) if self._budget.opens_at() <= now else None
        if retry is not None:
            return retry
        self._further_turn += 1
        looks = [self._further_looks.pop, self._late_looks.pop]
        if self._further_turn % LATE_EVERY == 0:
            looks.reverse()
        number = looks[0](now)
        return looks[1](now) if number is None else number


def polls(job: Job) -> bool:
    """Whether a job is asked again and again."""
    return job.tracking is Tracking.POLLING and not job.removed
