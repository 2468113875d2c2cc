"""What is looked for in the list and in the gallery, and the query that it comes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.paste.find_ids import find
from dreamina_desktop.core.search.filters import NOTHING, Narrowing
from dreamina_desktop.core.search.results import JobFilter, JobOrder, Query
from dreamina_desktop.core.search.terms import image_numbers, search_terms
from dreamina_desktop.core.text.dates import local_time, span
from dreamina_desktop.core.text.folding import folded
from dreamina_desktop.ui.search.job_order import ALL, EXPIRING, FILTERS
from dreamina_desktop.ui.search.wording import chips
from dreamina_desktop.ui.services import Services

SHOWN = 60  # characters of a search

T = TypeVar("T")
SHORTEST_NAME = 3  # characters: the letters that accounts have by themselves are no words
LOOKED_AT = 40  # images whose numbers were typed: of more it is believed that they are there
ID_MARK = ":dreamina"  # at the end of each job ID (inferred, docs/api.md)


@dataclass(frozen=True, slots=True)
class Asked:
    """`filter`: one of the list's (job_order); `search`: what is in the field; `narrowing`: the
    chips."""

    filter: str = ALL
    search: str = ""
    narrowing: Narrowing = NOTHING

    @property
    def is_narrowed(self) -> bool:
        """Whether it may hide jobs."""
        return self != EVERYTHING


EVERYTHING = Asked()


def sought_images(search: str, services: Services) -> tuple[ImageKey, ...]:
    """Those of the numbers in a text that images here have: "16-9" may be a ratio, and "4-panel" a
    word. Blocks for a moment."""
    library = services.library
    found = [key for key in image_numbers(search) if key.number <= library.last_number]
    try:
        if len(found) <= LOOKED_AT:
            found = [key for key in found if library.image(key) is not None]
    except DatabaseError:
        return ()  # whoever lists says so
    return tuple(found)


def query_of(asked: Asked, order: JobOrder, services: Services) -> Query:
    """As things are now: dates, collections, what expires. Blocks for a moment where job IDs are
    searched for."""
    narrowing, search = asked.narrowing, asked.search
    now = local_time(services.clock.time())
    sought = sought_images(search, services)
    jobs = None if sought else _jobs_in(search, services)
    text = "" if sought or jobs is not None else search
    return Query(
        order,
        FILTERS.get(asked.filter, JobFilter.ALL),
        text,
        only=_both(services.deadlines.numbers() if asked.filter == EXPIRING else None, jobs),
        images=_both(frozenset(sought) if sought else None, _collected(narrowing, services)),
        narrowing=narrowing,
        made=span(narrowing.date, now),
        names=_named_accounts(text, services),
    )


def lifts(asked: Asked, services: Services) -> Iterator[tuple[str, Asked]]:
    """What is left without each part of it, with what that part is called; nothing where there is
    one part only."""
    parts = [
        (chip.label, replace(asked, narrowing=chip.without))
        for chip in chips(asked.narrowing, services)
    ]
    if asked.search:
        parts.append((f"“{asked.search[:SHOWN]}”", replace(asked, search="")))
    if asked.filter != ALL:
        parts.append((asked.filter, replace(asked, filter=ALL)))
    if len(parts) > 1:
        yield from parts


def _both(one: frozenset[T] | None, other: frozenset[T] | None) -> frozenset[T] | None:
    """What is in both; None: everything."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _collected(narrowing: Narrowing, services: Services) -> frozenset[ImageKey] | None:
    if not narrowing.collection:
        return None
    kept = services.collections.get(narrowing.collection)
    return frozenset(kept.keys if kept else ())


def _jobs_in(text: str, services: Services) -> frozenset[int] | None:
    """The jobs whose IDs stand in a text; None where it has none that is here."""
    if ID_MARK not in text:
        return None
    try:
        known = services.library.known(find(text).jobids)
    except DatabaseError:
        return None  # whoever lists says so
    return frozenset(each.number for each in known.values()) or None


def _named_accounts(text: str, services: Services) -> tuple[tuple[str, frozenset[str]], ...]:
    """Which words of a search are in names that accounts were given."""
    labels = services.accounts.all().items()
    found = []
    for term in search_terms(text):
        is_name = len(term) >= SHORTEST_NAME
        having = {each for each, label in labels if is_name and term in folded(label.name)}
        if having:
            found.append((term, frozenset(having)))
    return tuple(found)
