"""Wait until nothing is left to do: for --until-idle and --screenshot."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from dreamina_desktop.core.job import ImageKey, ImageState, Search, Tracking
from dreamina_desktop.services.downloader import Downloader
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.link_recovery import LinkRecovery
from dreamina_desktop.services.poller import Connection, Poller
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.token import Token

LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Open:
    """What still has to be done."""

    jobs: tuple[int, ...]
    images: tuple[ImageKey, ...]  # to be fetched
    sought: tuple[ImageKey, ...]  # images for which a fresh link is looked for
    by_hand: tuple[int, ...]  # finished jobs that are asked once more

    def __bool__(self) -> bool:
        return bool(self.jobs or self.images or self.sought or self.by_hand)


@dataclass(frozen=True, slots=True)
class IdleWaiter:
    """Looks again and again, by the given clock."""

    library: Library
    poller: Poller
    downloader: Downloader
    recovery: LinkRecovery
    token: Token
    clock: Clock

    async def wait(
        self, only: Collection[int] | None, give_up_s: float, stop: asyncio.Event
    ) -> str | None:
        """None when no job is polling and no image pending; else why it was given up, in words.
        `only`: numbers of jobs, None for every shown one."""
        while not self._is_ready() and not stop.is_set():
            await self.clock.sleep(LOOK_EVERY_S)
        while True:
            left = self._left(only)
            if not left:
                return None
            if stop.is_set():
                return f"Stopped with {_count(left)} still open."
            refused = self._refused()
            if refused is not None and not left.images:
                return refused if left.jobs or left.sought else None
            if self._is_hopeless(left, give_up_s, refused=refused is not None):
                return f"Gave up: {self._last_note(left)} ({_count(left)} still open)"
            await self.clock.sleep(LOOK_EVERY_S)

    def _is_ready(self) -> bool:
        """What the start may still open: jobs for another token, images whose files are gone."""
        return self.token.loaded and not self.poller.asks_again and self.downloader.has_looked

    def _left(self, only: Collection[int] | None) -> Open:
        jobs = [job for job in self.library.open_jobs() if only is None or job.number in only]
        pending = [
            image for job in jobs for image in job.images if image.state is ImageState.PENDING
        ]
        return Open(
            jobs=tuple(job.number for job in jobs if job.tracking is Tracking.POLLING),
            images=tuple(image.key for image in pending if image.search is Search.NONE),
            sought=tuple(image.key for image in pending if image.search is not Search.NONE),
            by_hand=tuple(
                number for number in self.poller.asked_besides if only is None or number in only
            ),
        )

    def _refused(self) -> str | None:
        """Why nothing is asked; before the token is loaded, none is missing."""
        if not self.token.loaded:
            return None
        status = self.poller.status
        match status.connection:
            case Connection.NO_TOKEN:
                return "There is no token: set USEAPI_TOKEN, or enter one in the settings."
            case Connection.REFUSED:
                return "The API refused the token."
            case Connection.SUBSCRIPTION:
                return f"The API asks for a subscription: {status.reason}"
        return None

    def _is_hopeless(self, left: Open, give_up_s: float, *, refused: bool) -> bool:
        """Everything that is still open has been failing for so long."""
        numbers = () if refused else (*left.jobs, *left.by_hand)
        sought = () if refused else left.sought
        if (numbers or sought) and self.poller.is_throttled():
            return False
        failing = [
            *map(self.poller.failing_for, numbers),
            *map(self.recovery.failing_for, sought),
            *map(self.downloader.failing_for, left.images),
        ]
        return all(since is not None and since >= give_up_s for since in failing)

    def _last_note(self, left: Open) -> str:
        notes = [self.library.job(number).note for number in left.jobs]
        images = map(self.library.image, (*left.images, *left.sought))
        notes += [image.note for image in images if image]
        return next(filter(None, notes), "nothing moves.")


def _count(left: Open) -> str:
    jobs = len(left.jobs) + len(left.by_hand)
    counts = ((jobs, "job"), (len(left.images) + len(left.sought), "image"))
    return " and ".join(f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in counts if n)
