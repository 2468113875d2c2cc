"""One walk through an account's history: what its pages said, how far it came, and how often it is
walked by itself, remembered between runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from dreamina_desktop.core.jobs.history import Asset, AssetPage
from dreamina_desktop.core.jobs.job import ImageKey, Job
from dreamina_desktop.core.jobs.link_recovery import sought_since
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.session.preferences import Preferences

EVERY_S = 600.0
CUT_S = 60.0  # after a walk that a killed run has cut
# The settings: Unix seconds by a digest of the account, which is no address.
WALKED = "histories_walked"
CUT = "histories_begun"  # and not ended


class WalkLimit:
    """At most one walk an account in ten minutes. Times in monotonic seconds."""

    def __init__(self, preferences: Preferences, clock: Clock) -> None:
        self._preferences = preferences
        self._clock = clock
        self._walked_at: dict[str, float] = {}  # in this run

    def opens_at(self, account: str) -> float:
        """When the account's history may be walked again; 0.0 when it never was."""
        at = self._walked_at.get(account)
        if at is None:
            at = self._before(account)
        return 0.0 if at is None else at + EVERY_S

    def begins(self, account: str) -> None:
        """A walk does."""
        self._walked_at[account] = self._clock.monotonic()
        self._keep(CUT, account)

    def ended(self, account: str) -> None:
        """The walk that began last; none may have."""
        if _digest(account) in self._kept(CUT):
            self._keep(WALKED, account)

    def _keep(self, setting: str, account: str) -> None:
        now = self._clock.time()
        for name in (WALKED, CUT):
            recent = {who: at for who, at in self._kept(name).items() if 0 <= now - at < EVERY_S}
            recent.pop(_digest(account), None)
            self._preferences.set(
                name, recent | ({_digest(account): now} if name == setting else {})
            )

    def _before(self, account: str) -> float | None:
        """In a run before this one; a time that is to come is of a clock that was wrong."""
        who, now = _digest(account), self._clock.time()
        walked, cut = self._kept(WALKED).get(who), self._kept(CUT).get(who)
        at = walked if cut is None else cut + CUT_S - EVERY_S
        ago = now - at if at is not None else -1.0
        return self._clock.monotonic() - ago if 0 <= ago < EVERY_S else None

    def _kept(self, setting: str) -> dict[str, float]:
        kept = self._preferences.get(setting)
        if not isinstance(kept, dict):
            return {}
        return {name: float(at) for name, at in kept.items() if isinstance(at, int | float)}


def _digest(account: str) -> str:
    return hashlib.sha256(account.encode(errors="replace")).hexdigest()[:16]


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
