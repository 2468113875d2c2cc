"""S6 with texts from elsewhere: the longest stall of the GUI thread while 64 MB are pasted, and
while another start hands over 16 MB.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from figure import Figure
from heartbeat import Heartbeat, Stall
from opened import NO_API, program_over, run_qt, settled
from script import run

from dreamina_desktop.app.program import Program
from dreamina_desktop.files.locations import DataLock, Locations
from dreamina_desktop.ui.window.main_window import MainWindow

PASTED_MB, PIPED_MB = 64, 16
GOAL_S = 0.05
AFTERWARDS_S = 2.0  # what the window does with what came
Work = Callable[[MainWindow, Program, Path, str], Awaitable[None]]


def measure(rounds: int) -> list[Figure]:
    return [
        run_qt(_measure(f"a paste of {PASTED_MB} MB of {kind}", _paste, text, rounds))
        for kind, text in (("IDs", _ids(PASTED_MB)), ("a log", _log(PASTED_MB)))
    ] + [run_qt(_measure(f"{PIPED_MB} MB piped to another start", _pipe, _ids(PIPED_MB), rounds))]


async def _measure(what: str, work: Work, text: str, rounds: int) -> Figure:
    stalls, seconds = list[Stall](), list[float]()
    for _ in range(max(1, rounds // 2)):
        with tempfile.TemporaryDirectory(prefix="dreamina-bench-") as root:
            folder = Path(root)
            lock = DataLock(Locations.at(folder).lock_file)
            assert lock.acquire()
            with lock:
                async with program_over(folder) as program:
                    stall, took_s = await _once(program, folder, work, text)
        stalls.append(stall)
        seconds.append(took_s)
    return _figure(what, stalls, seconds)


async def _once(program: Program, folder: Path, work: Work, text: str) -> tuple[Stall, float]:
    shown = MainWindow(program.services)
    shown.show()
    program.start_work()
    await settled(shown)
    await asyncio.sleep(1.0)
    executor = program.executor(None, shown.tell_handed_over, shown.come_to_front)
    async with program.listening(executor, draws=True):
        began = time.monotonic()
        with Heartbeat() as beat:
            await work(shown, program, folder, text)
            took_s = time.monotonic() - began
            await settled(shown)
            await asyncio.sleep(AFTERWARDS_S)
    shown.hide()
    return beat.longest, took_s


async def _paste(shown: MainWindow, _program: Program, _folder: Path, text: str) -> None:
    """From when Qt has handed over the text."""
    await shown._intake._track_or_offer(text)


async def _pipe(_shown: MainWindow, _program: Program, folder: Path, text: str) -> None:
    options = ("--data-dir", str(folder), "--api-url", NO_API, "-")
    file = folder / "piped.txt"
    await asyncio.to_thread(file.write_text, text)
    command = (sys.executable, "-m", "dreamina_desktop", *options)
    with file.open("rb") as piped:
        second = await asyncio.create_subprocess_exec(*command, stdin=piped)
        assert await second.wait() == 0


def _ids(megabytes: int) -> str:
    line = "j0415{:015d}i-u12345-US:first@example.com-bot:dreamina"
    count = megabytes * 1024 * 1024 // len(line.format(0) + "\n")
    return "\n".join(map(line.format, range(count)))


def _log(megabytes: int) -> str:
    line = "2026-03-02 12:00:00,123 INFO worker-{} polled, and it is still running; next in 10 s"
    count = megabytes * 1024 * 1024 // len(line.format(10_000) + "\n")
    return "\n".join((*map(line.format, range(count)), _ids(1)[:63]))


def _figure(what: str, stalls: list[Stall], seconds: list[float]) -> Figure:
    times = [stall.seconds for stall in stalls]
    median = statistics.median(times)
    return Figure(
        *("S6", f"longest stall of the GUI thread: {what}", "–", "under 50 ms"),
        f"{median * 1000:.0f} ms ({min(times) * 1000:.0f} to {max(times) * 1000:.0f})",
        median < GOAL_S,
        {
            "of which it worked": f"{statistics.median(s.cpu_s for s in stalls) * 1000:.0f} ms",
            "in all": f"{statistics.median(seconds):.1f} s",
        },
    )


if __name__ == "__main__":
    run(measure)
