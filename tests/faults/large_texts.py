"""Texts of many megabytes, of every kind, by every way in: nothing that is in them is lost, all
else has its turn meanwhile, and no token stays.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path

from program import Folder, Running, wait_until
from table import Row

from dreamina_desktop.app.cli.options import parse
from dreamina_desktop.app.program import open_program
from dreamina_desktop.files.locations import Locations

SMALL, FULL = 1, 64  # megabytes of each text
IDS = 60  # in each text
NOBODY = "http://127.0.0.1:9/v1/dreamina"
TURN_S = 0.25  # of the processor's time; a promise of a twentieth of a second, by a slow machine
TOKEN = "user:4711-c4naryInALargeText"
PROMISES = ("IDs lost", "turns that came late", "tokens kept", "ends without a result")
Kind = Callable[[str], str]
Way = Callable[[Folder, str, str, Sequence[str], Row], None]
_ID = "j0302140530{:09d}i-u12345-US:user@example.com-bot:dreamina"


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: megabytes of each text."""
    given = _few() if scale == SMALL else tuple(product(KINDS, WAYS))
    row = Row("large texts", f"{len(given)} texts of {scale} MB")
    row.lost = dict.fromkeys(PROMISES, 0)
    rng = random.Random(seed)
    for number, (kind, way) in enumerate(given):
        ids = [_ID.format(rng.randrange(10, 10**9)) for _ in range(IDS)]
        home = Folder(scratch / str(number), "user:1-x", NOBODY)
        home.root.mkdir()
        text = _text(kind, ids, scale * 1024 * 1024, rng)
        way(home, f"{kind.__name__} {way.__name__}", text, ids, row)
    return row


def _few() -> Sequence[tuple[Kind, Way]]:
    return (
        *((_log, _by_paste), (_unclosed, _by_paste)),
        *((_record, _by_another_start), (_wrapped, _by_standard_input)),
    )


# -- the ways in --------------------------------------------------------------------------------


def _by_paste(home: Folder, what: str, text: str, ids: Sequence[str], row: Row) -> None:
    """The services of the program, on an event loop that somebody else needs, too."""

    async def paste() -> Sequence[str]:
        options = parse(["--data-dir", str(home.data), "--api-url", NOBODY])
        locations = Locations.at(home.data)
        locations.create()
        async with open_program(options, locations, None, None) as program:
            turns = asyncio.create_task(_longest_turn())
            await asyncio.sleep(0)
            await program.services.tracker.track(text)
            turns.cancel()
            longest_s = await turns
            if longest_s > TURN_S:
                row.find("turns that came late", f"{what}: {longest_s:.2f} s of the processor")
            return [job.jobid async for job in program.services.library.shown()]

    _check(home, what, ids, asyncio.run(paste()), row)


async def _longest_turn() -> float:
    """Of the processor's time, between two turns of ours."""
    longest_s, last_s = 0.0, time.process_time()
    try:
        while True:
            await asyncio.sleep(0)
            now_s = time.process_time()
            longest_s, last_s = max(longest_s, now_s - last_s), now_s
    except asyncio.CancelledError:
        return longest_s


def _by_another_start(home: Folder, what: str, text: str, ids: Sequence[str], row: Row) -> None:
    """A holder that waits for an API that never answers; a third start is not kept waiting."""
    holder = home.start("--until-idle", _ID.format(0))
    if not wait_until((home.data / "holder.json").exists):
        row.find("ends without a result", f"{what}: nobody listens")
        return
    large = home.start("-", "--export", "-", "--only", text=text)
    _ask_meanwhile(home, what, large, row)
    ended = large.wait()
    holder.end()
    holder.wait()
    _check(home, what, ids, [each["jobid"] for each in ended.rows], row)


def _ask_meanwhile(home: Folder, what: str, large: Running, row: Row) -> None:
    asked = home.run(_ID.format(1), "--export", "-", "--only")
    if asked.code != 0 or [each["jobid"] for each in asked.rows] != [_ID.format(1)]:
        row.find("turns that came late", f"{what}: {asked.code} {asked.err[-300:]}")


def _by_standard_input(home: Folder, what: str, text: str, ids: Sequence[str], row: Row) -> None:
    ended = home.run("-", "--until-idle", "--give-up", "0.2", "--export", "-", text=text)
    if ended.code != 3:
        row.find("ends without a result", f"{what}: {ended.code} {ended.err[-300:]}")
    _check(home, what, ids, [each["jobid"] for each in ended.rows], row)


def _check(home: Folder, what: str, ids: Sequence[str], got: Sequence[str], row: Row) -> None:
    if missing := set(ids) - set(got):
        row.find("IDs lost", f"{what}: {len(missing)} of {len(ids)}")
    kept = b"".join(file.read_bytes() for file in home.data.glob("*.sqlite3*"))
    if TOKEN.encode() in kept or TOKEN in home.log:
        row.find("tokens kept", what)


# -- the texts ----------------------------------------------------------------------------------


def _log(jobid: str) -> str:
    return f"2026-03-02 12:00:00,1 INFO {jobid} polled; Authorization: Bearer {TOKEN}\n"


def _column(jobid: str) -> str:
    return f"{jobid}\n"


def _record(jobid: str) -> str:
    images = [{"imageUrl": f"https://h.example/{'a' * 200}.jpg?x-expires=1"}]
    request = {"prompt": 'a "boat" {in} the rain ' * 9, "token": TOKEN}
    fields = {"jobid": jobid, "status": "created", "request": request}
    return json.dumps(fields | {"response": {"images": images}}, indent=2) + ",\n"


def _wrapped(jobid: str) -> str:
    return json.dumps({"body": _record(jobid)[:-2], "at": 1}) + "\n"


def _one_line(jobid: str) -> str:
    return json.dumps({"id": jobid, "with": ["x"] * 20}) + ","


def _unclosed(jobid: str) -> str:
    return f'{{ "never closed" [ {jobid} in a text with }} brackets \\" and quotes "\n'


def _spaceless(jobid: str) -> str:
    return "QUFB" * 50 + f'","{jobid}","'


KINDS: tuple[Kind, ...] = (_log, _column, _record, _wrapped, _one_line, _unclosed, _spaceless)
WAYS: tuple[Way, ...] = (_by_paste, _by_another_start, _by_standard_input)


def _text(kind: Kind, ids: Sequence[str], size: int, rng: random.Random) -> str:
    """The IDs are spread over it; all else is of the same kind."""
    return "".join(_pieces(kind, ids, size, rng))


def _pieces(kind: Kind, ids: Sequence[str], size: int, rng: random.Random) -> Iterator[str]:
    for jobid in ids:
        filling = kind(jobid.replace("j0302", "k0302").replace(":dreamina", ""))
        yield filling * (size // len(ids) // len(filling) - rng.randrange(3))
        yield kind(jobid)
