"""Image hosts that asked for a pause (429, Retry-After) or are in trouble: each for itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from urllib.parse import urlsplit

from dreamina_desktop.core.jobs import schedule
from dreamina_desktop.core.jobs.answer import (
    Fetched,
    Gone,
    ImageAnswer,
    LinkDied,
    TryLater,
    Unusable,
)
from dreamina_desktop.core.text.wording import plural
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.traffic.circuit_breaker import FULL_SPEED, Breaker
from dreamina_desktop.services.traffic.download_slots import DownloadSlots
from dreamina_desktop.services.traffic.retry_budget import RetryBudget

INTERVAL_S = 1.0  # a host that does not work is tried again after so long, then less often
ONE_SECOND = "It asks for a pause, of 1 second."
MORE_SECONDS = "It asks for a pause, of {n} seconds."
LOOK_AGAIN_S = 2.0  # for an image that waits for another one of its host


class Hosts:
    """Times in the clock's monotonic seconds."""

    def __init__(
        self,
        clock: Clock,
        jitter: Callable[[], float],
        at_once: int,
        *,
        limited: bool = True,
        on_recovering: Callable[[str], None] = lambda _host: None,
        received: Callable[[str], int] = lambda _url: 0,
    ) -> None:
        """`at_once`: requests to one host; `limited`: retries have a budget; `on_recovering`
        gets the name of a host that takes more requests than before; `received`:
        DownloadSlots."""
        self._clock = clock
        self._jitter = jitter
        self._at_once = at_once
        self._limited = limited
        self._on_recovering = on_recovering
        self._hosts: dict[str, _Host] = {}
        self.slots = DownloadSlots(clock, at_once, received)

    def opens_at(self, url: str, *, retry: bool = False) -> float:
        """When this URL's host may be asked; in the past: at once. `retry`: the last attempt for
        this image failed."""
        return self.host_opens_at(host_of(url), retry=retry)

    def host_opens_at(self, name: str, *, retry: bool) -> float:
        """The same for a host by its name."""
        host = self._named(name)
        probe = host.breaker.opens_at(host.under_way, self._at_once)
        if probe is None:
            return self._clock.monotonic() + LOOK_AGAIN_S
        return max(host.paused_until, probe, host.budget.opens_at() if retry else 0.0)

    def started(self, url: str, *, retry: bool = False) -> None:
        """A request to this URL starts."""
        host = self._host(url)
        host.under_way += 1
        self.slots.started(host_of(url), url)
        if retry:
            host.budget.spend()
        else:
            host.budget.earn()

    def ended(self, url: str) -> None:
        """However it ended."""
        self._host(url).under_way -= 1
        self.slots.ended(url)

    def heard(self, url: str, answer: ImageAnswer) -> None:
        """What came of a request. Our own disk's trouble and a pause say nothing about a host."""
        host = self._host(url)
        self.slots.answered(url, answer.size_bytes if isinstance(answer, Fetched) else 0)
        if isinstance(answer, TryLater):
            host.reason = answer.reason
        match answer:
            case TryLater(refusal=True):
                self._works(url, host)
            case TryLater(retry_after_s=None):
                host.breaker.failed(INTERVAL_S, network=answer.network)
            case Fetched() | Gone() | LinkDied() | Unusable():
                self._works(url, host)

    def _works(self, url: str, host: _Host) -> None:
        was_slow = host.breaker.is_starting(self._at_once)
        if host.breaker.succeeded() or was_slow:
            self._on_recovering(host_of(url))

    def is_down(self, url: str) -> bool:
        """Whether requests to this URL's host fail one after another."""
        return self._host(url).breaker.is_open

    def is_in_doubt(self, url: str) -> bool:
        """Whether it is down, or was so lately."""
        return self.is_named_in_doubt(host_of(url))

    def is_named_in_doubt(self, name: str) -> bool:
        """The same of a host by its name."""
        breaker = self._named(name).breaker
        return breaker.is_open or breaker.is_starting(FULL_SPEED)

    def failing_since(self, url: str) -> float | None:
        """Since when a host has not worked; None while it does."""
        return self._host(url).breaker.failing_since if self.is_down(url) else None

    def trouble(self, url: str) -> str:
        """Why images of this URL's host wait, as a sentence; "" while they do not."""
        host = self._host(url)
        is_paused = self._clock.monotonic() < host.paused_until
        return host.reason if is_paused or host.breaker.is_open else ""

    def hurry(self) -> None:
        """The machine woke up: a host that did not work may work by now."""
        for host in self._hosts.values():
            host.breaker.hurry()

    def wait(self, url: str, seconds: float, reason: str = "") -> float:
        """The host asked for a pause, of at most an hour; seconds until it may be asked."""
        seconds = min(max(seconds, 0.0), schedule.MAX_RETRY_AFTER_S)
        host = self._host(url)
        pause = plural(math.ceil(seconds), ONE_SECOND, MORE_SECONDS)
        host.reason = f"{reason} {pause}".lstrip()
        host.paused_until = max(host.paused_until, self._clock.monotonic() + seconds)
        return host.paused_until - self._clock.monotonic()

    def _host(self, url: str) -> _Host:
        return self._named(host_of(url))

    def _named(self, name: str) -> _Host:
        if name not in self._hosts:
            self._hosts[name] = _Host(
                Breaker(self._clock, self._jitter),
                RetryBudget(self._clock, limited=self._limited),
            )
        return self._hosts[name]


class _Host:
    def __init__(self, breaker: Breaker, budget: RetryBudget) -> None:
        self.breaker = breaker
        self.budget = budget
        self.under_way = 0
        self.paused_until = 0.0
        self.reason = ""  # why the last request failed, as a sentence


def host_of(url: str) -> str:
    """The host and port of a URL; "" where it names none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
