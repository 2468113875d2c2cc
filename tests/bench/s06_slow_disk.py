"""S6 on a slow disk: each read of the databases takes 4 ms longer, each flush 50 (by strace)."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from figure import Figure
from heartbeat import Heartbeat
from opened import copy_of, library, run_qt, window_over
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from script import run

from dreamina_desktop.ui.window.main_window import MainWindow

JOBS = 100_000
READ_MS, FLUSH_MS = 4, 50
PLACES, WORDS = 30, ("red", "4k", "红色", "zz", "kimono")
GOAL_S = 0.05
WHAT = (
    f"longest stall on a disk that takes {READ_MS} ms a read, {FLUSH_MS} ms a flush, {JOBS:,} jobs"
)


def measure(rounds: int) -> list[Figure]:
    if not _may_trace():
        return [Figure("S6", WHAT, "–", "under 50 ms", "–", reason="not measured: no strace")]
    said = asyncio.run(_traced())
    worst = max(said.values())
    return [
        Figure(
            *("S6", WHAT, "–", "under 50 ms", f"{worst * 1000:.0f} ms", worst < GOAL_S),
            details={name: f"{seconds * 1000:.0f} ms" for name, seconds in said.items()},
        )
    ]


def _may_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], check=False).returncode == 0


async def _traced() -> dict[str, float]:
    """By activity: seconds."""
    with (
        copy_of(await library(JOBS, files=3_000, thumbnails=3_000)) as data,
        tempfile.TemporaryDirectory() as folder,
    ):
        answer = Path(folder) / "stalls.json"
        paths = [f"--trace-path={file}" for file in data.glob("*.sqlite3*")]
        delays = [
            *("-e", "trace=pread64,fsync,fdatasync"),
            *("-e", f"inject=pread64:delay_exit={READ_MS * 1000}"),
            *("-e", f"inject=fsync,fdatasync:delay_exit={FLUSH_MS * 1000}"),
        ]
        await asyncio.to_thread(
            subprocess.run,
            [
                *("strace", "-f", "-qq", "-o", os.devnull, "--seccomp-bpf", *delays, *paths),
                *(sys.executable, __file__, "--work", str(data), str(answer)),
            ],
            check=True,
        )
        stalls: dict[str, float] = json.loads(answer.read_text())
        return stalls


async def _work(data: Path) -> dict[str, float]:
    rng = random.Random(6)
    stalls: dict[str, float] = {}
    async with window_over(data) as (shown, program):
        with Heartbeat() as beat:
            program.start_work()
            await asyncio.sleep(3.0)
        stalls["start"] = beat.longest.seconds
        for name, view in (("gallery", shown._gallery.view), ("list", shown._jobs.view)):
            bar = view.verticalScrollBar()
            with Heartbeat() as beat:
                for _ in range(PLACES):
                    bar.setValue(rng.randrange(bar.maximum()))
                    await asyncio.sleep(0.1)
            stalls[f"scrolling the {name}"] = beat.longest.seconds
        with Heartbeat() as beat:
            await _walk(shown)
        stalls["keys in both"] = beat.longest.seconds
        with Heartbeat() as beat:
            for word in (*WORDS, ""):  # the whole list of one takes a while, and is given up
                shown._jobs.search(word)
                await asyncio.sleep(2.0)
        stalls["searching"] = beat.longest.seconds
    return stalls


async def _walk(shown: MainWindow) -> None:
    """To places that nobody has seen: details and tiles are read."""
    for view in (shown._jobs.view, shown._gallery.view):
        view.setFocus()
        for key in (Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown):
            QTest.keyClick(view, key)
            await asyncio.sleep(0.3)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        Path(sys.argv[3]).write_text(json.dumps(run_qt(_work(Path(sys.argv[2])))))
    else:
        run(measure)
