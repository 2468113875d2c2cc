"""What becomes of the work when the window is closed, and at the next login."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dreamina_desktop.services.downloads.downloader import Downloader
from dreamina_desktop.services.polling.poller import Poller
from dreamina_desktop.services.ports import Autostart
from dreamina_desktop.services.session.preferences import Preferences
from dreamina_desktop.services.traffic.poll_status import Connection

# As long as one of these holds, no job can be asked.
_SHUT_OUT = (
    Connection.NO_TOKEN,
    Connection.REFUSED,
    Connection.SUBSCRIPTION,
    Connection.READ_ONLY,
)


class OnClose(Enum):
    """What closing the window does."""

    QUIT = "quit"
    HIDE = "hide"  # and go on
    OFFER = "offer"  # ask, once


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What would be left undone at this moment."""

    jobs: int = 0
    images: int = 0

    def __bool__(self) -> bool:
        return bool(self.jobs or self.images)


class Background:
    """The two settings about it. Nothing is ever asked twice, and a demo is never kept."""

    def __init__(
        self,
        preferences: Preferences,
        autostart: Autostart,
        poller: Poller,
        downloader: Downloader,
        *,
        demo: bool,
    ) -> None:
        self._preferences = preferences
        self._autostart = autostart
        self._poller = poller
        self._downloader = downloader
        self._demo = demo

    @property
    def keeps(self) -> bool:
        """Whether the program goes on without its window."""
        return self._preferences.background is True and not self._demo

    def decide(self, *, keeps: bool) -> None:
        """The user has said it."""
        self._preferences.background = keeps

    def on_close(self) -> OnClose:
        """What closing the window does now."""
        if self.keeps:
            return OnClose.HIDE
        undecided = self._preferences.background is None and not self._demo
        return OnClose.OFFER if undecided and self.unfinished() else OnClose.QUIT

    def unfinished(self) -> Unfinished:
        """What would go on in the background; nothing while it is paused."""
        if self._poller.paused:
            return Unfinished()
        poll = self._poller.status
        jobs = 0 if poll.connection in _SHUT_OUT else poll.polling
        return Unfinished(jobs, self._downloader.status.pending)

    async def starts_at_login(self) -> bool:
        """Asked of the system: its own settings may have changed it. Raises OSError."""
        return await self._autostart.is_on()

    async def start_at_login(self, on: bool) -> None:
        """Raises OSError."""
        if on != await self._autostart.is_on():
            await self._autostart.set_on(on)
