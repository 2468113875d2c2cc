"""Which images and jobs must be fetched soon, since their links or their days on the server end:
kept up to date change by change, never by a walk through all.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from dreamina_desktop.core.jobs.deadline import Deadline, image_deadline, job_deadline
from dreamina_desktop.core.jobs.job import ImageKey, Job
from dreamina_desktop.services.library import SLICE, ChangeSet, Library
from dreamina_desktop.services.listeners import Listeners
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.traffic.wakeable_sleep import Waker

K = TypeVar("K")


class DeadlineHeap(Generic[K]):
    """Deadlines by key. Old entries of the heaps are skipped, not sought."""

    def __init__(self) -> None:
        """Keys have an order."""
        self._all: dict[K, Deadline] = {}
        self._counts_from: dict[K, float] = {}  # of those that are not soon yet
        self._soon: dict[K, float] = {}  # when each of them is over
        self._waiting: list[tuple[float, Any]] = []  # when it counts as soon, key
        self._ending: list[tuple[float, Any]] = []  # when it is over, key: of those soon

    @property
    def soon(self) -> Collection[K]:
        return self._soon.keys()

    @property
    def next_end(self) -> float | None:
        """When the first of those that are soon is over."""
        while self._ending and self._soon.get(self._ending[0][1]) != self._ending[0][0]:
            heapq.heappop(self._ending)
        return self._ending[0][0] if self._ending else None

    @property
    def next_change(self) -> float | None:
        """When `look` will find something new."""
        while self._waiting and not self._waits(*self._waiting[0]):
            heapq.heappop(self._waiting)
        times = (self.next_end, self._waiting[0][0] if self._waiting else None)
        return min((at for at in times if at is not None), default=None)

    def put(self, key: K, deadline: Deadline, not_before: float) -> bool:
        """A new deadline does not count as soon before `not_before`; the same one again changes
        nothing. Whether `soon` changed."""
        if self._all.get(key) == deadline:
            return False
        self._all[key] = deadline
        self._wait(key, max(deadline.soon_at, not_before))
        return self._soon.pop(key, None) is not None

    def discard(self, key: K) -> bool:
        """Whether `soon` changed."""
        self._all.pop(key, None)
        self._counts_from.pop(key, None)
        return self._soon.pop(key, None) is not None

    def stop_waiting(self, now: float) -> None:
        """What is soon counts as such from now on, whenever it was put."""
        for key in tuple(self._counts_from):
            if self._all[key].soon_at <= now < self._counts_from[key]:
                self._wait(key, now)

    def look(self, now: float, most: int | None = None) -> tuple[bool, list[K]]:
        """Whether more is soon than before; and what is over by now, taken out. `most`: so many
        are looked at, and the others at the next time."""
        grew = False
        left = len(self._waiting) if most is None else most
        while self._waiting and self._waiting[0][0] <= now and left > 0:
            counts_from, key = heapq.heappop(self._waiting)
            left -= 1
            if self._waits(counts_from, key):
                del self._counts_from[key]
                self._soon[key] = self._all[key].at
                heapq.heappush(self._ending, (self._all[key].at, key))
                grew = True
        return grew, self._take_over(now, len(self._soon) if most is None else most)

    def _wait(self, key: K, counts_from: float) -> None:
        self._counts_from[key] = counts_from
        heapq.heappush(self._waiting, (counts_from, key))

    def _waits(self, counts_from: float, key: K) -> bool:
        return self._counts_from.get(key) == counts_from

    def _take_over(self, now: float, most: int) -> list[K]:
        over: list[K] = []
        while len(over) < most and (end := self.next_end) is not None and end <= now:
            key: K = heapq.heappop(self._ending)[1]
            self.discard(key)
            over.append(key)
        return over


# What is fetched as soon as it comes is nobody's concern, however short its link's life.
GRACE_S = 10.0
LONGEST_SLEEP_S = 30.0  # a machine that slept looks again so soon after it woke
SHORTEST_SLEEP_S = 0.001
CLOCK_WENT_BACK_S = 1.0


@dataclass(frozen=True, slots=True)
class Expiring:
    """What must be fetched soon."""

    images: int = 0
    jobs: int = 0  # still running, and soon forgotten by the server
    expired: int = 0  # pending images whose link is dead: only a fresh one can bring them
    next_at: float | None = None  # when the first of `images` and `jobs` is over, Unix seconds

    def __bool__(self) -> bool:
        return bool(self.images or self.jobs or self.expired)


class Deadlines:
    """Counts what is not saved and soon to be lost, change by change."""

    def __init__(self, library: Library, clock: Clock) -> None:
        """`clock`: the server's, by which links die and jobs are forgotten."""
        self._library = library
        self._clock = clock
        self._images: DeadlineHeap[ImageKey] = DeadlineHeap()
        self._jobs: DeadlineHeap[int] = DeadlineHeap()
        self._expired: set[ImageKey] = set()
        self._looked_at = clock.time()
        self._waker = Waker(clock)
        self._listeners = Listeners[[]]()
        library.subscribe(self._on_changed)

    async def run(self) -> None:
        """Until cancelled."""
        async for job in self._library.each_open_job():
            self._plan(job)
        while True:
            self.look(SLICE)
            await self._waker.sleep(self._sleep_s())

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when other images or jobs are to be fetched soon than before."""
        self._listeners.add(listener)

    @property
    def status(self) -> Expiring:
        ends = (self._images.next_end, self._jobs.next_end)
        return Expiring(
            images=len(self._images.soon),
            jobs=len(self._jobs.soon),
            expired=len(self._expired),
            next_at=min((at for at in ends if at is not None), default=None),
        )

    def images(self) -> tuple[ImageKey, ...]:
        """What must be saved soon, and what only a fresh link can bring."""
        return (*self._images.soon, *sorted(self._expired))

    def jobs(self) -> tuple[int, ...]:
        """Running jobs that must be asked soon."""
        return tuple(self._jobs.soon)

    def numbers(self) -> frozenset[int]:
        """Of the jobs among them, and of those with such an image."""
        return frozenset(self._jobs.soon) | {key.number for key in self.images()}

    def stop_waiting(self) -> None:
        """Nothing comes by itself any more: no grace for what is on its way."""
        now = self._clock.time()
        self._images.stop_waiting(now)
        self._jobs.stop_waiting(now)
        self.look()

    def look(self, most: int | None = None) -> None:
        """Bring it up to date; `run` does that in time. `most`: of very many so many."""
        now = self._clock.time()
        went_back = now < self._looked_at - CLOCK_WENT_BACK_S
        if went_back:
            self._plan_all()
        self._looked_at = now
        more_images, dead = self._images.look(now, most)
        more_jobs, forgotten = self._jobs.look(now, most)
        for key in dead:
            self._ended(key, now)
        if dead and most is None:
            self._images.look(now)  # the other end of some may be soon
        if went_back or more_images or more_jobs or dead or forgotten:
            self._tell()

    def _ended(self, key: ImageKey, now: float) -> None:
        """One of its two ends; the other may follow."""
        job = self._library.job(key.number)
        deadline = image_deadline(job, job.images[key.index], now)
        if deadline is not None and deadline.at <= now:
            self._expired.add(key)
        elif deadline is not None:
            self._images.put(key, deadline, now)

    def _plan_all(self) -> None:
        self._images, self._jobs, self._expired = DeadlineHeap(), DeadlineHeap(), set()
        for job in self._library.open_jobs():
            self._plan(job)

    def _on_changed(self, changes: ChangeSet) -> None:
        changed = [self._plan(self._library.job(number)) for number in changes.jobs]
        self._waker.wake()
        if any(changed):
            self._tell()

    def _plan(self, job: Job) -> bool:
        """Whether fewer are to be fetched soon; more are found by `look`."""
        now = self._clock.time()
        deadline = job_deadline(job, now)
        if deadline is None:
            changed = self._jobs.discard(job.number)
        else:
            changed = self._jobs.put(job.number, deadline, now + GRACE_S)
        for image in job.images:
            changed |= self._plan_image(image.key, image_deadline(job, image, now), now)
        return changed

    def _plan_image(self, key: ImageKey, deadline: Deadline | None, now: float) -> bool:
        was_expired = key in self._expired
        if was_expired and deadline is not None and deadline.at <= now:
            return False
        self._expired.discard(key)
        if deadline is None:
            return self._images.discard(key) or was_expired
        return self._images.put(key, deadline, now + GRACE_S) or was_expired

    def _sleep_s(self) -> float:
        changes = (self._images.next_change, self._jobs.next_change)
        next_at = min((at for at in changes if at is not None), default=float("inf"))
        return min(max(next_at - self._clock.time(), SHORTEST_SLEEP_S), LONGEST_SLEEP_S)

    def _tell(self) -> None:
        self._listeners.tell()
