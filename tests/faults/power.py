"""Power loss, modelled: a session's write log is cut anywhere, and what was not flushed is lost."""

from __future__ import annotations

import random
import re
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

import shelf
import write_log
from lost_power import Disk, Mood
from program import Folder, Running, can_trace, wait_until
from table import Row
from vendor import Vendor, ids
from write_log import Entry, Said

SMALL, FULL = 100, 10_000
CUTS_OF_A_SESSION = 500
STARTS = 10  # every so many cuts the program itself is started on what was left
MEMORY = Path("/dev/shm")  # thousands of small files need no real disk
PROMISES = ("acknowledged jobs lost", "damaged databases", "bad files shown as saved", "no starts")
_JOBID = re.compile(rb"j\d{19}i-u\d+-[\w:@.+-]+?:dreamina")
_MOODS = (Mood.NOTHING, Mood.NOTHING, Mood.SOME, Mood.SOME, Mood.ALL)


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many power cuts."""
    row = Row("power loss (modelled)", "–")
    if not can_trace():
        row.not_run.append("strace does not work here")
        return row
    row.injected = f"{scale:,} cuts"
    row.lost = dict.fromkeys(PROMISES, 0)
    sessions = -(-scale // CUTS_OF_A_SESSION)
    for number in range(sessions):
        cuts = scale // sessions + (number < scale % sessions)
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
            _attend(cuts, seed * 1000 + number, Path(folder), scratch / str(number), row)
    return row


def _attend(cuts: int, seed: int, folder: Path, scratch: Path, row: Row) -> None:
    """One session, and power cuts at random places of its log."""
    scratch.mkdir()
    rng = random.Random(seed)
    with Vendor(seed) as vendor:
        log = _record(vendor, scratch, rng)
    places = sorted(rng.randrange(len(log) + 1) for _ in range(cuts))
    disk, position, promised = Disk(scratch), 0, set[str]()
    for number, place in enumerate(places):
        for entry in log[position:place]:
            disk.apply(entry)
            promised |= _promises(entry) & set(vendor.jobs)
        position = place
        target = folder / "left"
        disk.leave(target, rng.choice(_MOODS), rng)
        where = f"session {seed}, cut {place} of {len(log)}"
        _look_at(target, folder, promised, vendor, row, where)
        if number % STARTS == 0:
            _start(target, scratch, promised, vendor, row, where)
        shutil.rmtree(target)


def _record(vendor: Vendor, scratch: Path, rng: random.Random) -> Sequence[Entry]:
    """Two runs on one folder: the first is ended in the middle, the second to its end."""
    home = Folder(scratch, vendor.token, vendor.api_url, interval_s=0.2)
    jobs = [vendor.add_job(images, running=images) for images in (2, 0, 1, 2, 1, 3)]
    log: list[Entry] = []
    for number, part in enumerate((jobs[:3], jobs[3:])):
        trace = scratch / f"trace-{number}"
        home.wrapper = write_log.wrapper(trace)
        running = home.start("-", "--until-idle", "--export", "-", text=ids(part))
        if number == 0:
            _end_in_the_middle(running, vendor, rng.randrange(1, 7))
        running.wait()
        log += write_log.read(trace, home.data)
        trace.unlink()
    return log


def _end_in_the_middle(running: Running, vendor: Vendor, requests: int) -> None:
    """After so many requests, if it has not ended by then."""
    wait_until(lambda: len(vendor.api.exchanges) >= requests or running.process.poll() is not None)
    running.end(signal.SIGTERM)


def _promises(entry: Entry) -> set[str]:
    """Jobs that the program spoke of: it asks for none and exports none before it is kept."""
    if not isinstance(entry, Said):
        return set()
    return {found.decode() for found in _JOBID.findall(entry.data)}


def _look_at(
    target: Path, folder: Path, promised: set[str], vendor: Vendor, row: Row, where: str
) -> None:
    found = shelf.look_into(target / "data", folder)
    if found.damage:
        row.find("damaged databases", f"{where}: {found.damage}")
        return
    for jobid in promised - found.jobids:
        row.find("acknowledged jobs lost", f"{where}: {jobid}")
    for job in found.jobs:
        for words in shelf.bad_files(job, vendor.jobs[job.jobid].hashes):
            row.find("bad files shown as saved", f"{where}: {words}")


def _start(
    target: Path, scratch: Path, promised: set[str], vendor: Vendor, row: Row, where: str
) -> None:
    """The program itself on what was left."""
    home = Folder(target, vendor.token, vendor.api_url)
    ended = home.run("--export", "-")
    if ended.code != 0:
        row.find("no starts", f"{where}: {ended.code} {ended.err[-500:]}")
    elif missing := promised - {one["jobid"] for one in ended.rows}:
        row.find("acknowledged jobs lost", f"{where}: the program misses {sorted(missing)}")
