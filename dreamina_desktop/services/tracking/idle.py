"""Wait until nothing is left to do: for --until-idle and --screenshot."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_

from dreamina_desktop.core.jobs.job import ImageState, Search, Tracking
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.downloads.downloader import Downloader
from dreamina_desktop.services.downloads.link_recovery import LinkRecovery
from dreamina_desktop.services.holds import Hold, HoldSource, OpenWork, Work
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.polling.poller import Poller
from dreamina_desktop.services.polling.token import Token
from dreamina_desktop.services.ports import Clock

LOOK_EVERY_S = 0.1
LOOKED_AT_PER_S = 10_000  # jobs and images: of very many less often
MOST_REASONS = 3  # that are named
START_S = 30.0  # a start that is not ready after so long is held up by something
NOT_READY = Hold("It is still looking at what is here.")


@dataclass(frozen=True, slots=True)
class IdleWaiter:
    """Looks again and again, by the given clock. `sources` say why work does not go on: see
    `holds`, which tells how to add a reason."""

    library: Library
    poller: Poller
    downloader: Downloader
    recovery: LinkRecovery
    token: Token
    clock: Clock
    sources: Sequence[HoldSource]

    async def wait(
        self, only: Collection[int] | None, give_up_s: float, stop: asyncio.Event
    ) -> str | None:
        """None when no job is polling and no image pending; else why it was given up, in words:
        nothing went on for `give_up_s` seconds since the first failure or hold after the last
        progress. `only`: numbers of jobs, None for every shown one."""
        watch = _Watch(self.clock.monotonic())
        while True:
            left = self._left(only)
            if stop.is_set():
                return f"Stopped with {_count(left)} still open." if left else None
            holds = self._holds(left, watch)
            if (is_ready := self._is_ready()) and _is_over(left, holds):
                return _reasons(hold for hold in holds if hold.asks_user) or None
            watch.look(left, self._went_on_at(left), self.clock.monotonic())
            if not (is_ready and self._goes_on(left, holds)) and watch.is_up(holds, give_up_s):
                return f"Gave up: {watch.reason}{_still_open(left)}"
            await self.clock.sleep(LOOK_EVERY_S + len(left) / LOOKED_AT_PER_S)

    def _is_ready(self) -> bool:
        """What the start may still open: jobs for another token, images whose files are gone."""
        return self.token.loaded and not self.poller.asks_again and self.downloader.has_looked

    def _left(self, only: Collection[int] | None) -> OpenWork:
        jobs = [job for job in self.library.open_jobs() if only is None or job.number in only]
        pending = [
            image for job in jobs for image in job.images if image.state is ImageState.PENDING
        ]
        by_hand = () if self.poller.is_closed else self.poller.asked_besides
        return OpenWork(
            jobs=tuple(job.number for job in jobs if job.tracking is Tracking.POLLING),
            images=tuple(image.key for image in pending if image.search is Search.NONE),
            sought=tuple(image.key for image in pending if image.search is not Search.NONE),
            by_hand=tuple(number for number in by_hand if only is None or number in only),
        )

    def _holds(self, left: OpenWork, watch: _Watch) -> Sequence[Hold]:
        holds = [hold for source in self.sources for hold in source.holds(left)]
        if not self._is_ready() and self.clock.monotonic() - watch.began_at > START_S:
            holds.append(NOT_READY)
        return holds

    def _goes_on(self, left: OpenWork, holds: Sequence[Hold]) -> bool:
        """Whether some of it needs nothing but time: it was answered well, or is on its way."""
        stopped = _stopped(holds)
        if Work.JOBS not in stopped and (self.poller.goes_on(left) or self.recovery.goes_on(left)):
            return True
        return Work.IMAGES not in stopped and self.downloader.goes_on(left)

    def _went_on_at(self, left: OpenWork) -> float:
        return max(self.poller.went_on_at(left), self.downloader.went_on_at(left))


class _Watch:
    """Times the trouble of one wait: since the first hold after the last progress."""

    def __init__(self, now: float) -> None:
        self.began_at = self._now = self._went_on_at = now
        self._before = OpenWork()
        self._held_since: float | None = None
        self.reason = ""

    def look(self, left: OpenWork, went_on_at: float, now: float) -> None:
        """What is left now, and when some of it went on last."""
        self._now = now
        if went_on_at > self._went_on_at or _settled(self._before, left):
            self._went_on_at, self._held_since = now, None
        self._before = left

    def is_up(self, holds: Sequence[Hold], give_up_s: float) -> bool:
        """Whether nothing went on for so long. A hold that is over was no progress."""
        if holds:
            self.reason = _reasons(holds)
            if self._held_since is None:
                self._held_since = self._now
        return self._held_since is not None and self._now - self._held_since >= give_up_s


def _settled(before: OpenWork, left: OpenWork) -> bool:
    """Whether something that was open is not any more."""
    if before == left:
        return False
    images, still = {*before.images, *before.sought}, {*left.images, *left.sought}
    return not (set(before.jobs) <= set(left.jobs) and images <= still)


def _is_over(left: OpenWork, holds: Sequence[Hold]) -> bool:
    """Whether nothing is left, or nothing that could go on before the user does something."""
    return left.kinds in _stopped(hold for hold in holds if hold.asks_user)


def _stopped(holds: Iterable[Hold]) -> Work:
    """The kinds of which nothing goes on."""
    return reduce(or_, (hold.stops for hold in holds), Work.NONE)


def _reasons(holds: Iterable[Hold]) -> str:
    """The weightiest, each once."""
    return " ".join(islice(dict.fromkeys(hold.reason for hold in holds), MOST_REASONS))


def _still_open(left: OpenWork) -> str:
    return f" ({_count(left)} still open)" if left else ""


def _count(left: OpenWork) -> str:
    jobs, images = len(left.jobs) + len(left.by_hand), len(left.images) + len(left.sought)
    counts = [
        counted(number, word) for number, word in ((jobs, "job"), (images, "image")) if number
    ]
    return " and ".join(counts)
