"""S6: the longest stall of the GUI thread, while 5,000 IDs are pasted into a library of 100,000
jobs, and from the window's first frame on.
"""

from __future__ import annotations

import asyncio
import statistics

from figure import Figure
from heartbeat import Heartbeat, Stall
from opened import copy_of, library, program_over, run_qt, settled, wall
from PySide6.QtGui import QGuiApplication
from script import run

from dreamina_desktop.ui.main_window import MainWindow

JOBS, PASTED = 100_000, 5_000
GOAL_S = 0.05
PROVEN_S = 8.0  # the library is proven whole a few seconds after the start


def measure(rounds: int) -> list[Figure]:
    return run_qt(_measure(rounds))


async def _measure(rounds: int) -> list[Figure]:
    made, pastes, starts = [], [], []
    with copy_of(await library(JOBS)) as folder:
        for turn in range(max(rounds, 5) + 1):
            async with program_over(folder) as program:
                windows: list[MainWindow] = []
                building = wall(lambda p=program, w=windows: w.append(MainWindow(p.services)))
                shown = windows.pop()
                with Heartbeat() as start:
                    shown.show()
                    program.start_work()
                    await settled(shown)
                    await asyncio.sleep(PROVEN_S)
                QGuiApplication.clipboard().setText("\n".join(_ids(turn)))
                wanted = program.services.library.last_number + PASTED
                with Heartbeat() as paste:
                    shown._intake.paste()
                    while program.services.library.last_number < wanted:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                    await settled(shown)
                    await asyncio.sleep(1.0)
                shown.hide()
            if turn:  # the first one warms up
                made.append(building)
                starts.append(start.longest)
                pastes.append(paste.longest)
    building_ms = {"the window's building, before": f"{statistics.median(made) * 1000:.0f} ms"}
    return [
        _figure(f"pasting {PASTED:,} IDs, {JOBS:,} jobs", pastes, {}),
        _figure(f"start with {JOBS:,} jobs, from the window's showing", starts, building_ms),
    ]


def _ids(turn: int) -> list[str]:
    return [
        f"j0415{turn:04d}{n:010d}i-u12345-US:first@example.com-bot:dreamina" for n in range(PASTED)
    ]


def _figure(what: str, stalls: list[Stall], details: dict[str, str]) -> Figure:
    times = [stall.seconds for stall in stalls]
    median = statistics.median(times)
    cpu = statistics.median(stall.cpu_s for stall in stalls)
    return Figure(
        "S6",
        f"longest stall of the GUI thread: {what}",
        "–",
        "under 50 ms",
        f"{median * 1000:.0f} ms ({min(times) * 1000:.0f} to {max(times) * 1000:.0f})",
        median < GOAL_S,
        details={"of which it worked": f"{cpu * 1000:.0f} ms", **details},
    )


if __name__ == "__main__":
    run(measure)
