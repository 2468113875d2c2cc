"""S15: downloads, four at once, verified, hashed and on disk, beside curl and Pillow."""

from __future__ import annotations

import asyncio
import hashlib
import json
import multiprocessing
import os
import random
import subprocess
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from figure import Figure, ratio_of
from image_server import serving
from libraries import photograph
from opened import program_over, run_qt
from PIL import Image
from script import run

GOAL = 0.9
PHOTOGRAPHS, IMAGES, WARMING = 12, 80, 4


def measure(rounds: int) -> list[Figure]:
    rng = random.Random(15)
    with tempfile.TemporaryDirectory(prefix="dreamina-bench-") as folder:
        served = Path(folder) / "served"
        served.mkdir()
        for number in range(PHOTOGRAPHS):
            (served / f"{number}.jpeg").write_bytes(photograph(rng, (2560, 1440)))
        with serving(served) as url:
            return run_qt(_measure(url, Path(folder), max(rounds, 5)))


async def _measure(url: str, folder: Path, rounds: int) -> list[Figure]:
    urls = [f"{url}/{number % PHOTOGRAPHS}.jpeg" for number in range(IMAGES)]
    size_mb = sum((folder / "served" / u.rsplit("/", 1)[1]).stat().st_size for u in urls) / 1e6
    pairs = []
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        for turn in range(rounds + 1):
            data, files = (Path(tempfile.mkdtemp(dir=folder)) for _ in range(2))
            ours = await _ours(urls, data)
            theirs = await _theirs(pool, urls, files)
            if turn:  # the first one warms up
                pairs.append((theirs, ours))  # seconds the other way round: bytes a second
    ratio = ratio_of(pairs)
    theirs, ours = (sorted(times)[len(times) // 2] for times in zip(*pairs, strict=True))
    return [
        Figure(
            "S15",
            "downloads: bytes a second, four at once, verified, hashed and fsynced",
            "curl -o, Pillow load(), SHA-256 and fsync in two processes",
            f"at least {GOAL}",
            str(ratio),
            ratio.median >= GOAL,
            ratio.median,
            (ratio.low, ratio.high),
            {"ours": f"{size_mb / ours:.0f} MB/s", "theirs": f"{size_mb / theirs:.0f} MB/s"},
        )
    ]


async def _ours(urls: list[str], data: Path) -> float:
    """By the program's own downloader, from pasted records; its workers run already."""
    async with program_over(data) as program:
        services = program.services
        await services.tracker.track(_records(urls[:WARMING], "1"))
        program.start_work()
        while services.library.saved_count < WARMING:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        services.downloader.pause()
        await services.tracker.track(_records(urls, "2"))
        done = asyncio.Event()
        services.library.subscribe(
            lambda _: done.set() if services.library.saved_count >= WARMING + len(urls) else None
        )
        began = time.perf_counter()
        services.downloader.resume()
        await asyncio.wait_for(done.wait(), 120)
        return time.perf_counter() - began


def _records(urls: list[str], kind: str) -> str:
    return json.dumps(
        [
            {
                "jobid": f"j0302{kind}{n:013d}i-u12345-US:first@example.com-bot:dreamina",
                "type": "image",
                "status": "completed",
                "request": {"prompt": "a boat"},
                "response": {"images": [{"imageUrl": url, "width": 2560, "height": 1440}]},
            }
            for n, url in enumerate(urls)
        ]
    )


async def _theirs(pool: ProcessPoolExecutor, urls: list[str], folder: Path) -> float:
    loop = asyncio.get_running_loop()
    files = [folder / f"{number}.jpeg" for number in range(len(urls))]
    await asyncio.gather(*(loop.run_in_executor(pool, _warm) for _ in range(2)))
    began = time.perf_counter()
    work = zip(urls, files, strict=True)
    await asyncio.gather(*(loop.run_in_executor(pool, fetch, *each) for each in work))
    return time.perf_counter() - began


def _warm() -> None:
    Image.init()
    time.sleep(0.2)  # so that the other process takes the other one


def fetch(url: str, file: Path) -> str:
    """The reference, one image."""
    subprocess.run(["curl", "-s", "-o", file, url], check=True)
    with Image.open(file) as image:
        image.load()
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        os.fsync(stream.fileno())
    return digest


if __name__ == "__main__":
    run(measure)
