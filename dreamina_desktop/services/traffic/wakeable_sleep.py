"""A sleep that ends when its time is over, or when somebody wakes the sleeper."""

from __future__ import annotations

import asyncio

from dreamina_desktop.services.ports import Clock


class Waker:
    """One sleeper. A wake-up that comes while it works ends its next sleep at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def sleep(self, seconds: float) -> None:
        """Timers may end early: look at the clock again."""
        if not self._woken.is_set():
            sleeper = asyncio.ensure_future(self._clock.sleep(seconds))
            woken = asyncio.ensure_future(self._woken.wait())
            try:
                await asyncio.wait((sleeper, woken), return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleeper.cancel()
                woken.cancel()
        else:
            await asyncio.sleep(0)  # others have their turn
        self._woken.clear()
