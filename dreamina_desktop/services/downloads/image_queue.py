"""Which image is fetched next: when each is due, and who stands in line for its host.

Images that are due stand in the line of their host, the first by rank in front, and nobody looks at
them until it takes some: with thousands of them, looking at each again and again would be all that
the program does.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.services.traffic.due_heap import DueHeap, Rank

Line = tuple[str, bool]  # a host, and whether only for retries
_MANY = 100  # that left a line, before it is cleared of them


class ImageQueue:
    """Times are seconds of a monotonic clock."""

    def __init__(self, line: Callable[[ImageKey], Line], rank: Callable[[ImageKey], Rank]) -> None:
        """Both are read when an image becomes due: the lowest rank of a line goes first."""
        self._line = line
        self._rank = rank
        self._planned: DueHeap[ImageKey] = DueHeap(lambda _key, due_at: (due_at,))
        self._lines: dict[Line, list[tuple[Rank, ImageKey]]] = {}  # heaps, with some that left
        self._line_of: dict[ImageKey, Line] = {}

    def __len__(self) -> int:
        return len(self._planned) + len(self._line_of)

    def __contains__(self, key: ImageKey) -> bool:
        return key in self._planned or key in self._line_of

    def keys(self) -> Sequence[ImageKey]:
        return (*self._planned.keys(), *self._line_of)

    def put(self, key: ImageKey, due_at: float) -> None:
        """Plan an image; it leaves its line."""
        self._line_of.pop(key, None)
        self._planned.put(key, due_at)

    def discard(self, key: ImageKey) -> None:
        self._planned.discard(key)
        self._line_of.pop(key, None)

    def line_up(self, now: float, most: int) -> int:
        """Those that are due stand in line now, at most so many; how many did."""
        for count in range(most):
            key = self._planned.pop(now, 1)
            if key is None:
                return count
            self.stand_in_line(key)
        return most

    def stand_in_line(self, key: ImageKey) -> None:
        """In that of its host, by its rank."""
        line = self._line_of[key] = self._line(key)
        heap = self._lines.setdefault(line, [])
        heapq.heappush(heap, (self._rank(key), key))
        if len(heap) > 2 * len(self._line_of) + _MANY:
            self._lines[line] = sorted(set(self._standing(line)))

    def later_than(self, now: float) -> Sequence[ImageKey]:
        """Those that are not due yet, and stand in no line."""
        return self._planned.later_than(now)

    def next_at(self) -> float | None:
        """When the next one is due that stands in no line; None when there is none."""
        return self._planned.next_at()

    def lines(self) -> Sequence[Line]:
        """Those in which somebody stands."""
        for line, heap in tuple(self._lines.items()):
            while heap and not self._stands(line, heap[0]):
                heapq.heappop(heap)
            if not heap:
                del self._lines[line]
        return tuple(self._lines)

    def first_rank(self, line: Line) -> Rank:
        """Of who stands in front, in one of `lines`."""
        return self._lines[line][0][0]

    def next_in(self, line: Line, place: float) -> ImageKey | None:
        """One of a line, taken out; None when nobody stands there. `place`: 0.0 is the first one,
        from there on anybody, 0.5 from the middle of the heap."""
        standing = self._standing(line) if place else self._front(line)
        if not standing:
            return None
        _, key = standing[min(int(place * len(standing)), len(standing) - 1)]
        del self._line_of[key]
        return key

    def _front(self, line: Line) -> list[tuple[Rank, ImageKey]]:
        heap = self._lines.get(line, [])
        while heap:
            entry = heapq.heappop(heap)
            if self._stands(line, entry):
                return [entry]
        return []

    def _standing(self, line: Line) -> list[tuple[Rank, ImageKey]]:
        return [entry for entry in self._lines.get(line, ()) if self._stands(line, entry)]

    def _stands(self, line: Line, entry: tuple[Rank, ImageKey]) -> bool:
        return self._line_of.get(entry[1]) == line
