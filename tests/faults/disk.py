"""A disk that fails: at the n-th write, flush and rename, for once or for ever, and a full one."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import shelf
import tracing
from program import LIMIT_S, Ended, Folder, can_trace, wait_until
from promises import MISTAKES, Report
from table import Row
from tight_disk import TightDisk, tight_disk
from vendor import Vendor, ids

SMALL, FULL = 10, 100_000
AT_ONCE = 3
ERRORS = ("EIO", "ENOSPC")
FULL_DISKS = 20  # of the full scale: they take a quarter of a minute each
PROMISES = (
    "ends without words",
    "uncaught exceptions",
    "acknowledged jobs lost",
    "damaged databases",
    "bad files shown as saved",
    "not recovered",
)
EXITS = (0, 1, 3)
NO_TRACE = "errors of single calls (strace does not work here)"
NO_MOUNT = "full disk (no right to mount)"

Find = Callable[[str, str], None]


@dataclass(frozen=True)
class Fault:
    """A call that fails; or, without one, a disk that is full after so many pages more."""

    point: tracing.Point | None
    error: str = "ENOSPC"
    for_ever: bool = False
    pages: int = 0

    def __str__(self) -> str:
        if self.point is None:
            return f"full after {self.pages} pages, {'for good' if self.for_ever else 'a while'}"
        often = "from there on" if self.for_ever else "once"
        return f"{self.error} at {self.point.call} {self.point.nth}, {often}"


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many faults, at most as many as there are points."""
    row = Row("failing disk")
    lock = threading.Lock()
    hits = [0]

    def suffer(numbered: tuple[int, Fault]) -> None:
        number, fault = numbered
        folder = scratch / str(number)
        folder.mkdir()
        trial = Trial(fault, seed * 100_000 + number, folder)
        hit = trial.run()
        with lock:
            hits[0] += hit
            row.not_run += [words for words in trial.not_run if words not in row.not_run]
            for kind, words in trial.findings:
                row.find(kind, f"{fault}: {words}")
        shutil.rmtree(folder)

    faults = list(_faults(scale, seed, scratch, row))
    row.lost = dict.fromkeys(PROMISES, 0)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(suffer, enumerate(faults)))
    row.injected = f"{hits[0]:,} faults"
    if not hits[0]:
        row.lost = {}
    return row


def _faults(scale: int, seed: int, scratch: Path, row: Row) -> Iterator[Fault]:
    rng = random.Random(seed)
    full_disks = min(FULL_DISKS, max(2, scale // 5))
    for number in range(full_disks):
        yield Fault(None, for_ever=number % 2 == 0, pages=rng.randrange(60))
    if not can_trace():
        row.not_run.append(NO_TRACE)
        return
    every = [
        Fault(point, error, for_ever)
        for point in sorted(_all_points(seed, scratch), key=str)
        for error in ERRORS
        for for_ever in (False, True)
    ]
    yield from rng.sample(every, min(len(every), scale - full_disks))


def _all_points(seed: int, scratch: Path) -> set[tracing.Point]:
    """Where an undisturbed session touches the disk."""
    folder = scratch / "undisturbed"
    folder.mkdir()
    with Vendor(seed) as vendor:
        home = Folder(folder, vendor.token, vendor.api_url)
        home.wrapper = tracing.recorder(folder / "trace")
        home.work(_script(vendor))
    return tracing.points(folder / "trace", home.data)


def _script(vendor: Vendor) -> str:
    for number in range(3):
        vendor.add_job(2, running=number)
    vendor.add_job(0, code=2038)
    return ids(list(vendor.jobs.values()))


class Trial:
    """One session with a fault, and one without, on the same folder."""

    def __init__(self, fault: Fault, seed: int, folder: Path) -> None:
        self.fault = fault
        self.vendor = Vendor(seed)
        self.rng = random.Random(seed)
        self.home = Folder(folder, self.vendor.token, "")
        self.findings: list[tuple[str, str]] = []
        self.not_run: list[str] = []

    def find(self, kind: str, words: str) -> None:
        self.findings.append((kind, words))

    def run(self) -> bool:
        """Whether the fault hit the data folder."""
        with self.vendor, ExitStack() as stack:
            self.home.api_url = self.vendor.api_url
            text = _script(self.vendor)
            if self.fault.point is None:
                disk = stack.enter_context(tight_disk(self.home.data))
                if disk is None:
                    self.not_run.append(NO_MOUNT)
                    return False
                ended = self._fill(disk, text)
            else:
                ended = self._inject(text)
            if ended is None:
                return False
            self._look_at(ended)
            self._recover(text)
        return True

    def _inject(self, text: str) -> Ended | None:
        """None when the fault hit nothing of ours: threads come and go as they like."""
        assert self.fault.point is not None
        trace = self.home.root / "trace"
        self.home.wrapper = tracing.injector(
            trace, self.fault.point, self.fault.error, for_ever=self.fault.for_ever
        )
        ended = self.home.work(text, give_up_s=2.0 if self.fault.for_ever else 30.0)
        self.home.wrapper = ()
        return ended if tracing.hits(trace, self.home.data) else None

    def _fill(self, disk: TightDisk, text: str) -> Ended:
        """Full at a random request; for good, or until the program has been waiting a while."""
        give_up = ("--give-up", "3" if self.fault.for_ever else "60")
        options = ("-", "--until-idle", *give_up, "--export", "-")
        running = self.home.start(*options, text=text)
        wanted = self.rng.randrange(12)
        requests = (self.vendor.api.exchanges, self.vendor.images.exchanges)
        wait_until(lambda: sum(map(len, requests)) >= wanted, 5.0)
        disk.leave(self.fault.pages)
        if not self.fault.for_ever:
            threading.Timer(3.0, disk.grow).start()
        ended = running.wait()
        disk.grow()
        return ended

    def _look_at(self, ended: Ended) -> None:
        """It lived, and said what to do."""
        if ended.code not in EXITS:
            self.find("ends without words", f"exit code {ended.code}: {ended.err[-1000:]}")
        elif ended.code and len(ended.err.split()) < 4:
            self.find("ends without words", f"exit code {ended.code}: {ended.err!r}")
        for where, text in (("standard error", ended.err), ("the log", self.home.log)):
            if mark := next((mark for mark in MISTAKES if mark in text), None):
                at = text.index(mark)
                self.find("uncaught exceptions", f"{where}: {text[at : at + 2500]}")
        found = shelf.look_into(self.home.data, self.home.root)
        if found.damage:
            self.find("damaged databases", found.damage)
            return
        asked = {one.target.rpartition(b"/")[2].decode() for one in self.vendor.api.exchanges}
        for jobid in (asked & set(self.vendor.jobs)) - found.jobids:
            self.find("acknowledged jobs lost", jobid)
        for job in found.jobs:
            for words in shelf.bad_files(job, self.vendor.jobs[job.jobid].hashes):
                self.find("bad files shown as saved", words)

    def _recover(self, text: str) -> None:
        for file in self.home.data.glob("*.log*"):
            file.unlink()  # it was looked at
        ended = self.home.run("-", "--until-idle", "--export", "-", text=text, limit_s=LIMIT_S)
        report = Report()
        report.look_at(self.vendor, list(self.vendor.jobs.values()), ended, self.home)
        for kind, words in report.findings:
            self.find("not recovered", f"{kind}: {words}")
