"""Read what can be read of a damaged library, row by row, and put it on top of a good one. Where
its first page is gone, that of a good one stands in; where SQLite reads no rows any more, job IDs
are found in its bare bytes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from dreamina_desktop.core.jobs.job import Tracking
from dreamina_desktop.core.jobs.job_id import is_possible
from dreamina_desktop.core.jobs.record import is_record, record_about
from dreamina_desktop.core.text.tolerant_json import read_json
from dreamina_desktop.library.integrity import columns_of, connect, is_sound, version_of

Row = dict[str, Any]
UNREADABLE = (apsw.Error, UnicodeDecodeError)
_AT_ONCE = 1024  # keys; halved where not all of them can be read
_PATIENCE = 5_000  # keys in a row that cannot be read, before no more is expected


class DamagedRows:
    """`is_complete`: whether everything that was asked for could be read."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._failed = 0  # keys since the last row
        self.is_complete = True

    def rows(self, table: str, key: str, last: int) -> Iterator[tuple[Row, bool]]:
        """Rows of a table whose `key`, a whole number, is at most `last`, in its order, and
        whether they are whole: a column is left out where it cannot be read, or holds what does
        not belong there."""
        columns = self._columns(table)
        self._failed = 0
        for low in range(1, last + 1 if columns else 1, _AT_ONCE):
            for row in self._between(table, key, columns, low, low + _AT_ONCE - 1):
                self._failed = 0
                yield row, len(row) == len(columns)
            if self._failed > _PATIENCE:
                return

    def settings(self) -> Iterator[Row]:
        """From both ends up to the damage."""
        sound = f"{is_sound('setting', 'name')} AND {is_sound('setting', 'value')}"
        for order in ("ASC", "DESC"):
            ask = f"SELECT name, value FROM setting WHERE {sound} ORDER BY name {order}"
            try:
                for name, value in self._connection.execute(ask):
                    yield {"name": name, "value": value}
            except UNREADABLE:
                continue
            return

    def number(self, ask: str) -> int:
        """The one number that a question answers; 0 where it cannot be read."""
        try:
            value = next(iter(self._connection.execute(ask)), (0,))[0]
        except UNREADABLE:
            return 0
        return value if isinstance(value, int) else 0

    def _columns(self, table: str) -> Sequence[str]:
        try:
            columns = columns_of(self._connection, table)
        except UNREADABLE:
            columns = []
        if not columns:
            self.is_complete = False
        return columns

    def _between(
        self, table: str, key: str, columns: Sequence[str], low: int, high: int
    ) -> Iterator[Row]:
        sound = " AND ".join(is_sound(table, column) for column in columns)
        which = f"FROM {table} WHERE {key} BETWEEN ? AND ?"
        ask = f"SELECT {', '.join(columns)} {which} AND {sound}"
        try:
            found = list(self._connection.execute(ask, (low, high)))
            total = next(iter(self._connection.execute(f"SELECT count(*) {which}", (low, high))))[0]
        except UNREADABLE:
            found, total = [], -1
        if len(found) == total or low == high:
            yield from (dict(zip(columns, values, strict=True)) for values in found)
        if len(found) == total:
            return
        if low == high:
            self.is_complete = False
            self._failed += 1
            if table == "job":  # of the others half a row is of no use
                yield from self._piecemeal(table, key, columns, low)
        else:
            middle = (low + high) // 2
            yield from self._between(table, key, columns, low, middle)
            yield from self._between(table, key, columns, middle + 1, high)

    def _piecemeal(self, table: str, key: str, columns: Sequence[str], value: int) -> Iterator[Row]:
        """One row, a column at a time; nothing where several have this key."""
        row: Row = {key: value}
        for column in columns:
            ask = f"SELECT {column} FROM {table} WHERE {key} = ? AND {is_sound(table, column)}"
            try:
                found = list(self._connection.execute(ask, (value,)))
            except UNREADABLE:
                continue
            if len(found) == 1:
                row[column] = found[0][0]
        if len(row) > 1:
            yield row


