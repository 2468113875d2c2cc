"""The gallery's order: which image is at which place, by arithmetic over jobs."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress, count, islice
from operator import ne
from typing import overload

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.search.results import Listing, Positions

MOST_BITS = 62


class ImageOrder(Sequence[ImageKey]):
    """Jobs in a given order, each with its images by index, or some of them. Immutable.

    It holds a few integers a job and no object an image, so that 100,000 images cost nothing
    until they are looked at.
    """

    def __init__(self, numbers: Iterable[int] = (), counts: Iterable[int] = ()) -> None:
        """`numbers`: of the jobs, each once; `counts`: how many images each of them has."""
        self._set(Listing.of(numbers, counts))

    @classmethod
    def of(cls, listing: Listing, groups: array[int] | None = None) -> ImageOrder:
        """The images of listed jobs, without a walk through them. `groups`: at which of the jobs
        each group begins (core.search.grouping)."""
        order = cls.__new__(cls)
        order._set(listing, groups)
        return order

    @classmethod
    def of_keys(cls, keys: Sequence[ImageKey]) -> ImageOrder:
        """Images in any order, each once."""
        numbers = (key.number for key in keys)
        order = cls.of(Listing.of_some(numbers, (1 << key.index for key in keys)))
        order._rows = {key: row for row, key in enumerate(keys)}
        return order

    def _set(self, listing: Listing, groups: array[int] | None = None) -> None:
        self._groups = groups or array("q")
        self._rows: dict[ImageKey, int] | None = None  # where a job may come several times
        self._numbers, self._counts = listing.numbers, listing.counts
        self._starts, self._masks = listing.starts, listing.masks
        self._positions = Positions(listing.numbers)

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, row: int) -> ImageKey: ...

    @overload
    def __getitem__(self, row: slice) -> list[ImageKey]: ...

    def __getitem__(self, row: int | slice) -> ImageKey | list[ImageKey]:
        if isinstance(row, slice):
            start, stop, step = row.indices(len(self))
            if step == 1 and start < stop:
                return list(islice(self._from(start), stop - start))
            return [self[each] for each in range(start, stop, step)]
        row = row + len(self) if row < 0 else row
        if not 0 <= row < len(self):
            raise IndexError(row)
        position = bisect_right(self._starts, row) - 1
        index = self._index(position, row - self._starts[position])
        return ImageKey(self._numbers[position], index)

    def _from(self, row: int) -> Iterator[ImageKey]:
        """The images from one on, job by job."""
        first = bisect_right(self._starts, row) - 1
        nth = row - self._starts[first]
        for position in range(first, len(self._numbers)):
            number = self._numbers[position]
            for each in range(nth, self._counts[position]):
                yield ImageKey(number, self._index(position, each))
            nth = 0

    def _index(self, position: int, nth: int) -> int:
        """Of the image that a job shows at this place among its own."""
        if self._masks is None:
            return nth
        bits = self._masks[position]
        for _ in range(nth):
            bits &= bits - 1  # without its lowest
        return (bits & -bits).bit_length() - 1

    def _nth(self, position: int, index: int) -> int | None:
        """At which place among its own a job shows an image; None where it does not."""
        if self._masks is None:
            return index if 0 <= index < self._counts[position] else None
        bits = self._masks[position]
        if not 0 <= index <= MOST_BITS or not bits >> index & 1:
            return None
        return (bits & ((1 << index) - 1)).bit_count()

    @property
    def is_partial(self) -> bool:
        """Whether some images of its jobs may be left out."""
        return self._masks is not None

    def row(self, key: ImageKey) -> int | None:
        """Where an image is; None where it is not shown."""
        if self._rows is not None:
            return self._rows.get(key)
        position = self._positions.get(key.number)
        nth = None if position is None else self._nth(position, key.index)
        return None if position is None or nth is None else self._starts[position] + nth

    def __contains__(self, key: object) -> bool:
        return isinstance(key, ImageKey) and self.row(key) is not None

    def index(self, key: ImageKey, start: int = 0, stop: int | None = None) -> int:
        """Where an image is. ValueError where it is not shown in rows `start` to `stop`."""
        row = self.row(key)
        if row is None or row not in range(*slice(start, stop).indices(len(self))):
            raise ValueError(f"{key} is not shown")
        return row

    def count_of(self, number: int) -> int | None:
        """How many images a job has here; None where the job is not shown."""
        position = self._positions.get(number)
        return None if position is None else self._counts[position]

    def with_counts(self, counts: Mapping[int, int]) -> ImageOrder:
        """The same jobs, some of them with another number of images."""
        changed = array("q", self._counts)
        for number, images in counts.items():
            position = self._positions.get(number)
            if position is not None:
                changed[position] = images
        return ImageOrder.of(Listing.of(self._numbers, changed), self._groups)

    def sections(self) -> array[int]:
        """The first image of each group that has any; none where nothing is grouped."""
        if not self._groups:
            return array("q")
        starts = (self._starts[place] for place in self._groups)
        ends = chain((self._starts[place] for place in self._groups[1:]), [len(self)])
        return array("q", (first for first, end in zip(starts, ends, strict=True) if first < end))

    def replacement(self, other: ImageOrder) -> Replacement:
        """What has to be replaced to make this order the other one."""
        fewer = min(len(self._numbers), len(other._numbers))
        ours, theirs = self._vectors(other), other._vectors(self)
        jobs_before = min(
            _common(one, another, fewer) for one, another in zip(ours, theirs, strict=True)
        )
        jobs_after = min(
            fewer - jobs_before,
            *(
                _common(reversed(one), reversed(another), fewer)
                for one, another in zip(ours, theirs, strict=True)
            ),
        )
        end = len(self._numbers) - jobs_after
        other_end = len(other._numbers) - jobs_after
        kept = self._without(jobs_before, end)
        start = self._starts[jobs_before]
        return Replacement(
            start=start,
            removed=self._starts[end] - start,
            inserted=other._starts[other_end] - start,
            kept=kept,
        )

    def _vectors(self, other: ImageOrder) -> tuple[array[int], array[int]]:
        """What tells two orders apart: jobs, and which of their images, or how many."""
        if self._masks is None and other._masks is None:
            return self._numbers, self._counts
        return self._numbers, self._masks or array("q", ((1 << n) - 1 for n in self._counts))

    def _without(self, start: int, end: int) -> ImageOrder:
        """Without the jobs at these places."""
        if self._rows is not None:
            return ImageOrder.of_keys([*self[: self._starts[start]], *self[self._starts[end] :]])
        numbers = self._numbers[:start] + self._numbers[end:]
        if self._masks is None:
            return ImageOrder(numbers, self._counts[:start] + self._counts[end:])
        return ImageOrder.of(Listing.of_some(numbers, self._masks[:start] + self._masks[end:]))


@dataclass(frozen=True, slots=True)
class Replacement:
    """From `start`, `removed` images make way for `inserted` ones; `kept`: those that stay."""

    start: int
    removed: int
    inserted: int
    kept: ImageOrder


def _common(one: Iterable[int], other: Iterable[int], at_most: int) -> int:
    """How many values both begin with; `at_most`: the length of the shorter one."""
    return next(compress(count(), map(ne, one, other)), at_most)
