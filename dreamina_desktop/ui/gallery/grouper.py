"""Divides what the gallery shows into groups, and says what each has in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.search.grouping import Grouped, Grouping
from dreamina_desktop.core.search.results import Listing
from dreamina_desktop.core.text.dates import day_words, local_time, utc_time
from dreamina_desktop.core.text.wording import batch_label
from dreamina_desktop.ui.jobs.jobs_model import title
from dreamina_desktop.ui.services import Services

Shown = Callable[[Grouped, bool], None]


class Grouper:
    """Tells the groups of what was given last: at once, or when the library has told what its jobs
    have in common."""

    def __init__(self, services: Services, on_grouped: Shown) -> None:
        """`on_grouped`: the groups, and whether they hold what arrived."""
        self._services = services
        self._on_grouped = on_grouped
        self._listing = Listing()
        self.grouping = Grouping.NOTHING

    def group_by(self, grouping: Grouping) -> None:
        """The same otherwise."""
        if grouping is not self.grouping:
            self.grouping = grouping
            self.group(self._listing, arriving=False)

    def group(self, listing: Listing, *, arriving: bool) -> None:
        """Others, as before."""
        self._listing = listing
        match self.grouping:
            case Grouping.NOTHING:
                self._on_grouped(Grouped.none(listing), arriving)
            case Grouping.JOB:
                self._on_grouped(Grouped.by_job(listing), arriving)
            case _:
                self._services.supervisor.spawn(self._group(listing, arriving), "group images")

    async def _group(self, listing: Listing, arriving: bool) -> None:
        grouping = self.grouping
        try:
            keys = await self._services.library.group_keys(grouping, listing.numbers)
        except DatabaseError as error:
            self._services.messages.say(f"The images could not be grouped. {error}")
            return
        if self._listing is listing and self.grouping is grouping:
            self._on_grouped(Grouped.by(listing, keys), arriving)

    def title(self, number: int) -> str:
        """What the group of this job, its first, has in common."""
        job = self._services.library.peek(number)
        if job is None:
            return str(number)  # it comes within moments
        match self.grouping:
            case Grouping.JOB:
                return f"{number}  {title(job, self._services)}"
            case Grouping.DAY:
                created = job.record.created if job.record else None
                at = created or utc_time(job.tracked_at)
                return day_words(local_time(at).date())
            case Grouping.BATCH:
                return self._batch(job.batch)
        return title(job, self._services)

    def _batch(self, number: int) -> str:
        now = local_time(datetime.now(UTC))
        for batch in self._services.library.batches:
            if batch.id == number:
                at = local_time(batch.at)
                return f"Pasted {batch_label(at, batch.count, now)}"
        return ""
