"""Which jobs are asked, when, and in which order: what the user wants now, then the newest."""

from __future__ import annotations

from collections.abc import Iterable

from dreamina_desktop.core.job import Job, Tracking
from dreamina_desktop.services.due_heap import DueHeap
from dreamina_desktop.services.ports import Clock


class JobQueue:
    """Numbers of jobs; one is either planned or under way. Times in monotonic seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: DueHeap[int] = DueHeap(lambda number: (-number,))
        self._first: dict[int, None] = {}
        self._by_hand: set[int] = set()
        self._under_way: set[int] = set()

    def __len__(self) -> int:
        """How many are planned or under way."""
        return len(self._due) + len(self._under_way)

    @property
    def under_way(self) -> int:
        return len(self._under_way)

    @property
    def by_hand(self) -> frozenset[int]:
        """Wanted by the user, whether they poll or not, and not answered yet."""
        return frozenset(self._by_hand)

    def planned(self) -> tuple[int, ...]:
        return self._due.keys()

    def overdue(self) -> int:
        return self._due.overdue(self._clock.monotonic())

    def next_at(self) -> float | None:
        """When the next one is due; None when nothing is planned."""
        return self._due.next_at()

    def due_at(self, number: int) -> float | None:
        """None when it is not planned; the past when it is under way."""
        return 0.0 if number in self._under_way else self._due.due_at(number)

    def is_wanted(self, job: Job) -> bool:
        return polls(job) or job.number in self._by_hand

    def plan(self, job: Job) -> None:
        """A job has come or changed: due at once, if it was not planned; or no more."""
        if not self.is_wanted(job):
            self._due.discard(job.number)
        elif job.number not in self._due and job.number not in self._under_way:
            self._due.put(job.number, self._clock.monotonic())

    def ask_first(self, number: int) -> None:
        """The user wants to know; what is under way is about to be known."""
        if number not in self._under_way:
            self._by_hand.add(number)
            self._first[number] = None
            self._due.put(number, self._clock.monotonic())

    def was_asked_by_hand(self, number: int) -> None:
        """The user's wish is fulfilled."""
        self._by_hand.discard(number)

    def make_due(self, numbers: Iterable[int]) -> None:
        """Those of them that are planned are due now."""
        now = self._clock.monotonic()
        for number in numbers:
            if number in self._due:
                self._due.put(number, now)

    def not_later(self, number: int, in_s: float) -> None:
        """A planned job is due in so many seconds at the latest."""
        latest = self._clock.monotonic() + in_s
        if (self._due.due_at(number) or 0.0) > latest:
            self._due.put(number, latest)

    def hasten(self, seconds: float) -> None:
        """Time has passed that the clock did not count."""
        self._due.hasten(seconds)

    def start(self) -> int | None:
        """Take the next one that is due; it is under way until `ended`."""
        number = self._pop(self._clock.monotonic())
        if number is not None:
            self._under_way.add(number)
        return number

    def ended(self, job: Job, again_in_s: float) -> None:
        """A check is over; the job is asked again if it is still wanted."""
        self._under_way.discard(job.number)
        if self.is_wanted(job):
            self._due.put(job.number, self._clock.monotonic() + again_in_s)

    def _pop(self, now: float) -> int | None:
        while self._first:
            number = next(iter(self._first))
            del self._first[number]
            due_at = self._due.due_at(number)
            if due_at is not None and due_at <= now:
                self._due.discard(number)
                return number
        return self._due.pop(now)


def polls(job: Job) -> bool:
    """Whether a job is asked again and again."""
    return job.tracking is Tracking.POLLING and not job.removed
