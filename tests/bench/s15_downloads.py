"""S15: downloads, four at once, verified, hashed and on disk, beside curl and Pillow; alone, and
with one host of five that drips and whose images are the first to die.
"""

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
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

from figure import Figure, ratio_of
from image_server import serving
from libraries import photograph
from opened import program_over, run_qt
from PIL import Image
from script import run

GOAL = 0.9
ALONE = "downloads: bytes a second, four at once, verified, hashed and fsynced"
BESIDE_A_DRIP = "the same from four hosts, beside a fifth one that drips"
PHOTOGRAPHS, IMAGES, WARMING = 12, 80, 4
GIVING = 4  # hosts


def measure(rounds: int) -> list[Figure]:
    rng = random.Random(15)
    with tempfile.TemporaryDirectory(prefix="dreamina-bench-") as folder, ExitStack() as stack:
        served = Path(folder) / "served"
        served.mkdir()
        for number in range(PHOTOGRAPHS):
            (served / f"{number}.jpeg").write_bytes(photograph(rng, (2560, 1440)))
        hosts = [stack.enter_context(serving(served)) for _ in range(GIVING)]
        return run_qt(_measure(hosts, Path(folder), max(rounds, 5)))


async def _measure(hosts: list[str], folder: Path, rounds: int) -> list[Figure]:
    one = [f"{hosts[0]}/{number % PHOTOGRAPHS}.jpeg" for number in range(IMAGES)]
    four = [f"{hosts[n % GIVING]}/{n % PHOTOGRAPHS}.jpeg" for n in range(IMAGES)]
    size_mb = sum((folder / "served" / u.rsplit("/", 1)[1]).stat().st_size for u in one) / 1e6
    alone, beside = [], []  # seconds the other way round: bytes a second
    async with _dripping() as drip:
        with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
            for turn in range(rounds + 1):
                folders = [Path(tempfile.mkdtemp(dir=folder)) for _ in range(4)]
                ours = await _ours(one, folders[0])
                theirs = await _theirs(pool, one, folders[1])
                ours_beside = await _ours(four, folders[2], [f"{drip}/{n}" for n in range(IMAGES)])
                if turn:  # the first one warms up
                    alone.append((theirs, ours))
                    beside.append((await _theirs(pool, four, folders[3]), ours_beside))
    return [
        _figure(ALONE, alone, size_mb),
        _figure(BESIDE_A_DRIP, beside, size_mb),
    ]


def _figure(what: str, pairs: list[tuple[float, float]], size_mb: float) -> Figure:
    ratio = ratio_of(pairs)
    theirs, ours = (sorted(times)[len(times) // 2] for times in zip(*pairs, strict=True))
    return Figure(
        "S15",
        what,
        "curl -o, Pillow load(), SHA-256 and fsync in two processes",
        f"at least {GOAL}",
        str(ratio),
        ratio.median >= GOAL,
        ratio.median,
        (ratio.low, ratio.high),
        {"ours": f"{size_mb / ours:.0f} MB/s", "theirs": f"{size_mb / theirs:.0f} MB/s"},
    )


@asynccontextmanager
async def _dripping() -> AsyncIterator[str]:
    """The URL of a host that sends a byte a second."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not writer.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(1)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def _ours(urls: list[str], data: Path, dripping: Sequence[str] = ()) -> float:
    """By the program's own downloader, from pasted records; its workers run already. `dripping`:
    URLs beside them that would die first, and are not waited for."""
    async with program_over(data) as program:
        services = program.services
        await services.tracker.track(_records(urls[:WARMING], "1"))
        program.start_work()
        while services.library.saved_count < WARMING:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        services.downloader.pause()
        dying = [f"{url}?x-expires={time.time() + 3600:.0f}" for url in dripping]
        await services.tracker.track(_records([*dying, *urls], "2"))
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
