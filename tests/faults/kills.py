"""kill -9 at random moments: what was acknowledged must be there, and whole, afterwards."""

from __future__ import annotations

import random
import shutil
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import harmed
import shelf
from faults import Effect, Fault, drip
from program import Folder, Running, wait_until
from promises import Report
from table import Row
from vendor import ScriptedJob, Vendor, ids, job_id

from dreamina_desktop.library.schema import MIGRATIONS

SMALL, FULL = 20, 1000
AT_ONCE = 3
MANY = 60  # IDs of a paste
ROWS = 2000  # of a database that is migrated
FOR_EVER = 1_000_000
START_S = 1.0  # about what a start takes
PROMISES = (
    "acknowledged jobs lost",
    "damaged databases",
    "bad files shown as saved",
    "not recovered",
    "processes left over",
)


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many kills."""
    row = Row("kill -9", f"{scale:,} kills")
    row.lost = dict.fromkeys(PROMISES, 0)
    row.measured["migrations from versions"] = f"0 to {len(MIGRATIONS) - 1}"
    lock = threading.Lock()
    shares = [MOMENTS] * (scale // len(MOMENTS)) + [MOMENTS[: scale % len(MOMENTS)]]

    def live(number: int) -> None:
        folder = scratch / str(number)
        folder.mkdir()
        life = Life(seed * 10_000 + number, folder)
        life.live(shares[number])
        with lock:
            for kind, words in life.findings:
                row.find(kind, f"life {number}: {words}")
        shutil.rmtree(folder)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(live, range(len(shares))))
    return row


class Life:
    """A data folder that survives one kill after another, and is asked for everything then."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = random.Random(seed)
        self.vendor = Vendor(seed)
        self.folder = folder
        self.home = Folder(folder, self.vendor.token, "", interval_s=0.5)
        self.told: set[str] = set()  # IDs of which a program said that it has them
        self.findings: list[tuple[str, str]] = []

    def live(self, moments: Sequence[Moment]) -> None:
        with self.vendor:
            self.home.api_url = self.vendor.api_url
            for moment in moments:
                running = moment(self)
                if left := running.bury():
                    self.find("processes left over", f"{left} after {moment.__name__}")
                self.look_at(self.home, self.acknowledged, moment.__name__)
            self._recover()

    def find(self, kind: str, words: str) -> None:
        self.findings.append((kind, words))

    @property
    def acknowledged(self) -> set[str]:
        """Those too that the API was asked for: a job is polled when it is on the disk."""
        names = {one.target.rpartition(b"/")[2].decode() for one in self.vendor.api.exchanges}
        return self.told | (names & set(self.vendor.jobs))

    def pause(self, most_s: float) -> None:
        """Until the random moment."""
        time.sleep(self.rng.uniform(0.0, most_s))

    def jobs(self, count: int, images: int = 0, running: int = FOR_EVER) -> list[ScriptedJob]:
        return [self.vendor.add_job(images, running=running) for _ in range(count)]

    def start(self, jobs: Sequence[ScriptedJob]) -> Running:
        return self.home.start("-", "--until-idle", text=ids(jobs))

    def started(self, jobs: Sequence[ScriptedJob]) -> Running:
        """And listening."""
        running = self.start(jobs)
        address = self.home.data / "holder.json"
        wait_until(lambda: address.exists() or running.process.poll() is not None)
        return running

    def look_at(self, home: Folder, acknowledged: set[str], when: str) -> None:
        """After a kill, before anything can be mended."""
        found = shelf.look_into(home.data, self.folder)
        if found.damage:
            self.find("damaged databases", f"{when}: {found.damage}")
            return
        for jobid in acknowledged - found.jobids:
            self.find("acknowledged jobs lost", f"{when}: {jobid}")
        for job in found.jobs:
            known = self.vendor.jobs.get(job.jobid)
            for words in shelf.bad_files(job, known.hashes if known else ()):
                self.find("bad files shown as saved", f"{when}: {words}")

    def _recover(self) -> None:
        """The last start, undisturbed, gets everything."""
        kept = self.acknowledged
        for job in self.vendor.jobs.values():
            job.running, job.image_faults = 0, {}
        ended = self.home.work(None)
        found = {row["jobid"] for row in ended.rows}
        jobs = [job for job in self.vendor.jobs.values() if job.jobid in kept | found]
        report = Report()
        report.look_at(self.vendor, jobs, ended, self.home)
        for kind, words in report.findings:
            self.find("not recovered", f"{kind}: {words}")


