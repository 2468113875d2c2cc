"""How filters are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.core.search.filters import Facet, Lack, Narrowing
from dreamina_desktop.core.text.dates import local_time, span_words
from dreamina_desktop.core.text.wording import batch_label, shortened
from dreamina_desktop.ui.marks.mark_actions import FLAGS, stars
from dreamina_desktop.ui.services import Services

FACETS = {
    Facet.STATUS: "Status",
    Facet.TYPE: "Type",
    Facet.MODEL: "Model",
    Facet.RATIO: "Ratio",
    Facet.RESOLUTION: "Resolution",
    Facet.ACCOUNT: "Account",
    Facet.BATCH: "Paste",
}
LACKS = {Lack.NOT_SAVED: "Not saved", Lack.NOT_REUSED: "Not yet reused"}
SHOWN = 40  # characters of a value


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter, and what is left without it."""

    label: str
    without: Narrowing


def chips(narrowing: Narrowing, services: Services) -> Iterator[Chip]:
    """One for each filter that is on."""
    for facet, values in narrowing.facets.items():
        said = " or ".join(value_words(facet, each, services) for each in sorted(values))
        yield Chip(f"{FACETS[facet]}: {shortened(said, SHOWN)}", narrowing.with_values(facet, ()))
    if narrowing.collection:
        kept = services.collections.get(narrowing.collection)
        name = kept.name if kept else "…"
        yield Chip(f"Collection: {shortened(name, SHOWN)}", narrowing.with_collection(0))
    if narrowing.date:
        yield Chip(span_words(narrowing.date), narrowing.with_date(""))
    if narrowing.flags:
        said = " or ".join(FLAGS[flag] for flag in sorted(narrowing.flags, reverse=True))
        yield Chip(said, _without_flags(narrowing))
    if narrowing.stars:
        more = "" if narrowing.stars == 5 else " or more"
        yield Chip(f"{stars(narrowing.stars)}{more}", narrowing.with_stars(0))
    for lack in sorted(narrowing.lacks):
        yield Chip(LACKS[lack], narrowing.with_lack(lack))


def value_words(facet: Facet, value: str, services: Services) -> str:
    """A value as people know it; no e-mail address."""
    if facet is Facet.ACCOUNT:
        label = services.accounts.all().get(value)
        return label.name if label else "…"
    if facet is Facet.BATCH:
        return _batch_words(value, services)
    return services.accounts.masked(value)


def _batch_words(value: str, services: Services) -> str:
    for batch in services.library.batches:
        if str(batch.id) == value:
            now = local_time(datetime.now(UTC))
            return batch_label(local_time(batch.at), batch.count, now)
    return f"number {value}"


def _without_flags(narrowing: Narrowing) -> Narrowing:
    for flag in tuple(Flag):
        if flag in narrowing.flags:
            narrowing = narrowing.with_flag(flag)
    return narrowing
