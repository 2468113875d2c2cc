"""Which deadlines are soon: kept up to date change by change, never by a walk through all."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from typing import Any, Generic, TypeVar

from dreamina_desktop.core.jobs.deadline import Deadline

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
