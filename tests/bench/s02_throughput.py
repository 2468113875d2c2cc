"""S2: thumbnails a second, by the program's thumbnailer with its store and its two processes, and
decodings at an eighth by two threads.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from figure import Figure, ratio_of
from limit import MISSING, decode, is_there
from opened import copy_of, library, program_over, run_qt
from script import run

from dreamina_desktop.app.program import Program
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.services.thumbnails.thumbnailer import BATCH

WHAT, AGAINST = "thumbnails a second, made and stored, two processes", "two threads at 1/8 only"
GOAL = 0.92
JOBS, IMAGES, WARMING = 200, 400, 16
LIBRARY = {"files": IMAGES, "running": 0}


def measure(rounds: int) -> list[Figure]:
    if not is_there():
        return [Figure("S2", WHAT, AGAINST, f"at least {GOAL}", "–", reason=MISSING)]
    return run_qt(_measure(max(rounds, 5)))


async def _measure(rounds: int) -> list[Figure]:
    made = await library(JOBS, **LIBRARY)
    pairs, alone = [], list[float]()
    for turn in range(rounds + 1):
        with copy_of(made) as data:
            async with program_over(data) as program:
                files = await _files(program)
                warming, timed = list(files)[:WARMING], list(files)[WARMING:]
                program.services.supervisor.keep(program.services.thumbnailer.run, "thumbnailer")
                await _ours(program, warming)
                ours = await _ours(program, timed)
                some = [files[key] for key in timed]
                made_only = await _made_only(program, some)
                limit = await asyncio.to_thread(_limit, some)
        if turn:  # the first one warms up
            alone.append(made_only)
            pairs.append((limit, ours))  # seconds the other way round: thumbnails a second
    ratio = ratio_of(pairs)
    limit, ours = map(_median, zip(*pairs, strict=True))
    return [
        Figure(
            "S2",
            WHAT,
            AGAINST,
            f"at least {GOAL}",
            str(ratio),
            ratio.median >= GOAL,
            ratio.median,
            (ratio.low, ratio.high),
            {
                "ours": f"{len(timed) / ours:.0f} a second",
                "made by the same two, not stored": f"{len(timed) / _median(alone):.0f} a second",
                "the limit": f"{len(timed) / limit:.0f} a second",
            },
        )
    ]


def _median(times: Sequence[float]) -> float:
    return sorted(times)[len(times) // 2]


async def _made_only(program: Program, files: Sequence[Path]) -> float:
    """Seconds that the two processes take, always with something to do."""
    left = list(files)

    async def one_after_the_other() -> None:
        while left:
            some, left[:BATCH] = left[:BATCH], []
            await program.services.thumbnailer._imaging.thumbnails(some)

    began = time.perf_counter()
    await asyncio.gather(one_after_the_other(), one_after_the_other())
    return time.perf_counter() - began


async def _files(program: Program) -> Mapping[ImageKey, Path]:
    """The newest images, which have files."""
    shelf = program.services.library
    saved = await shelf.saved_files(ImageKey(0, 0), 10_000)
    newest = dict(sorted(saved, reverse=True)[:IMAGES])
    await shelf.fetch(key.number for key in newest)
    return {key: Path(file) for key, file in newest.items()}


async def _ours(program: Program, keys: Sequence[ImageKey]) -> float:
    """Seconds until all are told, and stored."""
    left, told = set(keys), asyncio.Event()

    def note(jpegs: Mapping[ImageKey, bytes | None]) -> None:
        assert None not in jpegs.values()
        left.difference_update(jpegs)
        if not left:
            told.set()

    program.services.thumbnailer.subscribe(note)
    began = time.perf_counter()
    program.services.thumbnailer.want("bench", keys)
    await asyncio.wait_for(told.wait(), 120)
    return time.perf_counter() - began


def _limit(files: Sequence[Path]) -> float:
    # At the workers' low priority: other work on the machine takes as much from one as the other.
    with ThreadPoolExecutor(2, initializer=lambda: os.nice(10)) as pool:
        began = time.perf_counter()
        list(pool.map(decode, files))
        return time.perf_counter() - began


if __name__ == "__main__":
    run(measure)
