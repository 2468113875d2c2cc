"""Every kind of trouble ends a run without a window, so many seconds after the last progress, and
is named.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from faults import Effect, Fault, response
from program import Ended, Folder
from promises import EXIT_GAVE_UP, MISTAKES
from table import Row
from vendor import ScriptedJob, Vendor, ids

GIVE_UP_S = (5, 30)
AT_ONCE = 6  # runs: they wait nearly all the time
START_S = 20.0  # a start and an end, on a machine that does much else
FOR_EVER = 100_000
LATE, EARLY, WORDLESS = "ends that came late", "ends that came early", "ends without the reason"
LOST, UNCAUGHT = "jobs or images written off", "uncaught exceptions"
PROMISES = (LATE, EARLY, WORDLESS, LOST, UNCAUGHT)


Prepare = Callable[[Vendor], Sequence[ScriptedJob]]


@dataclass(frozen=True)
class Kind:
    """A trouble that never ends. `at_once`: nothing mends it but the user."""

    name: str
    words: str  # of the reason
    prepare: Prepare
    at_once: bool = False
    token: str | None = None
    is_reachable: bool = True


def _always(status: str, body: bytes = b"", *headers: str) -> list[Fault]:
    kind = "application/json" if body.startswith(b"{") else "text/html"
    answer = response(body, kind, status, *headers)
    return [Fault(status, Effect.TROUBLE, lambda _: [answer])] * FOR_EVER


def _of_api(status: str, body: bytes = b"", *headers: str, jobs: int = 2) -> Prepare:
    def prepare(vendor: Vendor) -> Sequence[ScriptedJob]:
        made = [vendor.add_job(1) for _ in range(jobs)]
        for job in made:
            job.faults = _always(status, body, *headers)
        return made

    return prepare


def _of_host(status: str, *headers: str) -> Prepare:
    def prepare(vendor: Vendor) -> Sequence[ScriptedJob]:
        job = vendor.add_job(1)
        job.image_faults[0] = _always(status, b"", *headers)
        return [job]

    return prepare


def _host_away(vendor: Vendor) -> Sequence[ScriptedJob]:
    job = vendor.add_job(1)
    job.origin = "http://127.0.0.1:9"
    return [job]


def _well(vendor: Vendor) -> Sequence[ScriptedJob]:
    return [vendor.add_job(1)]


UNKNOWN = b'{"error": "Job not found"}'
PAUSE = "Retry-After: 3600"
KINDS = (
    Kind("a long Retry-After", "asks for a pause", _of_api("429 Busy", b"{}", PAUSE)),
    Kind("an address that knows no job", "no record", _of_api("404 X", UNKNOWN, jobs=6)),
    Kind("403 in no words", "The API answered 403", _of_api("403 Forbidden", b"<html>")),
    Kind("a host's long Retry-After", "asks for a pause", _of_host("429 Busy", PAUSE)),
    Kind("429 without a time", "asks for a pause", _of_api("429 Busy")),
    Kind("500", "The API answered 500", _of_api("500 Broken")),
    Kind("596", "The API answered 596", _of_api("596 Session", b'{"error": "Expired"}')),
    Kind("404 in no words", "The API answered 404", _of_api("404 Not Found", b"<html>")),
    Kind("a web page", "a web page instead of a record", _of_api("200 OK", b"<html>")),
    Kind("a redirect", "wants to redirect", _of_api("302 Found", b"", "Location: /x")),
    Kind("503 of a host", "The image host answered 503", _of_host("503 Busy")),
    Kind("a host that is away", "The image host does not answer", _host_away),
    Kind("no connection", "The API does not answer", _well, is_reachable=False),
    Kind("no token", "There is no token", _well, at_once=True, token=""),
    Kind("a wrong token", "refused the token", _well, at_once=True, token="user:1-wrong"),
    Kind("402", "asks for a subscription", _of_api("402 Payment Required", b"{}"), at_once=True),
)
SMALL, FULL = 4, len(KINDS) * len(GIVE_UP_S)


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many ends, first of all kinds with the shortest patience."""
    ends = list(itertools.islice(itertools.product(GIVE_UP_S, KINDS), scale))
    row = Row("ends of --until-idle", f"{len(ends)} ends of {len(KINDS)} kinds of trouble")
    row.lost = dict.fromkeys(PROMISES, 0)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        findings = pool.map(
            lambda each: _end(each[1][1], each[1][0], seed + each[0], scratch / str(each[0])),
            enumerate(ends),
        )
        for kind, words in itertools.chain.from_iterable(findings):
            row.find(kind, words)
    return row


def _end(kind: Kind, give_up_s: float, seed: int, root: Path) -> list[tuple[str, str]]:
    root.mkdir()
    with Vendor(seed) as vendor:
        token = vendor.token if kind.token is None else kind.token
        home = Folder(root, token, vendor.api_url)
        jobs = kind.prepare(vendor)
        if not kind.is_reachable:
            vendor.api.close()
        began = time.monotonic()
        ended = home.work(ids(jobs), give_up_s=give_up_s, limit_s=give_up_s + 2 * START_S)
        took_s = time.monotonic() - began
    name = f"{kind.name}, N = {give_up_s:g} s"
    return [
        (what, f"{name}: {words}") for what, words in _wrong(kind, give_up_s, took_s, ended, home)
    ]


def _wrong(
    kind: Kind, give_up_s: float, took_s: float, ended: Ended, home: Folder
) -> list[tuple[str, str]]:
    wait_s = 0.0 if kind.at_once else give_up_s
    found = []
    if took_s > wait_s + START_S:
        found.append((LATE, f"after {took_s:.1f} s"))
    if took_s < wait_s:
        found.append((EARLY, f"after {took_s:.1f} s: {ended.err[-300:]}"))
    if ended.code != EXIT_GAVE_UP or kind.words not in ended.err:
        found.append((WORDLESS, f"{ended.code}: {ended.err[-300:]!r}"))
    open_still = [
        row["tracking"] == "polling" or any(i["state"] == "pending" for i in row["images"])
        for row in ended.rows
    ]
    if not open_still or not all(open_still):
        found.append((LOST, f"{ended.rows!r:.500}"))
    found += [(UNCAUGHT, text[-800:]) for text in (ended.err, home.log) if _has_mistake(text)]
    return found


def _has_mistake(text: str) -> bool:
    return any(mark in text for mark in MISTAKES)
