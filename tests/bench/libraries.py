"""Makes libraries of any size, by seed: `python libraries.py FOLDER --jobs 100000`, to be opened
with `dreamina-desktop --data-dir FOLDER`.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import apsw
from PIL import Image

from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.library.thumbnails import TABLES
from dreamina_desktop.sandbox.pictures.painter import draw

NOW = 1_780_000_000.0  # of the newest job; Unix seconds
DAY_S = 86_400.0
_WORDS = """
    aurora over lake red boat portrait of a woman in kimono neon city street rain cinematic lighting
    4k ultra detailed mountain sunrise fox forest studio product shot watch marble macro glass
    vintage car desert dunes astronaut film grain golden hour 35mm close up
""".split()  # noqa: SIM905
_CHINESE = "红色世界山水夜景城市少女森林猫咪星空海洋古风建筑汽车光影"
_MODELS = ("seedream-4.5", "seedream-4.0", "jimeng-3.1", "nanobanana-pro")
_RATIOS = {"16:9": (2560, 1440), "1:1": (2048, 2048), "9:16": (1440, 2560), "4:3": (2304, 1728)}
_ACCOUNTS = (
    "u12345-US:first@example.com",
    "u12345-US:second@example.com",
    "u12345-CA:third@example.com",
)
_BATCH = 40  # jobs of one paste
_SCENES = [
    *("aurora over a lake", "portrait of a woman", "neon city street", "red boat", "paper fox"),
    *("mountain sunrise", "tea in the kitchen", "desert dunes", "autumn forest", "ringed planet"),
    *("meadow with poppies", "botanical poster", "lighthouse on a cliff"),
]


def make_library(
    folder: Path,
    jobs: int,
    seed: int = 1,
    *,
    thumbnails: int = 0,
    files: int = 0,
    running: int = 5,
    drawn: bool = False,
) -> None:
    """`thumbnails`: of so many of the newest images; `files`: so many real JPEGs of 2560x1440
    behind the newest saved images, `drawn` by the sandbox instead of of noise; `running`: of the
    newest jobs. The folder must not be there."""
    folder.mkdir(parents=True)
    rng = random.Random(seed)
    connection = apsw.Connection(str(folder / "library.sqlite3"))
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF")
    with connection:
        for migration in MIGRATIONS:
            connection.execute(migration)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.executemany(
            "INSERT INTO batch VALUES (?, ?, ?)",
            (
                (b + 1, _at(b * _BATCH, jobs), min(_BATCH, jobs - b * _BATCH))
                for b in range(-(-jobs // _BATCH))
            ),
        )
        images: list[tuple[object, ...]] = []
        rows = _jobs(jobs, rng, running, images)
        connection.executemany(
            "INSERT INTO job VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, 0, '', NULL, NULL)", rows
        )
        connection.executemany(
            "INSERT INTO image VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', NULL, '', '')", images
        )
    connection.close()
    newest = [(int(str(i[0])), int(str(i[1]))) for i in reversed(images)]
    if files:
        _make_files(folder, images[::-1][:files], _drawn() if drawn else _noisy(rng))
    if thumbnails:
        _make_thumbnails(folder / "thumbnails.sqlite3", newest[:thumbnails], rng)


def photograph(rng: random.Random, size: tuple[int, int], quality: int = 90) -> bytes:
    """A JPEG with soft areas, edges and grain, as a photograph has."""
    small = Image.frombytes("RGB", (24, 16), rng.randbytes(24 * 16 * 3))
    picture = small.resize(size, Image.Resampling.BICUBIC)
    grain = Image.frombytes("L", (256, 256), rng.randbytes(256 * 256)).resize(size)
    picture = Image.blend(picture, Image.merge("RGB", (grain, grain, grain)), 0.12)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def _at(index: int, jobs: int) -> float:
    """500 images a day."""
    return NOW - (jobs - index) * DAY_S / 160


def _prompt(rng: random.Random) -> str:
    if rng.random() < 0.2:
        return "".join(rng.choices(_CHINESE, k=rng.randint(8, 60)))
    return " ".join(rng.choices(_WORDS, k=rng.randint(5, 50)))


def _jobs(
    jobs: int,
    rng: random.Random,
    running: int,
    images: list[tuple[object, ...]],
) -> Iterator[tuple[object, ...]]:
    made: list[str] = []  # references to some of the images so far
    for index in range(jobs):
        number, at = index + 1, _at(index, jobs)
        user_account = _ACCOUNTS[min(rng.randrange(6) // 2, 2)]
        jobid = f"j0302{index:014d}i-{user_account}-bot:dreamina"
        batch = index // _BATCH + 1
        if index >= jobs - running:
            yield number, jobid, batch, at, "polling", None, "", None
            continue
        chance = rng.random()
        count = 0 if chance < 0.06 else 4 if chance < 0.5 else rng.randint(1, 4)
        raw = _record(jobid, at, count, rng, user_account, made)
        yield number, jobid, batch, at, "done", raw, "server", at + 60.0
        for image in range(count):
            file = f"images/day/{number:06d}-{image + 1}.jpeg"
            images.append((number, image, "saved", file, 2560, 1440, 1_500_000, "0" * 64))


def _record(
    jobid: str, at: float, count: int, rng: random.Random, account: str, made: list[str]
) -> bytes:
    ratio = rng.choice(tuple(_RATIOS))
    width, height = _RATIOS[ratio]
    created = _iso(at)
    request = {
        "prompt": _prompt(rng),
        "model": rng.choice(_MODELS),
        "ratio": ratio,
        "resolution": rng.choice(("2k", "2k", "4k")),
    }
    address = account.split("-", 1)[1]
    record = {
        "jobid": jobid,
        "type": "image",
        "status": "completed" if count else "failed",
        "model": request["model"],
        "created": created,
        "updated": _iso(at + rng.lognormvariate(3.5, 0.4)),
        "request": request,
        "response": {
            "images": [
                {
                    "imageUrl": f"https://p16.example.com/tos-{jobid[5:19]}-{image}.jpeg"
                    f"?x-expires=1780003600&x-signature={rng.getrandbits(128):032x}",
                    "imageUri": f"tos-{jobid[5:19]}-{image}",
                    "width": width,
                    "height": height,
                    "format": "jpeg",
                    "assetId": str(rng.getrandbits(60)),
                    "assetRef": f"{address}-image:w{width}:h{height}:s1500000"
                    f"-uri:tos-{jobid[5:19]}-{image}",
                }
                for image in range(count)
            ]
        },
        "code": 200 if count else rng.choice((2038, 2039, 1180)),
    }
    if not count:
        record["error"] = "ContentFiltered"
    if made and number_of(jobid) % 4 == 0:
        request["imageRef_1"] = made[number_of(jobid) % len(made)]
    if count:
        reference = f"{address}-image:w{width}:h{height}:s1500000-uri:tos-{jobid[5:19]}-0"
        made[:] = [*made[-200:], reference]
    return json.dumps(record, ensure_ascii=False).encode()


def number_of(jobid: str) -> int:
    """Its place in the library: IDs count."""
    return int(jobid[5:19])


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _noisy(rng: random.Random) -> list[list[bytes]]:
    return [[photograph(rng, (2560, 1440))] for _ in range(12)]


def _drawn() -> list[list[bytes]]:
    """Of each scene two, to look at."""
    return [[draw(scene, index, 2560, 1440) for index in range(2)] for scene in _SCENES]


def _make_files(
    folder: Path, images: list[tuple[object, ...]], originals: list[list[bytes]]
) -> None:
    """A few different pictures, each under several names (a link costs no room); those of one job
    are alike."""
    first: dict[tuple[int, int], Path] = {}
    connection = apsw.Connection(str(folder / "library.sqlite3"))
    with connection:
        for number, index, _, name, *_rest in images:
            scene = int(str(number)) % len(originals)
            kind = int(str(index)) % len(originals[scene])
            data = originals[scene][kind]
            file = folder / str(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            if (scene, kind) in first:
                file.hardlink_to(first[scene, kind])
            else:
                file.write_bytes(data)
                first[scene, kind] = file
            connection.execute(
                "UPDATE image SET size_bytes = ?, sha256 = ? WHERE number = ? AND idx = ?",
                (len(data), hashlib.sha256(data).hexdigest(), number, index),
            )
    connection.close()


def _make_thumbnails(file: Path, keys: list[tuple[int, int]], rng: random.Random) -> None:
    jpegs = [photograph(rng, (320, 180), 80) for _ in range(24)]
    connection = apsw.Connection(str(file))
    connection.execute("PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    with connection:
        for migration in TABLES:
            connection.execute(migration)
        connection.execute(f"PRAGMA user_version = {len(TABLES)}")
        connection.executemany(
            "INSERT INTO picture VALUES (?, ?, 320, ?)",
            ((number, index, jpegs[(number + index) % 24]) for number, index in keys),
        )
        connection.executemany("INSERT INTO shown VALUES (?, ?, 320, 0)", keys)
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--thumbnails", type=int, default=0)
    parser.add_argument("--files", type=int, default=0)
    parser.add_argument("--running", type=int, default=5)
    parser.add_argument("--drawn", action="store_true", help="files to look at, not of noise")
    given = parser.parse_args()
    make_library(
        given.folder,
        given.jobs,
        given.seed,
        thumbnails=given.thumbnails,
        files=given.files,
        running=given.running,
        drawn=given.drawn,
    )


if __name__ == "__main__":
    main()
