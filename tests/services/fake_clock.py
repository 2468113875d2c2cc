"""An event loop in virtual time: it moves on when every task waits, and only then."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

WALL_AT_START = 1_772_440_000.0  # 2 March 2026


class _VirtualSelector(selectors.DefaultSelector):
    """Waits for nothing: the time that it should wait passes at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("Every task waits, and nothing will ever happen.")
        self.now += max(0.0, timeout)
        return super().select(0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _VirtualSelector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now

    def run_in_executor(  # type: ignore[override]
        self, executor: object, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """At once: virtual time would not wait for a real thread."""
        future = self.create_future()
        future.set_result(func(*args))
        return future


class FakeClock:
    """Implements services.ports.Clock in the loop's virtual time."""

    def __init__(self) -> None:
        self.wall_offset = 0.0
        self.slept_s = 0.0
        self.early = 0.0  # the share of each sleep that is left out

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time() + self.slept_s

    def time(self) -> float:
        return WALL_AT_START + self.monotonic() + self.wall_offset

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds * (1 - self.early))

    def jump(self, seconds: float) -> None:
        """The wall clock moves alone: it was set."""
        self.wall_offset += seconds

    def sleep_machine(self, seconds: float) -> None:
        """Both clocks move on, and timers stand still."""
        self.slept_s += seconds
