"""Jobs of the first and last days of the calendar, in time zones at both ends of the world: the
window grouped by day, started again, and all that is exported.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from program import Folder
from table import Row

SMALL, FULL = 2, 24
WINDOW = Path(__file__).with_name("edge_window.py")
NO_API = "http://127.0.0.1:9/v1/dreamina"
JOBS = 10  # of a library: edge_window.CREATED
ZONES = (
    "Pacific/Kiritimati",  # 14 hours east
    "Etc/GMT+12",  # 12 hours west
    "America/Los_Angeles",
    "Asia/Kathmandu",
    "America/St_Johns",
    "UTC",
)
LIMIT_S = 120.0

DIED = "windows that died or did not come"
UNCAUGHT = "uncaught exceptions"
UNGROUPED = "windows that are not grouped by day"
MISSING = "jobs or images missing from what is exported"
PROMISES = (DIED, UNCAUGHT, UNGROUPED, MISSING)


def run(count: int, seed: int, scratch: Path) -> Row:
    """Each case is a library in one zone; two starts and three kinds of exports."""
    zones = [ZONES[(case + seed - 1) % len(ZONES)] for case in range(count)]
    row = Row("edge_dates", f"{count} libraries of {JOBS} dates in {len({*zones})} zones")
    row.lost = dict.fromkeys(PROMISES, 0)
    for case, zone in enumerate(zones):
        root = scratch / str(case)
        root.mkdir()
        _try(row, Folder(root, "user:1-x", NO_API, variables={"TZ": zone}), zone)
    return row


def _try(row: Row, folder: Folder, zone: str) -> None:
    for start in ("first", "second"):
        said = _window(row, folder, f"{zone}, {start} start")
        if said is None:
            return
        if said["sections"] < 3 or not all(said["titles"]):
            row.find(UNGROUPED, f"{zone}, {start} start: {said}")
    _check_sheet(row, folder, zone)
    _check_exports(row, folder, zone)


def _window(row: Row, folder: Folder, where: str) -> Mapping[str, Any] | None:
    """What a process with the window said in the end."""
    environment = folder.environment() | {"QT_QPA_PLATFORM": "offscreen"}
    command = (sys.executable, str(WINDOW), str(folder.data), str(folder.root / "copies"))
    ended = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=LIMIT_S, check=False
    )
    if "Traceback" in ended.stderr:
        row.find(UNCAUGHT, f"{where}: {ended.stderr.strip()[-300:]}")
    if ended.returncode:
        row.find(DIED, f"{where}: ended with {ended.returncode}")
        return None
    said: Mapping[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return said


def _check_sheet(row: Row, folder: Folder, zone: str) -> None:
    copies = folder.root / "copies"
    sheets = [file.read_text() for file in copies.glob("contact sheet*.html")]
    if not sheets or any(sheet.count("<figure") != JOBS for sheet in sheets):
        row.find(MISSING, f"{zone}: {len(sheets)} contact sheets, not of all images")


def _check_exports(row: Row, folder: Folder, zone: str) -> None:
    table = folder.root / "jobs.csv"
    for options in (("--export", str(table)), ("--export", "-")):
        ended = folder.run(*options)
        if "Traceback" in folder.log + ended.err:
            row.find(UNCAUGHT, f"{zone}: {(folder.log + ended.err)[-300:]}")
        if ended.code:
            row.find(MISSING, f"{zone}: {options} ended with {ended.code}: {ended.err}")
            return
    with table.open(newline="", encoding="utf-8-sig") as lines:
        if len(list(csv.DictReader(lines))) != JOBS:
            row.find(MISSING, f"{zone}: jobs.csv")
    if len(ended.rows) != JOBS:
        row.find(MISSING, f"{zone}: jobs as JSON")