# -- the moments --------------------------------------------------------------------------------

Moment = Callable[[Life], Running]


def pasting(life: Life) -> Running:
    """A paste by the start itself, or one that a second start hands over."""
    running = life.start(life.jobs(MANY))
    if life.rng.random() < 0.5:
        life.pause(2 * START_S)
        running.kill()
        return running
    wait_until((life.home.data / "holder.json").exists, 5.0)
    second = life.home.start("-", "--export", "-", "--only", text=ids(life.jobs(MANY)))
    life.pause(START_S)
    running.kill()
    ended = second.wait()
    if ended.code == 0:
        life.told |= {row["jobid"] for row in ended.rows}
    return running


def polling(life: Life) -> Running:
    before = len(life.vendor.api.exchanges)
    running = life.started(life.jobs(10, running=life.rng.randint(1, 4)))
    wanted = before + life.rng.randint(1, 60)
    wait_until(lambda: len(life.vendor.api.exchanges) >= wanted, 5.0)
    life.pause(0.05)
    running.kill()
    return running


def downloading(life: Life) -> Running:
    slowly = Fault("slow drip", Effect.NONE, lambda served: drip(served, upto=1.0))
    jobs = life.jobs(5, images=4, running=0)
    for job in jobs:
        job.image_faults = {index: [slowly] for index in range(4) if life.rng.random() < 0.3}
    before = len(life.vendor.images.exchanges)
    if life.rng.random() < 0.5:  # the folder is on exFAT, say, from now on
        life.home.program, life.home.variables = harmed.PROGRAM, {harmed.VARIABLE: "no links"}
    running = life.started(jobs)
    wanted = before + life.rng.randint(1, 20)
    wait_until(lambda: len(life.vendor.images.exchanges) >= wanted, 8.0)
    life.pause(0.1)
    running.kill()
    return running


def migrating(life: Life) -> Running:
    """An older database is brought to today's version; version 0 is a new one."""
    home = Folder(life.folder / f"old-{len(life.vendor.jobs)}", life.home.token, life.home.api_url)
    home.data.mkdir(parents=True)
    known = _old_database(home.data / shelf.DATABASE, life.rng.randrange(len(MIGRATIONS)))
    running = home.start("--export", "-")
    life.pause(START_S)
    running.kill()
    life.look_at(home, known, "migrating")
    again = home.run("--export", "-")
    if missing := known - {row["jobid"] for row in again.rows}:
        life.find("acknowledged jobs lost", f"migrating: {len(missing)}; {again.err}")
    return running


def quitting(life: Life) -> Running:
    running = life.started(life.jobs(3, images=2, running=0))
    life.pause(0.5)
    running.end(signal.SIGTERM)
    life.pause(0.3)
    running.kill()
    return running


MOMENTS: list[Moment] = [pasting, polling, downloading, migrating, quitting]


def _old_database(file: Path, version: int) -> set[str]:
    """As an older program left it; the IDs in it."""
    if version == 0:
        return set()
    known = [job_id(number) for number in range(900_001, 900_001 + ROWS)]
    connection = apsw.Connection(str(file))
    for text in MIGRATIONS[:version]:
        connection.execute(text)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("BEGIN")
    connection.execute("INSERT INTO batch (at, count) VALUES (1772440000, ?)", (ROWS,))
    connection.executemany(
        "INSERT INTO job (jobid, batch, tracked_at, tracking, removed, raw, record_source,"
        " not_found_count, note) VALUES (?, 1, 1772440000, 'polling', 0, NULL, '', 0, '')",
        ((jobid,) for jobid in known),
    )
    connection.execute("COMMIT")
    connection.close()
    return set(known)
