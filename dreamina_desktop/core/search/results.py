"""Which jobs are listed, and in which order: the question and its answer."""

from __future__ import annotations

import operator
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate, count

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.search.filters import NOTHING, Narrowing


class JobOrder(StrEnum):
    """Ways to sort. Among equals the newest goes first; jobs without a value go last."""

    NEWEST = "newest"
    OLDEST = "oldest"
    STATUS = "status"
    PROMPT = "prompt"
    LABEL = "label"
    MODEL = "model"
    RESOLUTION = "resolution"
    ACCOUNT = "account"
    CREATED = "created"  # by the server's time, latest first
    DURATION = "duration"  # longest first
    IMAGES = "images"  # most first


class JobFilter(StrEnum):
    """Ways to narrow."""

    ALL = "all"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class Query:
    """`text`: every word of it is somewhere in the job (core.search.terms); `batch`: only this
    one's; `only`: at most these; `images`: these images, whatever their jobs' others; `made`: from
    and until when, in Unix seconds: what `narrowing.date` means now; `names`: words of `text` that
    are in the names of accounts, which are not in the jobs, with these accounts."""

    order: JobOrder = JobOrder.NEWEST
    filter: JobFilter = JobFilter.ALL
    text: str = ""
    batch: int | None = None
    only: frozenset[int] | None = None
    images: frozenset[ImageKey] | None = None
    narrowing: Narrowing = NOTHING
    made: tuple[float, float] | None = None
    names: tuple[tuple[str, frozenset[str]], ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Jobs in order: their numbers, how many images of each are shown, and how many of those before
    it, with that of all at the end. `masks`: which images, a bit each from the first; None: all.
    Made where the jobs are listed: it takes milliseconds."""

    numbers: array[int] = field(default_factory=lambda: array("q"))
    counts: array[int] = field(default_factory=lambda: array("q"))
    starts: array[int] = field(default_factory=lambda: array("q", [0]))
    masks: array[int] | None = None

    @classmethod
    def of(cls, numbers: Iterable[int], counts: Iterable[int]) -> Listing:
        """With all of their images."""
        counted = array("q", counts)
        return cls(array("q", numbers), counted, array("q", accumulate(counted, initial=0)))

    @classmethod
    def of_some(cls, numbers: Iterable[int], masks: Iterable[int]) -> Listing:
        """With some of their images."""
        bits = array("q", masks)
        counted = array("q", map(int.bit_count, bits))
        return cls(array("q", numbers), counted, array("q", accumulate(counted, initial=0)), bits)

    def picked(self, rows: Iterable[int]) -> Listing:
        """The same of some of its jobs."""
        rows = list(rows)
        numbers = (self.numbers[row] for row in rows)
        if self.masks is not None:
            masks = self.masks
            return Listing.of_some(numbers, (masks[row] for row in rows))
        return Listing.of(numbers, (self.counts[row] for row in rows))

    def followed_by(self, other: Listing) -> Listing:
        """Both, one behind the other; they have masks both or neither."""
        numbers = self.numbers + other.numbers
        if self.masks is not None and other.masks is not None:
            return Listing.of_some(numbers, self.masks + other.masks)
        return Listing.of(numbers, self.counts + other.counts)

    def __bool__(self) -> bool:
        return len(self.numbers) > 0

    def __len__(self) -> int:
        return len(self.numbers)


class Positions:
    """Where numbers stand. What that needs is made when it is first asked: for numbers that fall
    or rise, as those of the newest or oldest first do, next to nothing."""

    def __init__(self, numbers: array[int]) -> None:
        """`numbers`: each once."""
        self._numbers = numbers
        self._rising: array[int] | None = None
        self._falls = False
        self._by_number: dict[int, int] | None = None

    def get(self, number: int) -> int | None:
        """None where it is not among them."""
        if self._rising is None and self._by_number is None:
            self._look()
        if self._rising is None:
            return None if self._by_number is None else self._by_number.get(number)
        place = bisect_left(self._rising, number)
        if place == len(self._rising) or self._rising[place] != number:
            return None
        return len(self._rising) - 1 - place if self._falls else place

    def _look(self) -> None:
        following = self._numbers[1:]
        if all(map(operator.gt, self._numbers, following)):
            self._rising, self._falls = self._numbers[::-1], True
        elif all(map(operator.lt, self._numbers, following)):
            self._rising = self._numbers
        else:
            self._by_number = dict(zip(self._numbers, count()))
