"""What time it is by the API's server, as its answers say (header Date): this machine's own clock
may be wrong, and the server's times (links that die, jobs that began) are not by that one."""

from __future__ import annotations

from dreamina_desktop.services.ports import Clock

NOISE_S = 2.0  # a Date has whole seconds, and an answer takes its time
EARLIEST = 1_735_689_600.0  # 1 January 2025: a server that says less has no clock


class ServerClock:
    """Implements services.ports.Clock. Counted on by the monotonic clock between answers: setting
    this machine's clock changes nothing here."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead_of_monotonic: float | None = None

    def heard(self, server_time: float) -> None:
        """An answer came with this Date, in Unix seconds."""
        if server_time < EARLIEST:
            return
        ahead = server_time - self._clock.monotonic()
        known = self._ahead_of_monotonic
        if known is None or abs(ahead - known) > NOISE_S:
            self._ahead_of_monotonic = ahead

    def monotonic(self) -> float:
        """This machine's: only differences count."""
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    def known_time(self) -> float | None:
        """Unix seconds by the server; None before it said any."""
        ahead = self._ahead_of_monotonic
        return None if ahead is None else self._clock.monotonic() + ahead

    def time(self) -> float:
        """Unix seconds by the server, or by this machine before the server said any."""
        known = self.known_time()
        return self._clock.time() if known is None else known

    @property
    def skew_s(self) -> float:
        """How far this machine's clock is ahead of the server's; negative: behind."""
        return self._clock.time() - self.time()
