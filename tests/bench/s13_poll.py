"""S13: what a poll costs of processor time, all in, beside a bare GET of the same record."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

import httpx
from figure import Figure, ratio_of
from image_server import serving
from opened import program_over
from script import run

from dreamina_desktop.app.program import Program
from dreamina_desktop.files.locations import Locations

JOBS, ASKED, AT_ONCE = 200, 1_500, 8
GOAL = 1.2


def measure(rounds: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="dreamina-bench-") as folder:
        (Path(folder) / "served").mkdir()
        with serving(Path(folder) / "served") as url:
            return asyncio.run(_measure(url, Path(folder), max(rounds, 5)))


async def _measure(url: str, folder: Path, rounds: int) -> list[Figure]:
    Locations.at(folder / "data").create()
    ids = [f"j0302{n:014d}i-u12345-US:first@example.com-bot:dreamina" for n in range(JOBS)]
    pairs = []
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with (
        httpx.AsyncClient(base_url=url, limits=limits) as client,
        program_over(folder / "data", url, "user:1-bench", "--poll-interval", "0.05") as program,
    ):
        services = program.services
        await services.tracker.track("\n".join(ids))
        program.start_work()
        await _polled(program, ASKED)  # warms up; the first answers are news
        for _ in range(rounds):
            services.poller.resume()
            ours = await _cpu_a_request(_polled(program, ASKED))
            services.poller.pause()
            await asyncio.sleep(0.3)
            theirs = await _cpu_a_request(_got(client, ids))
            pairs.append((ours, theirs))
    ratio = ratio_of(pairs)
    ours_s, theirs_s = (sorted(costs)[len(costs) // 2] for costs in zip(*pairs, strict=True))
    return [
        Figure(
            "S13",
            f"processor time of a poll, all in (request, parse, store, tell), {AT_ONCE} at once",
            "a bare httpx GET",
            f"at most {GOAL}",
            str(ratio),
            ratio.median <= GOAL,
            ratio.median,
            (ratio.low, ratio.high),
            {"ours": f"{ours_s * 1e6:.0f} us", "bare": f"{theirs_s * 1e6:.0f} us"},
        )
    ]


async def _polled(program: Program, count: int) -> int:
    """Wait for so many answers; how many it were."""
    library = program.services.library
    answers = 0
    done = asyncio.Event()

    def count_one(_: object) -> None:
        nonlocal answers
        answers += 1
        if answers >= count:
            done.set()

    library.subscribe_to_checks(count_one)
    await done.wait()
    library._check_listeners._listeners.remove(count_one)
    return answers


async def _got(client: httpx.AsyncClient, ids: list[str]) -> int:
    left = [ids[n % JOBS] for n in range(ASKED)]

    async def get() -> None:
        while left:
            answer = await client.get(f"/images/{left.pop()}")
            assert answer.status_code == 200
            assert answer.content

    await asyncio.gather(*(get() for _ in range(AT_ONCE)))
    return ASKED


async def _cpu_a_request(work: Awaitable[int]) -> float:
    began = time.process_time()
    count = await work
    return (time.process_time() - began) / count


if __name__ == "__main__":
    run(measure)
