"""Images that a host, or the name of a host, refuses for a moment: none is lost by it."""

from __future__ import annotations

import json
from pathlib import Path

from faults import image_status
from program import Folder, own_names
from promises import EXIT_GAVE_UP, Report
from table import Row
from vendor import ScriptedJob, Vendor, ids

SMALL, FULL = 1, 25
STATUSES = (
    *(300, 304, 305, 306),
    *range(400, 419),
    *(421, 422, 423, 424, 425, 426, 428, 431, 451, 499),
    *(500, 501, 502, 503, 504, 520, 522, 596),
)
AT_MOST = 4  # images of a job
# A captive portal, a router's filter, and a proxy on this computer with a private address beside.
HIJACKED = ("10.0.0.1", "0.0.0.0", "198.18.0.7", "192.168.1.1\n198.18.0.7")
PROMISES = ("images lost or wrong", "ends without words", "uncaught exceptions")


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many images of each status, and how many jobs of each hijacked name."""
    count = len(STATUSES) * scale
    row = Row("refused images", f"{len(STATUSES)} statuses x {scale}, once each")
    row.lost = dict.fromkeys(PROMISES, 0)
    with Vendor(seed) as vendor:
        _refuse_once(vendor, scratch / "statuses", count, row)
    for number, addresses in enumerate(HIJACKED):
        with Vendor(seed + 1 + number) as vendor:
            _hijack(vendor, scratch / f"name{number}", addresses.split("\n"), scale, row)
    return row


def _home(vendor: Vendor, root: Path) -> Folder:
    root.mkdir()
    return Folder(root, vendor.token, vendor.api_url)


def _refuse_once(vendor: Vendor, root: Path, count: int, row: Row) -> None:
    """Each image gets one status, then its picture."""
    jobs: list[ScriptedJob] = []
    for place in range(count):
        if place % AT_MOST == 0:
            jobs.append(vendor.add_job(min(AT_MOST, count - place)))
        status = STATUSES[place % len(STATUSES)]
        jobs[-1].image_faults[place % AT_MOST] = [image_status(status)]
    home = _home(vendor, root)
    ended = home.work(ids(jobs), give_up_s=60)
    report = Report()
    report.look_at(vendor, jobs, ended, home)
    for kind, words in report.findings:
        # Fresh links of 403, 404 and 410 are asked for at once, and what is asked for too early
        # is the row "network".
        if kind != "tries too early":
            row.find(kind if kind in PROMISES else PROMISES[0], words)


def _hijack(vendor: Vendor, root: Path, addresses: list[str], count: int, row: Row) -> None:
    """The name of the image host leads astray in one run, and is right in the next."""
    home = _home(vendor, root)
    found = own_names(root)
    if found is None:
        row.not_run.append("names of our own")
        return
    names, home.wrapper = found
    row.injected += f", {', '.join(addresses)} for its name"
    jobs = [vendor.add_job(2) for _ in range(count)]
    for job in jobs:
        job.origin = f"http://images.test:{vendor.images.port}"
    names.write_text("".join(f"{address} images.test\n" for address in addresses))
    hijacked = home.work(ids(jobs), give_up_s=1)
    states = {image["state"] for job in hijacked.rows for image in job["images"]}
    if states != {"pending"}:
        row.find(PROMISES[0], f"{addresses}: {states}")
    if hijacked.code != EXIT_GAVE_UP or "address" not in hijacked.err:
        row.find(PROMISES[1], f"{addresses}: {hijacked.code} {hijacked.err[-300:]}")
    names.write_text("127.0.0.1 images.test\n")
    mended = home.work(None, give_up_s=30)
    states = {image["state"] for job in mended.rows for image in job["images"]}
    if states != {"saved"}:
        row.find(PROMISES[0], f"{addresses}, mended: {json.dumps(sorted(states))} {mended.err}")
    for text in (hijacked.err, mended.err, home.log):
        if "Traceback" in text:
            row.find(PROMISES[2], text[-1000:])
