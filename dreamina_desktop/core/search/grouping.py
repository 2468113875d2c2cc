"""A listing in groups: which jobs belong together, each group where its first job was."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dreamina_desktop.core.search.results import Listing


class Grouping(StrEnum):
    """By what the gallery is divided."""

    NOTHING = "nothing"
    JOB = "job"
    DAY = "day"
    PROMPT = "prompt"
    BATCH = "batch"


GroupKey = str | int | None  # a day ("2026-03-02"), a prompt's beginning, a batch


@dataclass(frozen=True, slots=True)
class Grouped:
    """`listing`: all of it, in groups; `starts`: at which of its jobs each group begins."""

    listing: Listing
    starts: array[int]

    @classmethod
    def none(cls, listing: Listing) -> Grouped:
        """Without groups."""
        return cls(listing, array("q"))

    @classmethod
    def by_job(cls, listing: Listing) -> Grouped:
        """Each job by itself."""
        return cls(listing, array("q", range(len(listing))))

    @classmethod
    def by(cls, listing: Listing, keys: Sequence[GroupKey]) -> Grouped:
        """`keys`: of the jobs, in their order. Within a group they keep it."""
        rows: dict[GroupKey, list[int]] = {}
        for row, key in enumerate(keys):
            rows.setdefault(key, []).append(row)
        starts, place = array("q"), 0
        for group in rows.values():
            starts.append(place)
            place += len(group)
        return cls(listing.picked(row for group in rows.values() for row in group), starts)
