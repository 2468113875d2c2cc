"""When each job is due, and who goes next: among the due ones the newest."""

from __future__ import annotations

import heapq


class DueHeap:
    """Due times by number, in seconds of a monotonic clock. Old entries are skipped, not sought."""

    def __init__(self) -> None:
        self._due: dict[int, float] = {}
        self._heap: list[tuple[float, int]] = []
        self._ready: list[int] = []  # due already; negative numbers, newest first

    def __len__(self) -> int:
        return len(self._due)

    def __contains__(self, number: int) -> bool:
        return number in self._due

    def due_at(self, number: int) -> float | None:
        return self._due.get(number)

    def numbers(self) -> tuple[int, ...]:
        return tuple(self._due)

    def put(self, number: int, due_at: float) -> None:
        """Plan a job; an earlier plan for it is void."""
        self._due[number] = due_at
        heapq.heappush(self._heap, (due_at, number))

    def discard(self, number: int) -> None:
        self._due.pop(number, None)

    def pop(self, now: float) -> int | None:
        """The newest job that is due, taken out; None when none is."""
        self._gather(now)
        while self._ready:
            number = -heapq.heappop(self._ready)
            due_at = self._due.get(number)
            if due_at is not None and due_at <= now:
                del self._due[number]
                return number
        return None

    def next_at(self) -> float | None:
        """When the next job is due."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        earliest = self._heap[0][0] if self._heap else None
        ready = [self._due[-n] for n in self._ready[:1] if -n in self._due]
        return min((at for at in (earliest, *ready) if at is not None), default=None)

    def overdue(self, now: float) -> int:
        """How many jobs are due."""
        return sum(1 for due_at in self._due.values() if due_at <= now)

    def _gather(self, now: float) -> None:
        while self._heap and self._heap[0][0] <= now:
            due_at, number = heapq.heappop(self._heap)
            if self._due.get(number) == due_at:
                heapq.heappush(self._ready, -number)
