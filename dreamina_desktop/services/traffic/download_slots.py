"""How many downloads there are at once: some of the hosts that give, and beside them some of those
that drip, so that one that drips delays nobody else's images.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from dreamina_desktop.services.ports import Clock

LOOK_EVERY_S = 0.5  # at how much came
OVER_S = 1.0  # a rate is measured
QUICK_S = 2.0  # a request that ends so soon holds up nobody, whatever came
GIVES_BYTES_PER_S = 20_000.0  # less than that is a drip


class DownloadSlots:
    """Hosts by their names. Nothing is known of a host until a request to it has ended, or was
    looked at: until then it has its share of the slots, and from then on as many as it can use."""

    def __init__(self, clock: Clock, at_once: int, received: Callable[[str], int]) -> None:
        """`at_once`: slots of either kind. `received`: how many bytes of a URL are here while it
        is fetched."""
        self._clock = clock
        self._at_once = at_once
        self._received = received
        self._requests: list[_Request] = []
        self._gives: dict[str, bool] = {}  # by host, as far as it is known

    def takers(self, waiting: Collection[str]) -> set[str]:
        """Which of these hosts may have one more download, where images of all of them wait."""
        under_way = Counter(request.host for request in self._requests)
        rivals = {*waiting, *under_way}
        dripping = [host for host in rivals if self._gives.get(host) is False]
        most = {
            True: self._at_once,
            None: max(1, self._at_once // len(rivals)) if rivals else 0,
            False: max(1, self._at_once // len(dripping)) if dripping else 0,
        }
        is_free = {drips: self._under_way(drips=drips) < self._at_once for drips in (False, True)}
        return {
            host
            for host in waiting
            if is_free[(gives := self._gives.get(host)) is False] and under_way[host] < most[gives]
        }

    def started(self, host: str, url: str) -> None:
        """A request starts."""
        drips = self._gives.get(host) is False
        self._requests.append(_Request(host, url, self._clock.monotonic(), drips))

    def answered(self, url: str, size_bytes: int) -> None:
        """It has its answer, and what came is looked at. `size_bytes`: of an image, else 0."""
        request = self._request(url)
        if request is None or request.has_answer:
            return
        request.has_answer = True
        seconds = self._clock.monotonic() - request.started_at
        gives = seconds <= QUICK_S or size_bytes >= GIVES_BYTES_PER_S * seconds
        self._gives[request.host] = gives

    def ended(self, url: str) -> None:
        """However it ended."""
        request = self._request(url)
        if request is not None:
            self._requests.remove(request)

    def look(self) -> None:
        """Who gives at this moment? Called at least every `LOOK_EVERY_S` while others wait."""
        now = self._clock.monotonic()
        for request in self._requests:
            over_s = LOOK_EVERY_S / 2 if request.size_bytes is None else OVER_S
            if not request.has_answer and now - request.looked_at >= over_s:
                self._look_at(request, now)

    def _look_at(self, request: _Request, now: float) -> None:
        size, seconds = self._received(request.url), now - request.looked_at
        before, request.size_bytes, request.looked_at = request.size_bytes, size, now
        if before is None:
            return  # what came of it in earlier attempts is among these bytes
        request.drips = size - before < GIVES_BYTES_PER_S * seconds
        self._gives[request.host] = not request.drips

    def _under_way(self, *, drips: bool) -> int:
        return sum(request.drips == drips for request in self._requests)

    def _request(self, url: str) -> _Request | None:
        return next((request for request in self._requests if request.url == url), None)


@dataclass(slots=True, eq=False)
class _Request:
    host: str
    url: str
    started_at: float
    drips: bool  # and has one of the other slots
    size_bytes: int | None = None  # that had come when it was looked at
    looked_at: float = 0.0
    has_answer: bool = False

    def __post_init__(self) -> None:
        self.looked_at = self.started_at
