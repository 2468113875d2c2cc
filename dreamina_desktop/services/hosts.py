"""Image hosts that asked for a pause (429, Retry-After): each waits for itself."""

from __future__ import annotations

from urllib.parse import urlsplit

from dreamina_desktop.core import schedule
from dreamina_desktop.services.ports import Clock


class Hosts:
    """Times in the clock's monotonic seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._opens_at: dict[str, float] = {}

    def opens_at(self, url: str) -> float:
        """When this URL's host may be asked again; 0.0 when it asked for nothing."""
        return self._opens_at.get(_host(url), 0.0)

    def wait(self, url: str, seconds: float) -> float:
        """The host asked for a pause, of at most an hour; seconds until it may be asked."""
        seconds = min(max(seconds, 0.0), schedule.MAX_RETRY_AFTER_S)
        opens_at = max(self.opens_at(url), self._clock.monotonic() + seconds)
        self._opens_at[_host(url)] = opens_at
        return opens_at - self._clock.monotonic()


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
