"""Read what can be read of a damaged library, and put it on top of a good one."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw

from dreamina_desktop.core.id_form import is_possible
from dreamina_desktop.core.job import ImageState, Tracking

Row = dict[str, Any]
# Job IDs as they lie in the bytes of a page, in the form that they usually have (inferred,
# docs/api.md).
_ID = re.compile(rb"j\d{19,25}[A-Za-z]-u\d{1,12}-[A-Z]{2}:[!-~]{3,150}?-bot:dreamina")
_CHUNK_BYTES = 16 * 1024 * 1024
_LONGEST_ID = 256


def salvage(target: apsw.Connection, damaged: Path) -> None:
    """Rows first, in whatever order they can be read; then IDs from the bare bytes."""
    target.execute("PRAGMA foreign_keys = OFF")
    target.execute("BEGIN IMMEDIATE")
    with suppress(apsw.Error):
        source = apsw.Connection(os.fspath(damaged))
        try:
            _copy_rows(source, target)
        finally:
            source.close()
    _add_ids(target, set(_ids(damaged)) | set(_ids(damaged.with_name(f"{damaged.name}-wal"))))
    target.execute(
        "INSERT OR IGNORE INTO batch (id, at, count) "
        "SELECT batch, min(tracked_at), count(*) FROM job "
        "WHERE batch NOT IN (SELECT id FROM batch) GROUP BY batch"
    )
    target.execute("DELETE FROM image WHERE number NOT IN (SELECT number FROM job)")
    target.execute("DELETE FROM answer WHERE number NOT IN (SELECT number FROM job)")
    target.execute("COMMIT")


def job_count(connection: apsw.Connection) -> int:
    return int(next(iter(connection.execute("SELECT count(*) FROM job")))[0])


def _copy_rows(source: apsw.Connection, target: apsw.Connection) -> None:
    for row in _rows(source, "batch"):
        _put(target, "batch", row, "IGNORE")
    taken = set()
    for row in _rows(source, "job"):
        if _is_good_job(row) and _is_free(target, row):
            _put(target, "job", row, "REPLACE")
            taken.add(row["number"])
    for row in _rows(source, "image"):
        if row.get("number") in taken and row.get("state") in set(ImageState):
            _put(target, "image", row, "REPLACE")
    for row in _rows(source, "answer"):
        _put(target, "answer", row, "IGNORE")
    for row in _rows(source, "setting"):
        _put(target, "setting", row, "REPLACE")


def _rows(source: apsw.Connection, table: str) -> Iterator[Row]:
    """From both ends up to the damage: what lies between is lost."""
    for order in ("ASC", "DESC"):
        try:
            cursor = source.execute(f"SELECT * FROM {table} ORDER BY 1 {order}")
            for values in cursor:
                yield dict(zip((column[0] for column in cursor.description), values, strict=True))
        except apsw.Error:
            continue
        return


def _is_good_job(row: Row) -> bool:
    jobid, number = row.get("jobid"), row.get("number")
    if not isinstance(jobid, str) or not isinstance(number, int) or number < 1:
        return False
    raw_is_good = row.get("raw") is None or isinstance(row["raw"], bytes)
    return is_possible(jobid) and row.get("tracking") in set(Tracking) and raw_is_good


def _is_free(target: apsw.Connection, row: Row) -> bool:
    """Neither the number nor the ID belongs to another job of the backup."""
    same = "SELECT number, jobid FROM job WHERE number = ? OR jobid = ?"
    found = list(target.execute(same, (row["number"], row["jobid"])))
    return all(pair == (row["number"], row["jobid"]) for pair in found)


def _put(target: apsw.Connection, table: str, row: Row, conflict: str) -> None:
    """Columns that only one of the two versions has are left out."""
    columns = [column[1] for column in target.execute(f"PRAGMA table_info({table})")]
    names = [name for name in columns if name in row]
    marks = ", ".join("?" * len(names))
    with suppress(apsw.Error):  # a row that breaks a rule of its table is damaged
        target.execute(
            f"INSERT OR {conflict} INTO {table} ({', '.join(names)}) VALUES ({marks})",
            [row[name] for name in names],
        )


def _ids(file: Path) -> Iterator[str]:
    """IDs in the file's bytes; pieces overlap, so that none is cut."""
    with suppress(OSError), file.open("rb") as stream:
        rest = b""
        while chunk := stream.read(_CHUNK_BYTES):
            for found in _ID.finditer(rest + chunk):
                yield found[0].decode("ascii")
            rest = chunk[-_LONGEST_ID:]


def _add_ids(target: apsw.Connection, jobids: set[str]) -> None:
    known = {row[0] for row in target.execute("SELECT jobid FROM job")}
    unknown = sorted(jobid for jobid in jobids - known if is_possible(jobid))
    if not unknown:
        return
    now = time.time()
    target.execute("INSERT INTO batch (at, count) VALUES (?, ?)", (now, len(unknown)))
    batch = target.last_insert_rowid()
    target.executemany(
        "INSERT INTO job (jobid, batch, tracked_at, tracking, removed, record_source, "
        "not_found_count, note) VALUES (?, ?, ?, ?, 0, '', 0, '')",
        [(jobid, batch, now, Tracking.POLLING.value) for jobid in unknown],
    )
