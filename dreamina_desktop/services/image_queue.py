"""Which image is fetched next: when each is due, who goes first, and who waits for its host.

Images of a host that takes none stand in a line, and nobody looks at them until it does: with
thousands of them, looking at each again and again would be all that the program does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.services.due_heap import DueHeap, Rank

Line = tuple[str, bool]  # a host, and whether only for retries


class ImageQueue:
    """Times are seconds of a monotonic clock. A line keeps the order that its images came in."""

    def __init__(self, rank: Callable[[ImageKey, float], Rank]) -> None:
        """`rank`: DueHeap."""
        self._planned: DueHeap[ImageKey] = DueHeap(rank)
        self._lines: dict[Line, list[ImageKey]] = {}
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

    def pop(self, now: float, most: int) -> ImageKey | None:
        """The first of those that are due, taken out; of very many, of those looked at so far."""
        return self._planned.pop(now, most)

    def later_than(self, now: float) -> Sequence[ImageKey]:
        """Those that are not due yet, and stand in no line."""
        return self._planned.later_than(now)

    def next_at(self) -> float | None:
        """When the next one is due that stands in no line; None when there is none."""
        return self._planned.next_at()

    def stand_in(self, line: Line, key: ImageKey) -> None:
        """Wait at the end of a line."""
        self._line_of[key] = line
        self._lines.setdefault(line, []).append(key)

    def lines(self) -> Sequence[Line]:
        """Those in which somebody stands."""
        for line, keys in tuple(self._lines.items()):
            while keys and self._line_of.get(keys[-1]) != line:
                keys.pop()
            if not keys:
                del self._lines[line]
        return tuple(self._lines)

    def next_in(self, line: Line, place: float) -> ImageKey | None:
        """One of a line, taken out; None when nobody stands there. `place`: 0.0 is the first one,
        0.5 one in the middle."""
        keys = self._lines.get(line, [])
        while keys:
            key = keys.pop(min(int(place * len(keys)), len(keys) - 1))
            if self._line_of.get(key) == line:
                del self._line_of[key]
                return key
        return None
