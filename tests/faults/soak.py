"""A busy user's day, time compressed: nothing may grow, and nothing be left over."""

from __future__ import annotations

import json
import random
import re
import signal
import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from pathlib import Path

from faults import Fault, api_faults, image_faults
from program import Folder, Running, wait_until
from promises import MISTAKES
from table import Row
from vendor import ScriptedJob, Vendor, ids
from watch import Size, pooled_by_qt, size_of

SMALL, FULL = 10, 480  # minutes of the user
COMPRESSION = 60.0
INTERVAL_S = 10.0 / COMPRESSION
PASTE_EVERY_S = 180.0 / COMPRESSION
WARM_UP = 4  # pastes: then every pool has as many threads and connections as it will have
LOOKS = 8  # what is only there for a moment is not left over
GROWTH = 1.10
# qasync keeps the handle of a time-out that was cancelled until its time is over, which nobody
# compresses: the longest is that of an image. A long soak is measured after that.
LONG_MIN, LONGEST_TIMEOUT_S = 240, 910.0
POOLED = 8 + 4  # connections that may stay open for a while: of requests at once, API and images
PROMISES = (
    "memory grown by more than 10 %",
    "tasks left over",
    "sockets left over",
    "connections left over",
    "threads left over",
    "file handles left over",
    "processes left over",
    "jobs lost or wrong",
    "uncaught exceptions",
)
# Bounded, and filled as they are needed; as are those of Qt (watch.pooled_by_qt).
_POOLS = ("loop_", "disk_", "asyncio_", "imaging_")


