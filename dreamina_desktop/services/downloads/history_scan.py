"""One walk through an account's history: what its pages said, and how far it came."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from dreamina_desktop.core.jobs.history import Asset, AssetPage
from dreamina_desktop.core.jobs.job import ImageKey, Job
from dreamina_desktop.core.jobs.link_recovery import sought_since

MOST_PAGES = 100
SLACK = timedelta(hours=1)  # two clocks of theirs, and the time that a job takes


class HistoryWalk:
    """Page by page, from the newest on. Images that begin to miss a link meanwhile join it."""

    def __init__(self, account: str, begun_at: float, sought: Collection[ImageKey]) -> None:
        """`begun_at` in monotonic seconds; `sought`: the images that it is made for."""
        self.account = account
        self.begun_at = begun_at
        self.offset: str | None = None  # of the next page
        self.is_over = False
        self._sought = frozenset(sought)
        self._assets: dict[str, list[Asset]] = {}
        self._asked: set[str | None] = set()
        self._at_end = False  # there is nothing more
        self._newest: datetime | None = None
        self._reached: datetime | None = None  # everything newer was seen

    def take(self, page: AssetPage) -> None:
        """The page at `offset`."""
        for asset in page.assets:
            self._assets.setdefault(asset.item_id, []).append(asset)
        if page.newest is not None:
            self._newest = max(self._newest or page.newest, page.newest)
            self._reached = page.newest
        self._asked.add(self.offset)
        self.offset = page.next_offset
        goes_round = page.next_offset in self._asked
        if page.next_offset is None or goes_round or len(self._asked) >= MOST_PAGES:
            self.end()

    def end(self) -> None:
        """There is nothing more, or there is no such history."""
        self._at_end = self.is_over = True

    def stop(self) -> None:
        """The rest is of no interest."""
        self.is_over = True

    def found(self, item_id: str | None) -> Sequence[Asset]:
        """What was seen under this ID."""
        return self._assets.get(item_id or "", ())

    def has_passed(self, job: Job, now: datetime) -> bool:
        """Whether older pages hold nothing of this job."""
        since = sought_since(job, now)
        is_past = since is not None and self._reached is not None
        return self._at_end or (is_past and since - self._reached > SLACK)  # type: ignore[operator]

    def would_have_found(self, key: ImageKey, job: Job, now: datetime) -> bool:
        """Whether what it has not found is not there: images that are newer than the walk are not
        in its pages."""
        if not self.has_passed(job, now):
            return False
        made = job.record.updated if job.record else None
        is_old = made is not None and self._newest is not None and made <= self._newest
        return key in self._sought or is_old
