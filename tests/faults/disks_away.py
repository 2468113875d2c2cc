"""The folder of images is pulled, emptied, replaced or moved between two runs."""

from __future__ import annotations

import json
import random
import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import shelf
from program import Ended, Folder
from promises import Report
from table import Row
from vendor import ScriptedJob, Vendor, ids

SMALL, FULL = 2, 250
AT_ONCE = 3
JOBS = 4  # of the first run, with an image each
PROMISES = (
    "images called gone or fetched again",
    "files written into another folder",
    "ends without words",
    "not recovered",
)


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many folders are taken away."""
    row = Row("disks away and moved", f"{scale:,} folders taken away")
    row.lost = dict.fromkeys(PROMISES, 0)
    lock = threading.Lock()

    def live(number: int) -> None:
        harm = HARMS[number % len(HARMS)]
        life = _Life(seed * 10_000 + number, scratch / str(number))
        life.live(harm)
        with lock:
            for kind, words in life.findings:
                row.find(kind, f"{harm.__name__} (life {number}): {words}")
        shutil.rmtree(life.home.root)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(live, range(scale)))
    return row


class _Life:
    """A data folder whose images are saved, and one more job that completes when they are gone."""

    def __init__(self, seed: int, folder: Path) -> None:
        folder.mkdir()
        self.rng = random.Random(seed)
        self.vendor = Vendor(seed)
        self.home = Folder(folder, self.vendor.token, "")
        self.images = self.home.data / "images"
        self.away = folder / "another disk"
        self.saved: list[ScriptedJob] = []
        self.findings: list[tuple[str, str]] = []

    def live(self, harm: Callable[[_Life], None]) -> None:
        with self.vendor:
            self.home.api_url = self.vendor.api_url
            self.saved = [self.vendor.add_job() for _ in range(self.rng.randint(JOBS, 2 * JOBS))]
            first = self.home.work(ids(self.saved))
            if first.code:
                self.find("not recovered", f"the first run: {first.err[-500:]}")
            harm(self)

    def find(self, kind: str, words: str) -> None:
        self.findings.append((kind, words))

    def work(self) -> Ended:
        """One more job, and an export."""
        return self.home.work(self.vendor.add_job().jobid, give_up_s=20.0)

    def pull(self, *, leaves_folder: bool) -> None:
        self.images.rename(self.away)
        if leaves_folder:
            self.images.mkdir()

    def plug_in(self) -> None:
        shutil.rmtree(self.images, ignore_errors=True)
        self.away.rename(self.images)

    def choose(self, folder: Path) -> None:
        """As the settings do."""
        connection = apsw.Connection(str(self.home.data / shelf.DATABASE))
        row = ("images_folder", json.dumps(str(folder)))
        connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", row)
        connection.close()

    def look_at(self, ended: Ended, *, code: int, words: str = "", fetched: int = 0) -> None:
        """All are still said to be saved, and so many were fetched again."""
        if ended.code != code or words not in ended.err or "Traceback" in ended.err:
            self.find("ends without words", f"exit code {ended.code}: {ended.err[-500:]!r}")
        states = {row["jobid"]: [image["state"] for image in row["images"]] for row in ended.rows}
        for job in self.saved:
            if states.get(job.jobid) != ["saved"]:
                self.find(PROMISES[0], f"job {job.number} is {states.get(job.jobid)}")
        again = sum(len(self.vendor.fetched(job, 0)) - 1 for job in self.saved)
        if again != fetched:
            self.find(PROMISES[0], f"{again} images were fetched again, {fetched} should be")

    def expect_only(self, names: Sequence[str]) -> None:
        """Nothing was written in the place of the folder."""
        there = sorted(path.name for path in self.images.rglob("*")) if self.images.exists() else []
        if there != sorted(names):
            self.find(PROMISES[1], f"{there}")

    def recover(self) -> None:
        """With everything back in its place a run has all, and a file for each."""
        ended = self.home.work(None)
        report = Report()
        report.look_at(self.vendor, list(self.vendor.jobs.values()), ended, self.home)
        for kind, words in report.findings:
            self.find("not recovered", f"{kind}: {words}")


def a_stick_is_pulled(life: _Life) -> None:
    leaves_folder = life.rng.random() < 0.7
    life.pull(leaves_folder=leaves_folder)
    life.look_at(life.work(), code=3, words=str(life.images))
    life.expect_only([])
    life.plug_in()
    life.recover()


def most_files_are_gone(life: _Life) -> None:
    """But not the folder."""
    files = sorted(life.home.images)
    gone = files[: len(files) // 2 + 1 + life.rng.randrange(len(files) // 2)]
    for file in gone:
        file.rename(life.home.root / file.name)
    life.look_at(life.work(), code=3, words="not where they were")
    for file in gone:
        (life.home.root / file.name).rename(file)
    life.recover()


def a_folder_was_moved(life: _Life) -> None:
    """And its user chose it where it is now."""
    life.pull(leaves_folder=life.rng.random() < 0.5)
    life.choose(life.away)
    ended = life.work()
    life.look_at(ended, code=0)
    life.expect_only([])
    files = [image["file"] for row in ended.rows for image in row["images"]]
    if any(not file.startswith(str(life.away)) for file in files):
        life.find("not recovered", f"{files}")


def another_disk_is_in_its_place(life: _Life) -> None:
    life.pull(leaves_folder=True)
    (life.images / "2026-03-02").mkdir()
    (life.images / "2026-03-02" / "theirs.jpg").write_bytes(b"theirs")
    life.look_at(life.work(), code=3, words=str(life.images))
    life.expect_only(["2026-03-02", "theirs.jpg"])
    life.plug_in()
    life.recover()


def a_file_is_gone(life: _Life) -> None:
    """Of a folder that is there: fetched again."""
    life.rng.choice(life.home.images).unlink()
    life.look_at(life.work(), code=0, fetched=1)


HARMS = (
    a_stick_is_pulled,
    most_files_are_gone,
    a_folder_was_moved,
    another_disk_is_in_its_place,
    a_file_is_gone,
)
