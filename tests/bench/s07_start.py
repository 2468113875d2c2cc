"""S7 and S16: from the start of the process to the first frame with rows, and the memory by then;
at 1,000, 10,000 and 100,000 jobs.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from figure import Figure, Ratio, ratio_of
from opened import NO_API, library
from script import run

STARTED = Path(__file__).parent / "started.py"
SIZES = (1_000, 10_000, 100_000)
BARE, IMPORTS = 0, -1  # a window without jobs; the same with the program's imports
GOAL = 1.15


def measure(rounds: int) -> list[Figure]:
    folders = {size: asyncio.run(library(size)) for size in SIZES}
    taken: dict[int, list[dict[str, float]]] = {size: [] for size in (BARE, IMPORTS, *SIZES)}
    for turn in range(max(rounds, 5) + 1):
        for size, frames in taken.items():
            frame = _start(folders.get(size), "imports" if size == IMPORTS else "bare")
            if turn:  # the first round fills the system's caches
                frames.append(frame)
    against = "a bare PySide6 window"
    figures = []
    for what, key in (("time", "seconds"), ("memory", "mb")):
        ratio = _ratio(taken, 100_000, BARE, key)
        unit = "s" if key == "seconds" else "MB"
        figures.append(
            _figure(
                "S7",
                f"start to the first usable frame, 100,000 jobs: {what}",
                against,
                ratio,
                {
                    "ours": f"{_median(taken[100_000], key):.2f} {unit}",
                    "bare": f"{_median(taken[BARE], key):.2f} {unit}",
                    "bare with the program's imports": f"{_median(taken[IMPORTS], key):.2f} {unit}",
                },
            )
        )
    figures += [
        _figure(
            "S16",
            f"the same at {large:,} jobs: {what}",
            "1,000 jobs",
            _ratio(taken, large, 1_000, key),
            {},
        )
        for large in SIZES[1:]
        for what, key in (("time", "seconds"), ("memory", "mb"))
    ]
    return figures


def _start(folder: Path | None, window: str) -> dict[str, float]:
    what = [window]
    if folder is not None:
        what = ["program", "--data-dir", str(folder), "--api-url", NO_API]
    ended = subprocess.run(
        [sys.executable, STARTED, *what],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in ended.stderr.splitlines() if line.startswith('{"frame"')]
    frame: dict[str, float] = json.loads(lines[-1])["frame"]
    return frame


def _ratio(taken: dict[int, list[dict[str, float]]], ours: int, reference: int, key: str) -> Ratio:
    pairs = zip(taken[ours], taken[reference], strict=True)
    return ratio_of([(one[key], other[key]) for one, other in pairs])


def _median(frames: list[dict[str, float]], key: str) -> float:
    return sorted(frame[key] for frame in frames)[len(frames) // 2]


def _figure(name: str, what: str, against: str, ratio: Ratio, details: dict[str, str]) -> Figure:
    is_met = ratio.median <= GOAL
    spread = (ratio.low, ratio.high)
    return Figure(
        name, what, against, f"at most {GOAL}", str(ratio), is_met, ratio.median, spread, details
    )


if __name__ == "__main__":
    run(measure)
