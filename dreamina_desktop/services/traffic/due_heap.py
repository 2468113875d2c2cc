"""When each thing is due, and who goes next: among the due ones the first by rank."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any, Generic, TypeVar

K = TypeVar("K")
Rank = tuple[float, ...]


class DueHeap(Generic[K]):
    """Due times by key, in seconds of a monotonic clock. Old entries are skipped, not sought."""

    def __init__(self, rank: Callable[[K, float], Rank]) -> None:
        """`rank`, of a key and its due time, is read when it becomes due: the lowest goes first.
        Keys have an order."""
        self._rank = rank
        self._due: dict[K, float] = {}
        self._waiting: list[tuple[float, Any]] = []  # due time, key
        self._ready: list[tuple[Rank, Any, float]] = []  # due already

    def __len__(self) -> int:
        return len(self._due)

    def __contains__(self, key: K) -> bool:
        return key in self._due

    def due_at(self, key: K) -> float | None:
        return self._due.get(key)

    def keys(self) -> tuple[K, ...]:
        return tuple(self._due)

    def put(self, key: K, due_at: float) -> None:
        """Plan a key; an earlier plan for it is void."""
        self._due[key] = due_at
        heapq.heappush(self._waiting, (due_at, key))

    def discard(self, key: K) -> None:
        self._due.pop(key, None)

    def pop(self, now: float, most: int | None = None) -> K | None:
        """The first by rank of those that are due, taken out; None when none is. `most`: so many
        are ranked at a time, and the others at the next."""
        ranked = 0
        while self._waiting and self._waiting[0][0] <= now and ranked != most:
            due_at, key = heapq.heappop(self._waiting)
            if self._due.get(key) == due_at:
                heapq.heappush(self._ready, (self._rank(key, due_at), key, due_at))
                ranked += 1
        self._drop_old_ready()
        if not self._ready:
            return None
        first: K = heapq.heappop(self._ready)[1]
        del self._due[first]
        return first

    def next_at(self) -> float | None:
        """When the next one is due; None when nothing is planned."""
        self._drop_old_ready()
        if self._ready:
            return self._ready[0][2]
        while self._waiting and self._due.get(self._waiting[0][1]) != self._waiting[0][0]:
            heapq.heappop(self._waiting)
        return self._waiting[0][0] if self._waiting else None

    def later_than(self, now: float) -> tuple[K, ...]:
        """Those that are not due yet."""
        return tuple(key for key, due_at in self._due.items() if due_at > now)

    def overdue(self, now: float) -> int:
        """How many are due."""
        return sum(1 for due_at in self._due.values() if due_at <= now)

    def _drop_old_ready(self) -> None:
        while self._ready and self._due.get(self._ready[0][1]) != self._ready[0][2]:
            heapq.heappop(self._ready)
