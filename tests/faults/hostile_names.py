"""Hostile IDs and prompts: one segment of a path on the wire, one plain name in the folder."""

from __future__ import annotations

import asyncio
import json
import random
import re
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

from pictures import picture
from program import Folder
from promises import MISTAKES
from scripted_server import Answer, Exchange, ScriptedServer
from table import Row
from vendor import BASE, TOKEN, Vendor, ids

from dreamina_desktop.api.client import DreaminaClient
from dreamina_desktop.api.http import make_tls_context
from dreamina_desktop.core.export import file_name
from dreamina_desktop.core.text.urls import parse_api_url
from dreamina_desktop.files.images import ImageFiles

SMALL, FULL = 1000, 50_000
# Jobs that run meanwhile: where an API knows one job after another not at all, none is given up.
HEALTHY, CHECKS = 4, 60
THROUGH_PROGRAM = 150  # IDs and prompts each, of the small scale; tenfold of the full one
NAMES_EVERY = 2  # of the cases are prompts
AT_ONCE = 8
PROMISES = (
    "requests outside /images/<one segment>",
    "paths outside the folders",
    "names that a system refuses",
    "uncaught exceptions",
)
_LINE = re.compile(
    rb"GET " + BASE.encode() + rb"/images/([!$&-.0-;=@-Z_a-z~]|%[0-9A-F]{2})+ HTTP/1.1"
)
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_FORBIDDEN = set('<>:"/\\|?*')

_PIECES = (
    *("..", ".", "/", "\\", "%2e%2e", "%2F", "%252e", "?", "#", "&", ";", "//", "@", ":", "+"),
    *("\r\n", "\n", "\0", "\t", " ", "\u00a0", "\u202e", "\u200b", "\ufeff", "\ud800", "\uff0f"),
    *("CON", "NUL", "com1", "aux.txt", "~", "$HOME", "`id`", "$(id)", "*", "-rf", "{}", "'", '"'),
    *("é", "e\u0301", "文", "🖼️", "x" * 300, "trailing.", "trailing ", "HTTP/1.1", "Host: evil"),
    *(
        "http://evil.test/",
        "https:",
        "user@evil.test",
        "[::1]",
        "jobs",
        "images",
        "a stunning aurora",
    ),
)
_ID = "j0302140530{:09d}i-u12345-US:{}@example.com-bot:dreamina"
_FIXED = (
    *(
        "",
        ".",
        "..",
        "../../etc/passwd",
        "..%2f..%2fassets",
        "%2e%2e",
        "/",
        "//evil.test/x",
        "\\..\\",
    ),
    *(
        "a/../../b",
        "x?y=z",
        "x#y",
        "x\r\nHost: evil",
        "x HTTP/1.1\r\n\r\nGET /",
        "\0",
        "😀",
        "\ud800",
    ),
)


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many IDs and prompts."""
    row = Row("hostile IDs and names", f"{scale:,} IDs and prompts")
    row.lost = dict.fromkeys(PROMISES, 0)
    words = list(_words(scale, random.Random(seed)))
    prompts, jobids = words[::NAMES_EVERY], words[1::NAMES_EVERY]
    asyncio.run(_ask_for(jobids, row))
    asyncio.run(_name_after(prompts, scratch / "names", row))
    count = THROUGH_PROGRAM * (10 if scale > SMALL else 1)
    _through_program(jobids[:count], prompts[:count], seed, scratch / "program", row)
    return row


def _words(count: int, rng: random.Random) -> Iterator[str]:
    """Anything that a paste, a record or an older database might hold."""
    yield from _FIXED[:count]
    for number in range(count - len(_FIXED)):
        pieces = "".join(rng.choices(_PIECES, k=rng.randint(1, 5)))
        yield _ID.format(number, pieces) if rng.random() < 0.3 else pieces


# -- IDs on the wire ----------------------------------------------------------------------------


def _silence(_exchange: Exchange) -> Answer:
    return [b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"]


async def _ask_for(jobids: Sequence[str], row: Row) -> None:
    """The API's client itself, whatever the window and the paste would have refused before."""
    with ScriptedServer(_silence) as server:
        api = parse_api_url(f"http://127.0.0.1:{server.port}{BASE}")
        client = DreaminaClient(api, await asyncio.to_thread(make_tls_context))
        client.use_token(TOKEN)
        places = asyncio.Semaphore(AT_ONCE)

        async def ask(jobid: str) -> None:
            async with places:
                try:
                    await client.job(jobid)
                except Exception as error:
                    row.find("uncaught exceptions", f"{error!r} for {jobid!r}")

        await asyncio.gather(*map(ask, jobids))
        await client.aclose()
        _check_requests(server, set(jobids), row)


