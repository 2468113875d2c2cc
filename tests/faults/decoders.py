"""Decoders that die, hang or never end: what this machine cannot do is no verdict on an image, and
no image stops the others.
"""

from __future__ import annotations

import io
import random
import shutil
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import harmed
from pictures import picture, sha256
from PIL import Image
from program import Ended, Folder
from promises import EXIT_GAVE_UP, MISTAKES
from table import Row
from vendor import ScriptedJob, Vendor, ids

SMALL, FULL = 5, 200
AT_ONCE = 2
GIVE_UP_S = 4.0
ENDS_WITHIN_S = 100.0  # of processor time that has run out, and of waiting
SCANS = 20_000  # of a picture that is never decoded to its end
PROMISES = (
    "verdicts on images of which nothing is known",
    "images fetched again, or bytes lost",
    "other images not saved",
    "ends without words",
    "processes left over",
)


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many data folders, each with one harm."""
    row = Row("decoders", f"{scale:,} decoders that die, hang, do not start or do not end")
    row.lost = dict.fromkeys(PROMISES, 0)
    lock = threading.Lock()

    def live(number: int) -> None:
        work = HARMS[number % len(HARMS)]
        folder = scratch / str(number)
        folder.mkdir()
        life = _Life(seed * 10_000 + number, folder)
        with life.vendor:
            life.home.api_url = life.vendor.api_url
            work(life)
        with lock:
            for kind, words in life.findings:
                row.find(kind, f"{work.__name__} (life {number}): {words}")
        shutil.rmtree(folder)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(live, range(scale)))
    return row


class _Life:
    """A data folder, and jobs of which one image may be harmful."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.vendor = Vendor(seed)
        self.home = Folder(folder, self.vendor.token, "", program=harmed.PROGRAM)
        self.findings: list[tuple[str, str]] = []
        self.harmful: tuple[int, int] | None = None  # job and index

    def find(self, kind: str, words: str) -> None:
        self.findings.append((kind, words))

    def add_jobs(self, harmful: bytes | None = None) -> None:
        for _ in range(self.rng.randint(1, 3)):
            self.vendor.add_job(self.rng.randint(1, 4))
        if harmful is not None:
            job = self.rng.choice(list(self.vendor.jobs.values()))
            index = self.rng.randrange(len(job.pictures))
            job.pictures[index] = harmful
            self.harmful = job.number, index

    def work(self, harm: str, text: str | None = None) -> Ended:
        """A run with this harm."""
        self.home.variables = {harmed.VARIABLE: harm}
        waits = ("--until-idle", "--give-up", str(GIVE_UP_S), "--export", "-")
        running = self.home.start(*(["-"] if text else []), *waits, text=text)
        ended = running.wait(ENDS_WITHIN_S)
        if left := running.bury():
            self.find(PROMISES[4], f"{left} after {harm or 'no harm'}")
        return ended

    def track(self, harm: str) -> Ended:
        return self.work(harm, ids(list(self.vendor.jobs.values())))

    def look_at(self, ended: Ended, *, code: int, waits: Callable[[tuple[int, int]], bool]) -> None:
        """`waits`: whether an image, by job and index, is to be pending with its bytes; all others
        are to be saved. Nothing was fetched twice."""
        if ended.code != code or (code and "Gave up" not in ended.err):
            self.find(PROMISES[3], f"exit code {ended.code}, not {code}: {ended.err[-400:]!r}")
        for text in (ended.err, self.home.log):
            if mark := next((mark for mark in MISTAKES if mark in text), None):
                self.find(PROMISES[3], text[text.index(mark) :][:1500])
        rows = {row["jobid"]: row for row in ended.rows}
        for job in self.vendor.jobs.values():
            images = rows.get(job.jobid, {}).get("images", [])
            by_index = {image["index"]: image for image in images}
            for index in range(len(job.pictures)):
                is_waiting = waits((job.number, index))
                self._look_at_image(job, index, by_index.get(index, {}), is_waiting=is_waiting)

    def _look_at_image(
        self, job: ScriptedJob, index: int, image: Mapping[str, Any], *, is_waiting: bool
    ) -> None:
        name, state = f"image {job.number}-{index + 1}", image.get("state")
        words = f"{name} is {state}: {image.get('note')}"
        if is_waiting and (state != "pending" or not image.get("note")):
            self.find(PROMISES[0], words)
        elif not is_waiting and state != "saved":
            self.find(PROMISES[2], words)
        files = sum(sha256(file.read_bytes()) == job.hashes[index] for file in self.home.images)
        if files != 1 or len(self.vendor.fetched(job, index)) != 1:
            fetched = len(self.vendor.fetched(job, index))
            self.find(PROMISES[1], f"{name}: fetched {fetched} times, in {files} files")

    def is_harmful(self, image: tuple[int, int]) -> bool:
        return image == self.harmful


def _all(_image: tuple[int, int]) -> bool:
    return True


def _none(_image: tuple[int, int]) -> bool:
    return False


# -- the harms ----------------------------------------------------------------------------------


def no_process_is_started(life: _Life) -> None:
    _machine_in_trouble(life, "no processes")


def python_is_replaced(life: _Life) -> None:
    """Each worker process ends as soon as it begins."""
    _machine_in_trouble(life, "replaced")


def _machine_in_trouble(life: _Life, harm: str) -> None:
    life.add_jobs()
    life.look_at(life.track(harm), code=EXIT_GAVE_UP, waits=_all)
    life.look_at(life.work(""), code=0, waits=_none)


def a_picture_kills(life: _Life) -> None:
    """It rests, also in the next run, and the others are saved."""
    life.add_jobs(_deadly(life.seed))
    life.look_at(life.track("deadly"), code=EXIT_GAVE_UP, waits=life.is_harmful)
    life.look_at(life.work("deadly"), code=EXIT_GAVE_UP, waits=life.is_harmful)


def a_picture_hangs(life: _Life) -> None:
    """As one on a disk that does not answer: the machine's trouble, which is over in the next
    run."""
    life.add_jobs(_deadly(life.seed))
    life.look_at(life.track("hanging"), code=EXIT_GAVE_UP, waits=life.is_harmful)
    life.look_at(life.work(""), code=0, waits=_none)


def a_picture_never_ends(life: _Life) -> None:
    """A progressive JPEG, the last scan of which is repeated."""
    out = io.BytesIO()
    Image.new("RGB", (1024, 1024), (life.seed % 256, 90, 160)).save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole.rindex(b"\xff\xda")
    endless = whole[:-2] + whole[last:-2] * SCANS + b"\xff\xd9"
    life.add_jobs(endless)
    life.look_at(life.track("endless"), code=EXIT_GAVE_UP, waits=life.is_harmful)


def _deadly(seed: int) -> bytes:
    return picture(seed, "PNG", harmed.DEADLY)  # decoded at its full size


HARMS: list[Callable[[_Life], None]] = [
    no_process_is_started,
    python_is_replaced,
    a_picture_kills,
    a_picture_hangs,
    a_picture_never_ends,
]
