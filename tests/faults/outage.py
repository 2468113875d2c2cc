"""Ten minutes without the API and 500 jobs that wait, with the real services in virtual time."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from table import Row

from dreamina_desktop.core.jobs.answer import Trouble
from dreamina_desktop.services.traffic.poll_status import PollLimits

# The clock and the adapters in memory of the services' own tests.
sys.path.append(str(Path(__file__).parents[1] / "services"))

from fake_clock import VirtualTimeLoop
from fakes import created
from world import World

SMALL, FULL = 500, 500
BEFORE_S = 130.0  # every job was asked once
OUTAGE_S = 600.0
AFTER_S = 480.0  # the longest back-off, and then one after another
MOST = 60  # requests in the outage
LIMITS = PollLimits(interval_s=10.0, at_once=8, per_second=4.0)
PROMISES = ("requests too many in the outage", "starts above the ceiling", "jobs forgotten")


@dataclass(frozen=True)
class Outage:
    name: str
    answer: Trouble
    latency_s: float


OUTAGES = (
    Outage("refused", Trouble("The connection was refused.", network=True), 0.01),
    Outage("time-outs", Trouble("No answer in time.", network=True), 30.0),
    Outage("503", Trouble("The API answered 503."), 0.05),
)


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many jobs wait."""
    row = Row("outage of ten minutes", f"{len(OUTAGES)} outages x {scale:,} jobs, virtual time")
    row.lost = dict.fromkeys(PROMISES, 0)
    for outage in OUTAGES:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            asked = runner.run(_suffer(outage, scale))
        _judge(outage, asked, scale, row)
    return row


async def _suffer(outage: Outage, count: int) -> Sequence[tuple[float, str]]:
    """When each job was asked."""
    world = World(LIMITS)
    world.api.counts = False
    usual_s = world.api.latency_s

    def is_out() -> bool:
        return BEFORE_S <= world.clock.monotonic() < BEFORE_S + OUTAGE_S

    world.answer(lambda jobid, _: outage.answer if is_out() else created(jobid))
    await world.start(downloads=False)
    await world.track_many(count)
    await world.advance(BEFORE_S - world.clock.monotonic())
    world.api.latency_s = outage.latency_s
    await world.advance(OUTAGE_S)
    world.api.latency_s = usual_s
    await world.advance(AFTER_S)
    await world.end()
    return tuple(world.api.asked)


def _judge(outage: Outage, asked: Sequence[tuple[float, str]], count: int, row: Row) -> None:
    end = BEFORE_S + OUTAGE_S
    during = [at for at, _ in asked if BEFORE_S <= at < end]
    after = [(at, jobid) for at, jobid in asked if at >= end]
    for _ in during[MOST:]:
        row.find(PROMISES[0], f"{outage.name}: {len(during)}")
    assert LIMITS.per_second is not None
    least = 1 / LIMITS.per_second - 1e-6
    for (before, _), (later, _) in itertools.pairwise(after):
        if later - before < least:
            row.find(PROMISES[1], f"{outage.name}: {later - before:.3f} s between two starts")
    for _ in range(count - len({jobid for _, jobid in after})):
        row.find(PROMISES[2], f"{outage.name}: not asked again within {AFTER_S:.0f} s")
    peak = max((_in_one_second(at, after) for at, _ in after), default=0)
    row.measured[outage.name] = f"{len(during)} requests, then {peak} a second"


def _in_one_second(start: float, asked: Sequence[tuple[float, str]]) -> int:
    return sum(start <= at < start + 1 - 1e-6 for at, _ in asked)
