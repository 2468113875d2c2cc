"""S16: what painting and searching cost at 1,000, 10,000 and 100,000 jobs, three windows in turn.
The start and its memory are measured by s07_start.py.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack

from figure import Figure, Ratio, ratio_of
from opened import cpu, paint, run_qt, settled, window
from script import run

from dreamina_desktop.ui.window.main_window import MainWindow

SIZES = (1_000, 10_000, 100_000)
WORDS = ("kimono", "4k", "红色", "golden hour", "zz")
PAINTS = 20
GOAL = 1.15


def measure(rounds: int) -> list[Figure]:
    return run_qt(_measure(max(rounds, 5)))


async def _measure(rounds: int) -> list[Figure]:
    paints: dict[int, list[float]] = {size: [] for size in SIZES}
    searches: dict[int, list[float]] = {size: [] for size in SIZES}
    async with AsyncExitStack() as stack:
        windows = [(await stack.enter_async_context(window(size)))[0] for size in SIZES]
        for turn in range(rounds + 1):
            for size, shown in zip(SIZES, windows, strict=True):
                shown.raise_()
                painted, found = _painted(shown), await _found(shown)
                if turn:  # the first one warms up
                    paints[size].append(painted)
                    searches[size].append(found)
    figures = []
    for large in SIZES[1:]:
        painted_ratio, found_ratio = _ratio(paints, large), _ratio(searches, large)
        figures += [
            _figure(f"list and gallery painted at {large:,} jobs: CPU time", painted_ratio, GOAL),
            _figure(f"a search's first page found at {large:,} jobs", found_ratio, None),
        ]
    return figures


def _ratio(taken: dict[int, list[float]], large: int) -> Ratio:
    return ratio_of(list(zip(taken[large], taken[SIZES[0]], strict=True)))


def _figure(what: str, ratio: Ratio, goal: float | None) -> Figure:
    return Figure(
        *("S16", what, "1,000 jobs", f"at most {goal}" if goal else "logarithmic", str(ratio)),
        is_met=None if goal is None else ratio.median <= goal,
        ratio=ratio.median,
        spread=(ratio.low, ratio.high),
    )


def _painted(shown: MainWindow) -> float:
    """Of a frame of both."""

    def frames() -> None:
        for _ in range(PAINTS):
            paint(shown._jobs.view.viewport())
            paint(shown._gallery.view.viewport())

    return cpu(frames) / PAINTS


async def _found(shown: MainWindow) -> float:
    """Seconds of the words' median until the rows are there, not painted."""
    times = []
    for word in WORDS:
        began = time.perf_counter()
        shown._jobs.search(word)
        times.append(time.perf_counter() - began)
        await settled(shown)
        await asyncio.sleep(0.05)
    shown._jobs.search("")
    await settled(shown)
    return statistics.median(times)


if __name__ == "__main__":
    run(measure)