def _check_requests(server: ScriptedServer, jobids: set[str], row: Row) -> None:
    for exchange in server.exchanges:
        line = exchange.request_line
        name = unquote(line.split(b" ")[1].rpartition(b"/")[2].decode("ascii", "replace"))
        is_plain = _LINE.fullmatch(line) and name not in (".", "..") and name in jobids
        if not is_plain or exchange.head.lower().count(b"\r\nhost:") != 1:
            row.find(PROMISES[0], f"{exchange.head[:200]!r}")


# -- prompts as names ---------------------------------------------------------------------------


async def _name_after(prompts: Sequence[str], root: Path, row: Row) -> None:
    """As the downloader does, with the program's own naming and storage."""
    images = root / "images"
    images.mkdir(parents=True)
    with ThreadPoolExecutor(2) as disk:
        files = ImageFiles(images, disk)
        for number, prompt in enumerate(prompts):
            part = root / "x.part"
            part.write_bytes(b"x")
            try:
                stem = file_name.stem(number, number % 4, prompt)
                kept = await files.keep(part, "2026-03-02", stem, "jpg")
                await files.discard(part)
            except (OSError, ValueError) as error:
                row.find("uncaught exceptions", f"{error!r} for {prompt!r}")
                continue
            if kept.parent != images / "2026-03-02" or not kept.is_file():
                row.find(PROMISES[1], f"{kept} for {prompt!r}")
            _check_name(kept, row)
    _check_folder(root, {images}, row)


def _check_folder(root: Path, allowed: set[Path], row: Row) -> None:
    for path in root.rglob("*"):
        if path.is_file() and not any(path.is_relative_to(folder) for folder in allowed):
            row.find(PROMISES[1], str(path))


def _check_name(file: Path, row: Row) -> None:
    """For Windows, macOS and Linux alike."""
    name = file.name
    bad = [
        c
        for c in name
        if c in _FORBIDDEN or (unicodedata.category(c)[0] in ("C", "Z") and c != " ")
    ]
    if bad or _RESERVED.fullmatch(name) or name != name.strip(" .") or len(name.encode()) > 200:
        row.find("names that a system refuses", repr(name))


# -- through the program ------------------------------------------------------------------------


def _through_program(
    jobids: Sequence[str], prompts: Sequence[str], seed: int, scratch: Path, row: Row
) -> None:
    """Hostile IDs as text and as records, hostile prompts from the API."""
    scratch.mkdir()
    records = "\n".join(json.dumps({"jobid": one, "status": "created"}) for one in jobids)
    text = "\n".join(jobids).encode(errors="replace").decode()
    with Vendor(seed) as vendor:
        for number, prompt in enumerate(prompts):
            job = vendor.add_job(0)
            job.prompt, job.pictures = prompt, [picture(seed + number, size=(16, 16))]
        for _ in range(HEALTHY):
            vendor.add_job(0, running=CHECKS, code=2038)
        jobs = list(vendor.jobs.values())
        home = Folder(scratch, vendor.token, vendor.api_url)
        ended = home.work(f"{text}\n{records}\n{ids(jobs)}")
        asked = {row["jobid"] for row in ended.rows}
        _check_requests(vendor.api, asked, row)
    if ended.code != 0 or any(mark in ended.err + home.log for mark in MISTAKES):
        row.find("uncaught exceptions", f"exit code {ended.code}: {(ended.err + home.log)[-1500:]}")
    for file in home.images:
        _check_name(file, row)
    known = {home.data, scratch / "home", scratch / "tmp"}
    _check_folder(scratch, known, row)
    saved = sum(image["state"] == "saved" for row in ended.rows for image in row["images"])
    if saved != len(prompts):
        row.find("uncaught exceptions", f"{saved} of {len(prompts)} images were saved")
