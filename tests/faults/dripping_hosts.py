"""One image host of five sends next to nothing, and its images are the first to die."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

from faults import Effect, Fault, Served, full
from program import Folder
from promises import Report
from scripted_server import Answer, End, ScriptedServer
from table import Row
from vendor import ScriptedJob, Vendor, ids

SMALL, FULL = 4, 40
GIVING = 4  # hosts
DRIPS_S = 20.0  # then the connections are cut, and the host gives
TRIES = 9  # of an image, at most, until then
AT_ONCE_S = 15.0  # so soon all others are asked for: the program has to start its decoders
PROMISES = ("images that waited for a host that drips", "images lost or wrong", "duplicates")


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: images of each host."""
    row = Row("dripping hosts", f"{scale} images that drip, {GIVING * scale} of hosts that give")
    row.lost = dict.fromkeys(PROMISES, 0)
    with Vendor(seed) as vendor, ExitStack() as stack:
        hosts = [ScriptedServer(vendor.answer_image) for _ in range(GIVING)]
        for host in hosts:
            stack.enter_context(host)
        jobs = _jobs(vendor, hosts, scale)
        home = Folder(scratch, vendor.token, vendor.api_url)
        ended = home.work(ids(jobs), give_up_s=120.0, limit_s=300.0)
        _judge_order(vendor, hosts, row)
        report = Report()
        report.look_at(vendor, jobs, ended, home)
        for kind, words in report.findings:
            row.find(kind if kind in PROMISES else PROMISES[1], words)
    return row


def _jobs(vendor: Vendor, hosts: list[ScriptedServer], scale: int) -> list[ScriptedJob]:
    jobs = []
    drip = Fault("a drip", Effect.CUT, _Drip().answer)
    for _ in range(scale):
        dripping = vendor.add_job(1)
        dripping.lives_s = 3600
        dripping.image_faults = {0: [drip] * TRIES}
        jobs.append(dripping)
        for host in hosts:
            giving = vendor.add_job(1)
            giving.origin = f"http://127.0.0.1:{host.port}"
            jobs.append(giving)
    return jobs


class _Drip:
    """What a host answers from its first request on, for a while; then it gives."""

    def __init__(self) -> None:
        self._ends_at: float | None = None

    def answer(self, served: Served) -> Answer:
        if self._ends_at is None:
            self._ends_at = time.monotonic() + DRIPS_S
        seconds = max(0, round(self._ends_at - time.monotonic()))
        if not seconds:
            return [full(served)]
        head, _, body = full(served).partition(b"\r\n\r\n")
        steps: list[bytes | float | End] = [head + b"\r\n\r\n"]
        for place in range(seconds):
            steps += [body[place : place + 1], 1.0]
        return [*steps, End.CLOSE]


def _judge_order(vendor: Vendor, hosts: list[ScriptedServer], row: Row) -> None:
    """By when each image of a host that gives was asked for first."""
    given = [one.at for host in hosts for one in host.exchanges]
    asked = given + [one.at for one in vendor.images.exchanges]
    began = min(asked, default=0.0)
    row.measured["all others asked for within"] = f"{max(given, default=began) - began:.1f} s"
    for at in given:
        if at - began > AT_ONCE_S:
            row.find(PROMISES[0], f"asked for after {at - began:.1f} s")
