"""The machine's own clock."""

from __future__ import annotations

import asyncio
import time

_BOOT_TIME: int | None = getattr(time, "CLOCK_BOOTTIME", None)


class SystemClock:
    """Implements services.ports.Clock."""

    def monotonic(self) -> float:
        """On Linux the usual clock stands still while the machine sleeps."""
        if _BOOT_TIME is not None:
            return time.clock_gettime(_BOOT_TIME)
        return time.monotonic()

    def time(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
