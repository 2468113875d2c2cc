"""Wait until nothing is left to do: for --until-idle and --screenshot."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from dreamina_desktop.core.job import ImageKey, ImageState, Tracking
from dreamina_desktop.services.downloader import Downloader
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.poller import Connection, Poller
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.token import Token

LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Open:
    """What still has to be done."""

    jobs: tuple[int, ...]
    images: tuple[ImageKey, ...]


@dataclass(frozen=True, slots=True)
class IdleWaiter:
    """Looks again and again, by the given clock."""

    library: Library
    poller: Poller
    downloader: Downloader
    token: Token
    clock: Clock

    async def wait(
        self, only: Collection[int] | None, give_up_s: float, stop: asyncio.Event
    ) -> str | None:
        """None when no job is polling and no image pending; else why it was given up, in words.
        `only`: numbers of jobs, None for every shown one."""
        while True:
            left = self._left(only)
            if not left.jobs and not left.images:
                return None
            if stop.is_set():
                return f"Stopped with {_count(left)} still open."
            if self.token.loaded and not left.images and (reason := self._refused()):
                return reason
            if self._hopeless(left, give_up_s):
                return f"Gave up: {self._last_note(left)} ({_count(left)} still open)"
            await self.clock.sleep(LOOK_EVERY_S)

    def _left(self, only: Collection[int] | None) -> Open:
        jobs = [job for job in self.library.shown() if only is None or job.number in only]
        return Open(
            tuple(job.number for job in jobs if job.tracking is Tracking.POLLING),
            tuple(
                image.key
                for job in jobs
                for image in job.images
                if image.state is ImageState.PENDING
            ),
        )

    def _refused(self) -> str | None:
        status = self.poller.status
        match status.connection:
            case Connection.NO_TOKEN:
                return "There is no token: set USEAPI_TOKEN, or enter one in the settings."
            case Connection.REFUSED:
                return "The API refused the token."
            case Connection.SUBSCRIPTION:
                return f"The API asks for a subscription: {status.reason}"
        return None

    def _hopeless(self, left: Open, give_up_s: float) -> bool:
        """Everything that is still open has been failing for so long."""
        if self.poller.is_throttled() and left.jobs:
            return False
        refused = self.token.loaded and self._refused() is not None
        jobs = [] if refused else [self.poller.failing_for(number) for number in left.jobs]
        failing = [*jobs, *(self.downloader.failing_for(key) for key in left.images)]
        return all(since is not None and since >= give_up_s for since in failing)

    def _last_note(self, left: Open) -> str:
        for number in left.jobs:
            if note := self.library.job(number).note:
                return note
        for key in left.images:
            image = self.library.image(key)
            if image and image.note:
                return image.note
        return "nothing moves."


def _count(left: Open) -> str:
    jobs = "1 job" if len(left.jobs) == 1 else f"{len(left.jobs):,} jobs"
    images = "1 image" if len(left.images) == 1 else f"{len(left.images):,} images"
    return f"{jobs} and {images}"
