"""S17: quit with 10,000 running jobs, while the API takes connections and does not answer."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import apsw
from figure import Figure
from opened import library
from script import run

JOBS, RUNNING = 12_000, 10_000
GOAL_S = 1.0


def measure(rounds: int) -> list[Figure]:
    kept = asyncio.run(library(JOBS, running=RUNNING))
    times, lost = [], 0
    with socket.create_server(("127.0.0.1", 0), backlog=200) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for _ in range(max(rounds, 5)):
            with tempfile.TemporaryDirectory() as folder:
                data = Path(folder) / "data"
                shutil.copytree(kept, data)
                times.append(_quit(data, url))
                lost += _lost(data)
    median = statistics.median(times)
    return [
        Figure(
            "S17",
            f"quit with {RUNNING:,} running jobs and open requests",
            "–",
            "under 1 s, nothing lost",
            f"{median:.2f} s ({min(times):.2f} to {max(times):.2f})",
            median < GOAL_S and not lost,
            details={"jobs lost": str(lost)},
        )
    ]


def _quit(data: Path, url: str) -> float:
    """Seconds from SIGTERM to the end of the process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dreamina_desktop", "--data-dir", data, "--api-url", url],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "USEAPI_TOKEN": "user:1-bench"},
        stderr=subprocess.DEVNULL,
    )
    try:
        while not (data / "holder.json").exists():
            time.sleep(0.05)
        time.sleep(3.0)  # requests are open by then
        assert process.poll() is None
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        return time.monotonic() - began
    finally:
        process.kill()
        process.wait()


def _lost(data: Path) -> int:
    """Jobs that are not there any more, or not running; all of them where the file is damaged."""
    connection = apsw.Connection(str(data / "library.sqlite3"))
    try:
        if connection.execute("PRAGMA integrity_check").get != "ok":
            return JOBS
        running = connection.execute("SELECT count(*) FROM job WHERE tracking = 'polling'").get
        every = connection.execute("SELECT count(*) FROM job").get
        return JOBS - int(every) + RUNNING - int(running)
    finally:
        connection.close()


if __name__ == "__main__":
    run(measure)
