"""S14: requests until a completion is noticed, and seconds until it is, over 1,000 jobs whose
durations the program does not know; the real poller in virtual time, against the vendor's loop.
And beside 10,000 jobs that run on and on, at the ceiling: seconds until one is noticed that is
likely done.
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from figure import Figure, Ratio, ratio_of
from script import run

from dreamina_desktop.core.jobs.answer import JobAnswer
from dreamina_desktop.services.library import ChangeSet
from dreamina_desktop.services.traffic.poll_status import PollLimits

# The clock and the adapters in memory of the services' own tests.
sys.path.append(str(Path(__file__).parents[1] / "services"))

from fake_clock import WALL_AT_START, VirtualTimeLoop
from fakes import created, failed, found, job_id, raw_record
from world import World

JOBS = 1000
EVERY_S = 6.0  # a new job
SIGMA = 0.25
MEDIANS_S = {("a", "2k"): 24.0, ("a", "4k"): 65.0, ("b", "2k"): 40.0, ("b", "4k"): 120.0}
INTERVAL_S = 10.0
LIMITS = PollLimits(interval_s=INTERVAL_S, per_second=None)
REQUESTS_GOAL, DELAY_GOAL = 0.7, 1.0
RUNNING = 10_000  # at the ceiling of four requests a second
NEW, NEW_EVERY_S, NEW_TAKES_S = 200, 10.0, 60.0
P90_GOAL_S = 120.0


def measure(rounds: int) -> list[Figure]:
    requests, delays = [], []
    for seed in range(max(rounds, 5)):
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            ours, theirs = runner.run(_simulate(seed))
        requests.append((ours[0], theirs[0]))
        delays.append((ours[1], theirs[1]))
    return [
        _figure("requests until a completion is noticed", REQUESTS_GOAL, ratio_of(requests)),
        _figure("seconds until it is noticed", DELAY_GOAL, ratio_of(delays)),
        _beside_many(),
    ]


def _beside_many() -> Figure:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        delays = sorted(runner.run(_delays_beside_many()))
    p90 = delays[len(delays) * 9 // 10]
    what = f"seconds until one likely done is noticed, p90, {RUNNING:,} running"
    goal, is_met = f"at most {P90_GOAL_S:g}", p90 <= P90_GOAL_S
    details = {"longest": f"{delays[-1]:.0f} s"}
    return Figure("S14", what, "-", goal, f"{p90:.0f}", is_met, details=details)


async def _delays_beside_many() -> list[float]:
    """Of new jobs, one after another, when each of the others was seen to run for long."""
    world = World(PollLimits(interval_s=INTERVAL_S, per_second=4.0), jitter=0.5)
    world.api.counts = False
    done_at: dict[str, float] = {}
    noticed: dict[str, float] = {}

    def answer(jobid: str, _: int) -> JobAnswer:
        now = world.clock.monotonic()
        if now < done_at.get(jobid, math.inf):
            return created(jobid)
        noticed.setdefault(jobid, now)
        return failed(jobid)

    world.answer(answer)
    await world.start(downloads=False)
    await world.track_many(RUNNING)
    await world.advance(RUNNING / 4 + 300)
    rng = random.Random(1)
    for n in range(NEW):
        jobid = job_id(RUNNING + 1 + n)
        done_at[jobid] = world.clock.monotonic() + NEW_TAKES_S * math.exp(rng.gauss(0, SIGMA))
        await world.track(jobid)
        await world.advance(NEW_EVERY_S)
    await world.advance(3600)
    await world.end()
    return [noticed.get(jobid, math.inf) - at for jobid, at in done_at.items()]


def _figure(what: str, goal: float, ratio: Ratio) -> Figure:
    is_met, spread = round(ratio.median, 2) <= goal, (ratio.low, ratio.high)
    against = "the vendor's loop, every 10 s"
    return Figure("S14", what, against, f"at most {goal}", str(ratio), is_met, ratio.median, spread)


async def _simulate(seed: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """(requests, seconds of delay) a job, of the program and of the vendor's loop."""
    rng = random.Random(seed)
    world = World(LIMITS, jitter=0.5)
    world.api.counts = False
    kinds = [rng.choice(tuple(MEDIANS_S)) for _ in range(JOBS)]
    takes = [MEDIANS_S[kind] * math.exp(rng.gauss(0, SIGMA)) for kind in kinds]
    began = [EVERY_S * (n + rng.random()) for n in range(JOBS)]
    by_id = {job_id(n + 1): n for n in range(JOBS)}
    noticed: dict[int, float] = {}

    def answer(jobid: str, _: int) -> JobAnswer:
        n = by_id[jobid]
        model, resolution = kinds[n]
        made = _iso(began[n])
        fields = {"created": made, "request": {"model": model, "resolution": resolution}}
        if world.clock.monotonic() < began[n] + takes[n]:
            return created(jobid, **fields)
        done = {"updated": _iso(began[n] + takes[n]), "response": {"images": []}}
        return found(raw_record(jobid, "completed", **fields, **done))

    def notice(changes: ChangeSet) -> None:
        for number in changes.jobs:
            job = world.library.job(number)
            if job.status == "completed":
                noticed.setdefault(by_id[job.jobid], world.clock.monotonic())

    world.library.subscribe(notice)
    world.answer(answer)
    world.server_clock.heard(WALL_AT_START)
    await world.start(downloads=False)
    for n in range(JOBS):
        await world.advance(began[n] - world.clock.monotonic())
        await world.track(job_id(n + 1))
    await world.advance(3600)
    await world.end()
    # The loop of the vendor's documents: ask, sleep ten seconds, ask again (docs/api.md). An answer
    # takes it as long as it takes the program.
    period_s = INTERVAL_S + world.api.latency_s
    looks = [math.ceil(seconds / period_s) + 1 for seconds in takes]
    delays = [
        (look - 1) * period_s + world.api.latency_s - seconds
        for look, seconds in zip(looks, takes, strict=True)
    ]
    ours = [noticed[n] - began[n] - takes[n] for n in range(JOBS)]
    return (
        (len(world.api.asked) / JOBS, sum(ours) / JOBS),
        (sum(looks) / JOBS, sum(delays) / JOBS),
    )


def _iso(at: float) -> str:
    time = datetime.fromtimestamp(WALL_AT_START, UTC) + timedelta(seconds=at)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


if __name__ == "__main__":
    run(measure)
