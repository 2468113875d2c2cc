"""S8: memory after scrolling through all of 100,000 images, and after 1,000 of the same library."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

from figure import Figure, Ratio, ratio_of
from opened import library, run_qt, window
from script import run
from started import pss_mb

from dreamina_desktop.ui.window.main_window import MainWindow

JOBS = 34_000
LIBRARY = {"thumbnails": 100_000, "files": 100_000}
FEW, ALL = 1_000, 100_000
GOAL, GOAL_MB = 1.05, 250.0
RESTS = 1_000  # images between two places where it stays until every tile has its picture
WAIT_S = 5.0  # for the pictures of a place


def measure(rounds: int) -> list[Figure]:
    asyncio.run(library(JOBS, **LIBRARY))
    pairs = [(_scrolled(ALL), _scrolled(FEW)) for _ in range(max(rounds, 5))]
    ratio = ratio_of([(ours["mb"], theirs["mb"]) for ours, theirs in pairs])
    in_all = sorted(ours["mb"] for ours, _ in pairs)[len(pairs) // 2]
    return [_figure(ratio, in_all, *pairs[-1])]


def _figure(ratio: Ratio, in_all: float, ours: dict[str, float], few: dict[str, float]) -> Figure:
    return Figure(
        "S8",
        f"memory after scrolling through {ours['images']:,} images",
        "after 1,000 of them",
        f"at most {GOAL}, under {GOAL_MB:.0f} MB",
        f"{in_all:.0f} MB; {ratio}",
        ratio.median <= GOAL and in_all < GOAL_MB,
        ratio.median,
        (ratio.low, ratio.high),
        {
            "after 1,000": f"{few['mb']:.0f} MB",
            "before": f"{ours['before_mb']:.0f} MB",
            "places without all pictures": f"{ours['unsettled']} of {ours['places']}",
        },
    )


def _scrolled(images: int) -> dict[str, float]:
    """In a process of its own, by pages."""
    ended = subprocess.run(
        [sys.executable, __file__, "--scroll", str(images)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    said: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return said


async def _scroll(images: int) -> dict[str, float]:
    async with window(JOBS, **LIBRARY) as (shown, program):
        program.start_work()
        view, bar = shown._gallery.view, shown._gallery.view.verticalScrollBar()
        count = len(shown._gallery.order())
        await _has_pictures(shown)
        before = pss_mb()
        end = bar.maximum() * min(1.0, images / count)
        rest = max(1, round(bar.maximum() * RESTS / count / 4))
        places = unsettled = next_rest = 0
        at = 0
        while at < end:
            at += view.viewport().height()
            bar.setValue(round(min(at, end)))
            await asyncio.sleep(0)
            if at >= next_rest:
                next_rest += rest
                places += 1
                unsettled += not await _has_pictures(shown)
        unsettled += not await _has_pictures(shown)
        return {
            "mb": pss_mb(),
            "before_mb": before,
            "images": min(images, count),
            "places": places + 1,
            "unsettled": unsettled,
        }


async def _has_pictures(shown: MainWindow) -> bool:
    for _ in range(int(WAIT_S / 0.01)):
        await asyncio.sleep(0.01)
        if shown._gallery.settled():
            return True
    return False


if __name__ == "__main__":
    if sys.argv[1:2] == ["--scroll"]:
        sys.stdout.write(json.dumps(run_qt(_scroll(int(sys.argv[2])))) + "\n")
    else:
        run(measure)