@dataclass(frozen=True)
class State:
    """What is there when the program rests."""

    size: Size
    tasks: Counter[str]  # by name, without numbers; those that are there at each look
    threads: int  # the pools' not counted
    cached_kb: int  # pictures, jobs used last, pages of the databases: up to limits of their own

    @property
    def memory_kb(self) -> int:
        """Without those caches, which fill in the course of a day."""
        return self.size.memory_kb - self.cached_kb

    def __str__(self) -> str:
        return f"{self.size}, {self.tasks.total()} tasks, {self.cached_kb // 1024} MB cached"


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: minutes of the user, at least as long as two pastes."""
    row = Row("soak", f"{scale} min, {COMPRESSION:.0f} times as fast")
    row.lost = dict.fromkeys(PROMISES, 0)
    with Vendor(seed) as vendor:
        soak = Soak(vendor, random.Random(seed), scratch, row)
        soak.start()
        before = soak.work(WARM_UP)
        pastes = max(2, round(scale * 60 / COMPRESSION / PASTE_EVERY_S))
        after = soak.work(pastes, rest_s=LONGEST_TIMEOUT_S if scale >= LONG_MIN else 0.0)
        soak.end()
    row.injected += f", {len(vendor.jobs):,} jobs"
    row.measured = {"before": str(before), "after": str(after)}
    _compare(before, after, row)
    return row


class Soak:
    """The program with its window, fed by second starts."""

    def __init__(self, vendor: Vendor, rng: random.Random, scratch: Path, row: Row) -> None:
        self._vendor = vendor
        self._rng = rng
        self._row = row
        self._told = scratch / "told.json"
        variables = {"QT_QPA_PLATFORM": "offscreen", "SOAK_FILE": str(self._told)}
        soaked = str(Path(__file__).with_name("soaked.py"))
        self._home = Folder(
            scratch, vendor.token, vendor.api_url, INTERVAL_S, variables, program=(soaked,)
        )
        self._script = Folder(scratch, vendor.token, vendor.api_url, INTERVAL_S)
        self._running: Running

    def start(self) -> None:
        """With one job that runs for ever: there is always something to ask."""
        jobs = [self._vendor.add_job(0, running=1_000_000)]
        self._running = self._home.start("-", text=ids(jobs))
        wait_until((self._home.data / "holder.json").exists)

    def work(self, pastes: int, rest_s: float = 0.0) -> State:
        """So many pastes, one after another; what is there when the last one is settled and some
        time has passed."""
        for _ in range(pastes):
            next_at = time.monotonic() + PASTE_EVERY_S
            jobs = self._jobs()
            ended = self._script.run("-", "--export", "-", "--only", text=ids(jobs))
            if [row["jobid"] for row in ended.rows] != [job.jobid for job in jobs]:
                self._row.find("jobs lost or wrong", f"{ended.code}: {ended.err[-500:]}")
            time.sleep(max(0.0, next_at - time.monotonic()))
        if not wait_until(self._is_settled):
            self._row.find("jobs lost or wrong", "not everything is settled")
        time.sleep(rest_s)
        return self._state()

    def end(self) -> None:
        """Closed like any other window."""
        self._running.end()
        ended = self._running.wait()
        text = ended.err + self._home.log
        if ended.code != 0 or any(mark in text for mark in MISTAKES):
            self._row.find("uncaught exceptions", f"exit code {ended.code}: {text[-1500:]}")
        for _ in range(self._running.bury()):
            self._row.find("processes left over", "after the end")

    def _jobs(self) -> list[ScriptedJob]:
        """An ordinary batch: some run longer, one fails, and the network is as it is."""
        jobs = [
            self._vendor.add_job(self._rng.randint(1, 3), running=self._rng.randint(0, 4))
            for _ in range(3)
        ]
        jobs.append(self._vendor.add_job(0, code=2038))
        if self._rng.random() < 0.3:
            jobs[0].faults = [_of_kind(api_faults(), "503")]
            jobs[1].image_faults = {0: [_of_kind(image_faults(), "cut in the body")]}
        return jobs

    def _is_settled(self) -> bool:
        rows = self._script.run("--export", "-").rows
        running = sum(row["tracking"] == "polling" for row in rows)
        images = [image for row in rows for image in row["images"]]
        return running == 1 and all(image["state"] == "saved" for image in images)

    def _state(self) -> State:
        """The least of several looks, while the one job is still asked."""
        looks = []
        for _ in range(LOOKS):
            time.sleep(2 * INTERVAL_S)
            looks.append(self._look())
        return State(
            Size(
                min(one.size.memory_kb for one in looks),
                min(one.size.threads for one in looks),
                min(one.size.files for one in looks),
                min(one.size.sockets for one in looks),
                min(one.size.connections for one in looks),
                min(one.size.processes for one in looks),
            ),
            reduce(and_, (one.tasks for one in looks)),
            min(one.threads for one in looks),
            looks[-1].cached_kb,
        )

    def _look(self) -> State:
        self._told.unlink(missing_ok=True)
        self._running.end(signal.SIGUSR2)
        wait_until(self._told.exists)
        said = json.loads(self._told.read_text())
        size = size_of(self._running, (self._vendor.api.port, self._vendor.images.port))
        by_qt = pooled_by_qt(self._running.pid)
        pooled = by_qt + sum(name.startswith(_POOLS) for name in said["threads"])
        size = replace(size, files=size.files - by_qt)
        return State(
            size,
            Counter(re.sub(r"[0-9]+", "#", name) for name in said["tasks"]),
            size.threads - pooled,
            said["cached"] // 1024,
        )


def _of_kind(faults: list[Fault], name: str) -> Fault:
    return next(fault for fault in faults if fault.name == name)


def _compare(before: State, after: State, row: Row) -> None:
    if after.memory_kb > before.memory_kb * GROWTH:
        row.find(PROMISES[0], f"{before} to {after}")
    pairs = {
        "sockets": (before.size.sockets, after.size.sockets),
        "connections": (POOLED, after.size.connections),
        "threads": (before.threads, after.threads),
        "file handles": (before.size.files, after.size.files),
        "processes": (before.size.processes, after.size.processes),
    }
    # Tasks come and go, and a look may always meet one: what stays is there at each look.
    if left := after.tasks - before.tasks:
        row.find("tasks left over", f"{dict(left)}")
    for name, (was, now) in pairs.items():
        if now > was:
            row.find(f"{name} left over", f"{was}, then {now}")
