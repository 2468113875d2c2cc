"""What narrows the library beside a search: facts of jobs, and what was said about images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from dreamina_desktop.core.jobs.marks import MOST_STARS, Flag

MOST_VALUES = 50  # of one facet


class Facet(StrEnum):
    """Facts by which jobs are chosen; their values are as in core.search.summary."""

    STATUS = "status"
    TYPE = "type"
    MODEL = "model"
    RATIO = "ratio"
    RESOLUTION = "resolution"
    ACCOUNT = "account"
    BATCH = "batch"


class Lack(StrEnum):
    """What an image may not have had yet."""

    NOT_SAVED = "not saved"
    NOT_REUSED = "not reused"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Everything in it has to hold. `facets`: one of the values each; `flags`: one of them;
    `stars`: at least; `date`: a word of core.text.dates."""

    facets: Mapping[Facet, frozenset[str]] = field(default_factory=dict)
    flags: frozenset[Flag] = frozenset()
    stars: int = 0
    lacks: frozenset[Lack] = frozenset()
    date: str = ""
    collection: int = 0  # its ID; 0: of none

    def __bool__(self) -> bool:
        return self != NOTHING

    @property
    def is_about_images(self) -> bool:
        """Whether it may show some of a job's images only."""
        return bool(self.flags or self.stars or self.lacks or self.collection)

    def toggled(self, facet: Facet, value: str) -> Narrowing:
        """With this value among those of its facet, or without it."""
        values = self.facets.get(facet, frozenset()) ^ {value}
        return self.with_values(facet, values)

    def with_values(self, facet: Facet, values: Iterable[str]) -> Narrowing:
        """Other values of a facet; none: it does not matter."""
        others = {each: kept for each, kept in self.facets.items() if each is not facet}
        wanted = frozenset(values)
        return replace(self, facets=others | ({facet: wanted} if wanted else {}))

    def with_flag(self, flag: Flag) -> Narrowing:
        """Toggled."""
        return replace(self, flags=self.flags ^ {flag})

    def with_lack(self, lack: Lack) -> Narrowing:
        """Toggled."""
        return replace(self, lacks=self.lacks ^ {lack})

    def with_stars(self, stars: int) -> Narrowing:
        return replace(self, stars=min(max(0, stars), MOST_STARS))

    def with_date(self, date: str) -> Narrowing:
        return replace(self, date=date)

    def with_collection(self, collection: int) -> Narrowing:
        """Only images of it; 0: wherever they are."""
        return replace(self, collection=collection)

    def as_json(self) -> dict[str, Any]:
        return {
            "facets": {facet.value: sorted(values) for facet, values in self.facets.items()},
            "flags": sorted(flag.value for flag in self.flags),
            "stars": self.stars,
            "lacks": sorted(lack.value for lack in self.lacks),
            "date": self.date,
            "collection": self.collection,
        }

    @classmethod
    def from_json(cls, value: object) -> Narrowing:
        """What cannot be read does not narrow."""
        read = value if isinstance(value, dict) else {}
        facets, stars, date = read.get("facets"), read.get("stars"), read.get("date")
        collection = read.get("collection")
        narrowing = cls(
            flags=frozenset(Flag(f) for f in _list(read.get("flags")) if f in tuple(Flag)),
            stars=stars if isinstance(stars, int) and 0 <= stars <= MOST_STARS else 0,
            lacks=frozenset(Lack(each) for each in _texts(read.get("lacks")) if each in set(Lack)),
            date=date if isinstance(date, str) else "",
            collection=collection if isinstance(collection, int) else 0,
        )
        for facet in Facet:
            values = _texts(facets.get(facet.value)) if isinstance(facets, dict) else []
            narrowing = narrowing.with_values(facet, values[:MOST_VALUES])
        return narrowing


NOTHING = Narrowing()


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [each for each in _list(value) if isinstance(each, str)]
