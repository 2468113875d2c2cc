"""Network faults: each kind, on the API and on an image host, under the real program."""

from __future__ import annotations

import itertools
import random
import shutil
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import unreachable
from faults import (
    Effect,
    Fault,
    api_faults,
    api_refusals,
    api_throttles,
    full,
    image_faults,
    image_throttles,
)
from program import Folder, wait_until
from promises import Report
from scripted_server import End
from table import Row
from vendor import ScriptedJob, Vendor, ids

SMALL, FULL = 60, 3000
AT_ONCE = 6  # programs; they wait most of the time
PARTS = 3  # of a round's ordinary faults: one origin has only a few at once
ALONE = 2  # sessions of a round with a single fault of either side
HEALTHY = 6  # jobs among them that run on undisturbed, so that the origin does not seem out
CHECKS = 40  # of each of those
SOON_S = 1.0  # what cannot be reached at first can be then
AFTER_TIMEOUT_S = 11.5  # when the program has given up a connection: after 10 s, or 4 s an address
# A link that dies after an account's history was walked waits ten minutes for the next walk.
ANOTHER_WALK_S = 720.0
PROMISES = (
    "jobs lost or wrong",
    "duplicates",
    "images neither saved nor marked",
    "tries too early",
    "uncaught exceptions",
)


@dataclass
class Session:
    """One run of the program. Each list of faults belongs to one job, or to one image."""

    name: str
    api: list[list[Fault]] = field(default_factory=list)
    images: list[list[Fault]] = field(default_factory=list)
    unreachable: int = 0  # origins that cannot be reached at the beginning

    @property
    def injections(self) -> int:
        return len(self.api) + len(self.images) + self.unreachable


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many faults, at least; every kind is among them."""
    sessions = list(_sessions(scale, random.Random(seed)))
    row = Row("network faults", f"{sum(one.injections for one in sessions):,} faults")
    row.lost = dict.fromkeys(PROMISES, 0)
    lock = threading.Lock()

    def attend(numbered: tuple[int, Session]) -> None:
        number, session = numbered
        folder = scratch / f"{number}-{session.name}"
        folder.mkdir()
        report = _attend(session, seed * 10_000 + number, folder)
        with lock:
            for kind, words in report.findings:
                row.find(kind, f"{session.name} {number}: {words}")
            row.not_run += [words for words in report.not_run if words not in row.not_run]
        shutil.rmtree(folder)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(attend, enumerate(sessions)))
    return row


# -- which faults meet in one run ---------------------------------------------------------------


def _sessions(count: int, rng: random.Random) -> Iterator[Session]:
    """Rounds of every kind of fault, until there are enough."""
    injected = 0
    for number in itertools.count():
        for session in _round(rng, is_first=number == 0):
            yield session
            injected += session.injections
        if injected >= count:
            return


def _round(rng: random.Random, *, is_first: bool) -> Iterator[Session]:
    if is_first:  # these take most of a minute
        yield Session("silence", [[_slow_answer()]], [[_silence()]])
        yield Session("slow to connect", unreachable=2)
    for cut in (False, True):
        api = [[one] * _times(one, rng) for one in api_faults() if _is_cut(one) == cut]
        images = [[one] * rng.randint(1, 2) for one in image_faults() if _is_cut(one) == cut]
        rng.shuffle(api)
        rng.shuffle(images)
        for part in range(PARTS):
            name = "cuts" if cut else "answers"
            yield Session(name, api[part::PARTS], images[part::PARTS])
    for _ in range(ALONE):  # among healthy ones, an origin is never out, and no gap is forgiven
        api, image = (
            rng.choice(_tried_again(api_faults())),
            rng.choice(_tried_again(image_faults())),
        )
        yield Session("alone", [[api] * 4], [[image] * 2])
    pauses = rng.sample(api_throttles(), len(api_throttles()))
    yield Session("pauses", [[one] for one in pauses], [[one] for one in image_throttles()])
    yield Session("refused connections", unreachable=2)
    yield Session("unresolved names", unreachable=2)
    for refusal in api_refusals():
        yield Session("refusal", [[refusal]])


def _times(fault: Fault, rng: random.Random) -> int:
    """In a row. A second "not found" would be believed."""
    return 1 if fault.effect is Effect.UNKNOWN else rng.randint(1, 3)


def _tried_again(faults: Sequence[Fault]) -> Sequence[Fault]:
    return [one for one in faults if one.effect in (Effect.CUT, Effect.TROUBLE)]


def _is_cut(fault: Fault) -> bool:
    return fault.effect is Effect.CUT


def _slow_answer() -> Fault:
    """As an API in trouble gives it: late, and good."""
    return Fault("an answer after a minute", Effect.NONE, lambda s: [60.0, full(s), End.KEEP])


def _silence() -> Fault:
    """Longer than the program waits for a byte."""
    return Fault("silence", Effect.CUT, lambda _: [60.0, End.CLOSE])


# -- one run ------------------------------------------------------------------------------------


def _attend(session: Session, seed: int, folder: Path) -> Report:
    report = Report()
    with Vendor(seed) as vendor:
        home = Folder(folder, vendor.token, vendor.api_url)
        jobs = _script(session, vendor)
        if session.unreachable:
            _reach_later(session, vendor, home, report)
        else:
            ended = home.work(ids(jobs), give_up_s=60.0, limit_s=ANOTHER_WALK_S)
            if session.name == "refusal":
                report.look_at_refusal(vendor, jobs, ended)
                ended = home.work(None)
            report.look_at(vendor, jobs, ended, home)
    return report


def _script(session: Session, vendor: Vendor) -> list[ScriptedJob]:
    """Jobs with faults of their own, jobs with faults of their images, and some without any."""
    for number in range(max(HEALTHY, len(session.api))):
        if number < len(session.api):
            vendor.add_job(1, running=number % 2).faults = list(session.api[number])
        if number < HEALTHY:
            vendor.add_job(0, running=CHECKS, code=2038)
    for batch in _batched(session.images, 2):
        job = vendor.add_job(4)
        job.image_faults = {2 * index: list(faults) for index, faults in enumerate(batch)}
    vendor.add_job(2)
    return list(vendor.jobs.values())


def _batched(faults: Sequence[list[Fault]], size: int) -> Iterator[Sequence[list[Fault]]]:
    for start in range(0, len(faults), size):
        yield faults[start : start + size]


def _reach_later(session: Session, vendor: Vendor, home: Folder, report: Report) -> None:
    """Both origins are out of reach until a moment after the start."""
    later_s = SOON_S
    if session.name == "unresolved names":
        mend = unreachable.unnamed(vendor, home, home.root)
        if mend is None:
            report.not_run.append("names that do not resolve (no right to mount)")
            return
        mends = [mend]
    elif session.name == "slow to connect":
        later_s = AFTER_TIMEOUT_S
        mends = [unreachable.slow(vendor.api), unreachable.slow(vendor.images)]
    else:
        mends = [unreachable.refused(vendor.api), unreachable.refused(vendor.images)]
    jobs = list(vendor.jobs.values())
    running = home.start("-", "--until-idle", "--export", "-", text=ids(jobs))
    wait_until(lambda: (home.data / "holder.json").exists() or running.process.poll() is not None)
    timer = threading.Timer(later_s, lambda: [mend() for mend in mends])
    timer.start()
    ended = running.wait()
    timer.join()
    report.look_at(vendor, jobs, ended, home)
