"""S2: many thumbnails by the program's worker processes, beside two threads that only decode."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from figure import Figure, ratio_of
from s01_thumbnail import LIMIT, fastest_decoder, photographs
from script import run

from dreamina_desktop.imaging.workers import WORKERS, ImagingWorkers
from dreamina_desktop.services.thumbnailer import AT_ONCE

PHOTOGRAPHS, TIMES = 6, 30
GOAL = 0.92


def measure(rounds: int) -> list[Figure]:
    what = f"thumbnails a second, {WORKERS} worker processes"
    against = f"two threads: {LIMIT}"
    goal = f"at least {GOAL}"
    try:
        limit = fastest_decoder()
    except ImportError:
        return [Figure("S2", what, against, goal, "not measured", reason="needs simplejpeg")]
    with photographs(PHOTOGRAPHS) as files:
        pairs = asyncio.run(_measure(files * TIMES, limit, max(rounds, 5)))
    ratio = ratio_of([(theirs, ours) for ours, theirs in pairs])
    ours = sorted(one for one, _ in pairs)[len(pairs) // 2]
    return [
        Figure(
            *("S2", what, against, goal, str(ratio)),
            is_met=ratio.median >= GOAL,
            ratio=ratio.median,
            spread=(ratio.low, ratio.high),
            details={"ours": f"{len(files * TIMES) / ours:.0f} a second"},
        )
    ]


async def _measure(
    files: list[Path], limit: Callable[[Path], object], rounds: int
) -> list[tuple[float, float]]:
    workers = ImagingWorkers()
    try:
        await _ours(workers, files[:20])  # starts the processes
        return [(await _ours(workers, files), _theirs(files, limit)) for _ in range(rounds)]
    finally:
        await workers.aclose()


async def _ours(workers: ImagingWorkers, files: list[Path]) -> float:
    """As many at once as the thumbnailer asks for."""
    left = list(files)

    async def work() -> None:
        while left:
            await workers.thumbnail(left.pop())

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return time.perf_counter() - began


def _theirs(files: list[Path], limit: Callable[[Path], object]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(limit, files))
    return time.perf_counter() - began


if __name__ == "__main__":
    run(measure)