PAGE_BYTES = 4096  # what SQLite takes by itself
_BOTH_LOGS = slice(18, 20)
_PAGE_COUNT = slice(28, 32)
_FREE_PAGES = slice(32, 40)
_VALID_FOR = slice(92, 96)
# Of a header: what it is, page size, reserved bytes, payload fractions, formats, encoding.
_NEVER_CHANGING = (slice(0, 18), slice(20, 24), slice(44, 48), slice(52, 64))


def begins_alike(donor: Path, damaged: Path) -> bool:
    """Whether the headers say the same where all libraries do."""
    with donor.open("rb") as one, damaged.open("rb") as other:
        ours, theirs = one.read(100), other.read(100)
    return all(ours[part] == theirs[part] for part in _NEVER_CHANGING)


def transplant(donor: Path, damaged: Path) -> None:
    """Put the first page of `donor` into `damaged`, a copy that may be changed. Raises OSError."""
    with donor.open("rb") as stream:
        page = bytearray(stream.read(PAGE_BYTES))
    page[_BOTH_LOGS] = b"\x02\x02"  # its log, if it has one, is read
    # SQLite counts the pages itself where the header was not written last.
    page[_PAGE_COUNT] = (os.path.getsize(damaged) // PAGE_BYTES).to_bytes(4, "big")
    page[_VALID_FOR] = b"\xff\xff\xff\xff"
    page[_FREE_PAGES] = bytes(8)
    with damaged.open("r+b") as stream:
        stream.write(page)


# In the form that IDs usually have (inferred, docs/api.md).
_FORM = rb"j\d{19,25}[A-Za-z]-u\d{1,12}-[A-Z]{2}:[!-~]{3,150}?-bot:dreamina"
_ID = re.compile(_FORM)
# The source of an upscale, in its record: a job that need not be tracked.
_SOURCE = re.compile(
    rb'"request"\s*:\s*\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*?"jobid"\s*:\s*"(' + _FORM + rb')"'
)
_CHUNK_BYTES = 16 * 1024 * 1024
_OVERLAP_BYTES = 8 * 1024  # a request with its prompt


def lost_ids(file: Path, *, in_records: bool) -> set[str]:
    """The IDs of the table and its index; with those that stand in records, too, if wished for:
    then an upscale's source is told from the job itself by its place. Nothing for no file."""
    own: set[bytes] = set()
    quoted: set[bytes] = set()
    sources: set[bytes] = set()
    with suppress(OSError), file.open("rb") as stream:
        rest = b""
        while chunk := stream.read(_CHUNK_BYTES):
            text = rest + chunk
            for found in _ID.finditer(text):
                is_quoted = text[found.start() - 1 : found.start()] == b'"'
                (quoted if is_quoted else own).add(found[0])
            sources.update(found[1] for found in _SOURCE.finditer(text))
            rest = text[-_OVERLAP_BYTES:]
    found_ids = own | (quoted - sources) if in_records else own
    return {jobid.decode("ascii") for jobid in found_ids}


_MOST_ROWS = 10_000_000  # of a table that does not say how many it has
_NEW_JOB: Row = {
    "tracking": Tracking.POLLING.value,
    "removed": 0,
    "raw": None,
    "facts": None,
    "record_source": "",
    "last_asked_at": None,
    "not_found_count": 0,
    "note": "",
    "label": None,
}


@dataclass(frozen=True, slots=True)
class Salvaged:
    """`last_number`: the highest that a job of the damaged library had, as far as it says."""

    last_number: int
    is_complete: bool  # every row could be read, and no number is missing


def salvage_rows(target: apsw.Connection, damaged: Path, now: float) -> Salvaged:
    """Copy rows into `target`, within its transaction. `damaged` is a copy: it may be changed."""
    donor = Path(target.filename)
    if damaged.exists() and not (begins_alike(donor, damaged) and _has_jobs(damaged)):
        transplant(donor, damaged)
    if not _has_jobs(damaged):
        return Salvaged(0, is_complete=False)
    source = connect(damaged)
    try:
        return _Salvage(DamagedRows(source), target, now).run()
    finally:
        source.close()


def add_lost_ids(target: apsw.Connection, damaged: Path, now: float, salvaged: Salvaged) -> int:
    """Track the IDs that only the bytes of `damaged` still have; how many they are. It is not
    opened by SQLite, and not changed."""
    known = {row[0] for row in target.execute("SELECT jobid FROM job")}
    in_records = not salvaged.is_complete
    log = damaged.with_name(f"{damaged.name}-wal")
    found = lost_ids(damaged, in_records=in_records) | lost_ids(log, in_records=in_records)
    jobids = sorted(jobid for jobid in found - known if is_possible(jobid))
    if salvaged.is_complete:
        sure = {row[0] for row in target.execute("SELECT jobid FROM job WHERE raw IS NOT NULL")}
        jobids = [jobid for jobid in jobids if not any(_is_near(jobid, one) for one in sure)]
    if jobids:
        batch = _add_batch(target, now, len(jobids))
        for jobid in jobids:
            row = {"jobid": jobid, "tracked_at": now, "batch": batch}
            _put(target, "job", _NEW_JOB | row, "ABORT")
    return len(jobids)


def job_count(connection: apsw.Connection) -> int:
    return int(next(iter(connection.execute("SELECT count(*) FROM job")))[0])


class _Salvage:
    """Table by table. What the good library has is replaced by whole rows only."""

    def __init__(self, source: DamagedRows, target: apsw.Connection, now: float) -> None:
        self._source = source
        self._target = target
        self._now = now
        self._taken: set[int] = set()  # numbers of jobs

    def run(self) -> Salvaged:
        for row, is_whole in self._rows("batch", "id"):
            if is_whole:
                _put(self._target, "batch", row, "IGNORE")
        for row, is_whole in self._rows("job", "number"):
            self._take_job(row, is_whole)
        last = max(self._noted("job"), *self._taken, 0)
        for table in ("image", "mark"):
            for row, is_whole in self._source.rows(table, "number", last):
                if is_whole and row["number"] in self._taken:
                    _put(self._target, table, row, "REPLACE")
        self._take_collections(last)
        for row, _ in self._rows("answer", "id"):
            if row.get("number") in self._taken and _is_record(row.get("raw")):
                _put(self._target, "answer", {"at": 0.0} | row, "IGNORE")
        for row in self._source.settings():
            if _is_json(row["value"]):
                _put(self._target, "setting", row, "REPLACE")
        self._mend()
        is_complete = self._source.is_complete and len(self._taken) == last
        for row, is_whole in self._rows("exported", "id"):
            if is_whole and row["number"] in self._taken:
                _put(self._target, "exported", row, "REPLACE")
        self._take_pastes()  # of which a lost line says nothing about lost jobs
        return Salvaged(last, is_complete)

    def _take_collections(self, last: int) -> None:
        known = set[object]()
        for row, is_whole in self._rows("collection", "id"):
            if is_whole:
                known.add(row["id"])
                _put(self._target, "collection", row, "REPLACE")
        last_id = max((each for each in known if isinstance(each, int)), default=0)
        for row, is_whole in self._source.rows("collected", "collection", last_id):
            if is_whole and row["collection"] in known and row["number"] in self._taken:
                _put(self._target, "collected", row, "REPLACE")
        for row, is_whole in self._source.rows("expected", "number", last):
            if is_whole and row["collection"] in known and row["number"] in self._taken:
                _put(self._target, "expected", row, "REPLACE")

    def _take_pastes(self) -> None:
        """A paste of which a line is lost is left out: its rows would stand beside other lines."""
        for table in ("paste", "pasted"):
            for row, is_whole in self._rows(table, "id"):
                if is_whole:
                    _put(self._target, table, row, "REPLACE")
        execute = self._target.execute
        execute(
            "DELETE FROM paste WHERE lines <> "
            "(SELECT count(*) FROM pasted WHERE pasted.paste = paste.id)"
        )
        execute("DELETE FROM pasted WHERE paste NOT IN (SELECT id FROM paste)")
        execute(
            "UPDATE pasted SET number = NULL, why = 'its job was lost' "
            "WHERE number NOT IN (SELECT number FROM job)"
        )

    def _rows(self, table: str, key: str) -> Iterator[tuple[Row, bool]]:
        last = max(self._source.number(f"SELECT max({key}) FROM {table}"), self._noted(table))
        return self._source.rows(table, key, min(last, _MOST_ROWS) if last > 0 else _MOST_ROWS)

    def _noted(self, table: str) -> int:
        """The highest key that the damaged library remembers to have given."""
        ask = f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'"
        noted = self._source.number(ask)
        return noted if 0 <= noted <= _MOST_ROWS else 0

    def _take_job(self, row: Row, is_whole: bool) -> None:
        jobid = row.get("jobid")
        if not isinstance(jobid, str) or not is_possible(jobid):
            return
        if row.get("raw") is not None and not _is_record(row["raw"], jobid):
            del row["raw"]
            is_whole = False
        known = list(
            self._target.execute(
                "SELECT number, jobid FROM job WHERE number = ? OR jobid = ?",
                (row["number"], jobid),
            )
        )
        if any(pair != (row["number"], jobid) for pair in known):
            return  # number or ID are damaged: one of them is another job's
        self._taken.add(row["number"])
        if is_whole or not known:
            new = _NEW_JOB | {"batch": 0, "tracked_at": self._now} | row
            _put(self._target, "job", new, "REPLACE")

    def _mend(self) -> None:
        """Records from the history of answers, batches from the jobs; a job that is done without
        a record is asked for again."""
        execute = self._target.execute
        execute(
            "UPDATE job SET record_source = 'server', raw = "
            "(SELECT raw FROM answer WHERE answer.number = job.number ORDER BY id DESC LIMIT 1) "
            "WHERE raw IS NULL AND number IN (SELECT number FROM answer)"
        )
        execute(
            "UPDATE job SET tracking = ? WHERE tracking = ? AND raw IS NULL AND facts IS NULL",
            (Tracking.POLLING.value, Tracking.DONE.value),
        )
        execute(
            "INSERT INTO batch (id, at, count) SELECT batch, min(tracked_at), count(*) FROM job "
            "WHERE batch > 0 AND batch NOT IN (SELECT id FROM batch) GROUP BY batch"
        )
        lonely = next(iter(execute("SELECT count(*) FROM job WHERE batch < 1")))[0]
        if lonely:
            batch = _add_batch(self._target, self._now, lonely)
            execute("UPDATE job SET batch = ? WHERE batch < 1", (batch,))


def _has_jobs(file: Path) -> bool:
    """Whether SQLite finds the table of jobs in the file."""
    try:
        connection = connect(file, apsw.SQLITE_OPEN_READWRITE)
    except apsw.Error:
        return False
    try:
        named = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'job'")
        return version_of(connection) >= 1 and bool(list(named))
    except UNREADABLE:
        return False
    finally:
        with suppress(apsw.Error):
            connection.close()


def _is_record(raw: object, jobid: str | None = None) -> bool:
    """Whether bytes still are a record, of this job where it is known."""
    if not isinstance(raw, bytes):
        return False
    try:
        value = read_json(raw)
    except ValueError:
        return False
    return is_record(value) if jobid is None else record_about(value, jobid) is not None


def _is_near(jobid: str, sure: str) -> bool:
    """Whether an ID is a damaged copy of one that its own record confirms. Every row could be
    read, so there is no lost job whose ID happens to be like that."""
    if len(jobid) != len(sure):
        return False
    return sum(one != other for one, other in zip(jobid, sure, strict=True)) <= 2


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _add_batch(target: apsw.Connection, at: float, count: int) -> int:
    target.execute("INSERT INTO batch (at, count) VALUES (?, ?)", (at, count))
    return target.last_insert_rowid()


def _put(target: apsw.Connection, table: str, row: Row, conflict: str) -> None:
    """Columns that only one of two versions has are left out."""
    names = [name for name in columns_of(target, table) if name in row]
    marks = ", ".join("?" * len(names))
    with suppress(apsw.ConstraintError):  # a row that breaks a rule of its table is damaged
        target.execute(
            f"INSERT OR {conflict} INTO {table} ({', '.join(names)}) VALUES ({marks})",
            [row[name] for name in names],
        )
