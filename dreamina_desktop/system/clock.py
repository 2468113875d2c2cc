"""The machine's own clock."""

from __future__ import annotations

import asyncio
import platform
import time


def _counting_sleep() -> int | None:
    """The clock that counts on while the machine sleeps. None: time.monotonic is one (Windows)."""
    if platform.system() == "Darwin":
        return getattr(time, "CLOCK_MONOTONIC", None)  # time.monotonic stands still there
    return getattr(time, "CLOCK_BOOTTIME", None)


_CLOCK = _counting_sleep()


class SystemClock:
    """Implements services.ports.Clock."""

    def monotonic(self) -> float:
        """On Linux and macOS the usual clock stands still while the machine sleeps."""
        return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)

    def time(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
