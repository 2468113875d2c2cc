"""Thumbnails in a database of their own: losing it costs only time. Its size is bounded, and what
was shown longest ago goes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import apsw

from dreamina_desktop.core.errors import DamagedError
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.library.database import Database

T = TypeVar("T")
Row = tuple[int, int, int]  # number, index, size
MOST_BYTES = 2_000_000_000  # of the file, if no other bound is set
FIRST_SIZE_PX = 320  # of what the first form of the file held
TIDIED_AT_ONCE = 64  # thumbnails, so that nobody waits long for the database's thread
_VACUUMED_PAGES = 500
_DAY_S = 86_400
TABLES = (
    # The first form of the file, one size. What is in it goes on to `picture` when it is shown.
    """
    CREATE TABLE thumbnail (
        number INTEGER NOT NULL, idx INTEGER NOT NULL, jpeg BLOB NOT NULL,
        PRIMARY KEY (number, idx)
    )
    """,
    """
    CREATE TABLE picture (
        number INTEGER NOT NULL, idx INTEGER NOT NULL, size INTEGER NOT NULL, jpeg BLOB NOT NULL,
        PRIMARY KEY (number, idx, size)
    );
    -- When each was shown last: days since 1970. Beside them, for a row there is rewritten whole.
    CREATE TABLE shown (
        number INTEGER NOT NULL, idx INTEGER NOT NULL, size INTEGER NOT NULL, day INTEGER NOT NULL,
        PRIMARY KEY (number, idx, size)
    ) WITHOUT ROWID;
    CREATE INDEX shown_by_day ON shown (day);
    """,
)
_ASK = "SELECT jpeg FROM picture WHERE number = ? AND idx = ? AND size = ?"
_ASK_FIRST_FORM = "SELECT jpeg FROM thumbnail WHERE number = ? AND idx = ?"
_DROP_FIRST_FORM = "DELETE FROM thumbnail WHERE number = ? AND idx = ?"
_PUT = "INSERT OR REPLACE INTO picture VALUES (?, ?, ?, ?)"
_STAMP = """
    INSERT INTO shown VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO UPDATE SET day = excluded.day WHERE day <> excluded.day
"""


class ThumbnailStore:
    """Implements services.ports.ThumbnailStore. A damaged file is made anew, whenever that shows;
    where none can be opened, everything goes on without."""

    def __init__(
        self,
        file: Path,
        most_bytes: Callable[[], int | None] = lambda: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`most_bytes`: how large the file may become; None: as MOST_BYTES says."""
        self._file = file
        self._most_bytes = most_bytes
        self._now = now
        self._has_first_form = True
        self._shown: dict[Row, None] = {}  # and not yet stamped
        self._database = self._new()

    def _new(self) -> Database:
        return Database(self._file, TABLES, costs_only_time=True)

    async def open(self) -> None:
        """Never fails: without a store, thumbnails are made each time."""
        with suppress(OSError):
            try:
                await self._database.open()
                if await self._database.call(self._is_too_large_for_good):
                    await self._replace(self._database)
            except DamagedError:
                await self._replace(self._database)

    async def get(self, keys: Sequence[ImageKey], size_px: int) -> Mapping[ImageKey, bytes]:
        """Those that are there of this size, in one visit to the database's thread."""

        def work(connection: apsw.Connection) -> dict[ImageKey, bytes]:
            found: dict[ImageKey, bytes] = {}
            for key in keys:
                for [jpeg] in connection.execute(_ASK, (key.number, key.index, size_px)):
                    found[key] = jpeg
            if size_px == FIRST_SIZE_PX and self._has_first_form:
                self._has_first_form = _has_rows(connection, "thumbnail")
                found |= _of_first_form(connection, [key for key in keys if key not in found])
            return found

        found = await self._call(work)
        self._shown |= dict.fromkeys(_row(key, size_px) for key in found)
        return found

    async def put(self, jpegs: Mapping[ImageKey, bytes], size_px: int) -> None:
        """Keep these; where the file would become too large, what was shown longest ago goes."""
        rows = [(*_row(key, size_px), jpeg) for key, jpeg in jpegs.items()]

        def work(connection: apsw.Connection) -> None:
            connection.executemany(_PUT, rows)
            connection.executemany(_DROP_FIRST_FORM, (row[:2] for row in rows))
            self._stamp(connection, [row[:3] for row in rows])
            self._make_room(connection, 2 * len(rows))

        await self._call(work)

    async def drop(self, key: ImageKey) -> None:
        """Of every size."""

        def work(connection: apsw.Connection) -> None:
            for table in ("picture", "shown", "thumbnail"):
                drop = f"DELETE FROM {table} WHERE number = ? AND idx = ?"
                connection.execute(drop, (key.number, key.index))

        await self._call(work)

    async def tidy(self) -> bool:
        """A short piece of what can wait until there is nothing else to do: note what was shown,
        and give back what is too much. Whether there is more of it."""
        some = list(self._shown)[:TIDIED_AT_ONCE]

        def work(connection: apsw.Connection) -> bool:
            _move_on(connection, some)
            self._stamp(connection, some)
            connection.execute("UPDATE shown SET day = ?1 WHERE day > ?1", (self._today(),))
            has_dropped = self._make_room(connection, TIDIED_AT_ONCE)
            return _give_back(connection) or has_dropped

        has_more = await self._call(work)
        for row in some:
            self._shown.pop(row, None)
        return has_more or bool(self._shown)

    async def aclose(self) -> None:
        await self._database.aclose()

    def _today(self) -> int:
        return int(self._now() // _DAY_S)

    def _stamp(self, connection: apsw.Connection, rows: Iterable[Row]) -> None:
        today = self._today()
        connection.executemany(_STAMP, ((*row, today) for row in rows))

    def _make_room(self, connection: apsw.Connection, at_most: int) -> bool:
        """Drop so many, or fewer; whether any were dropped."""
        dropped = 0
        while dropped < at_most and _used_bytes(connection) > self._bound():
            if not (some := _drop_oldest(connection)):
                break
            dropped += some
        return dropped > 0

    def _bound(self) -> int:
        return self._most_bytes() or MOST_BYTES

    def _is_too_large_for_good(self, connection: apsw.Connection) -> bool:
        """A file that an older version made gives nothing back."""
        size_bytes = int(connection.pragma("page_count")) * int(connection.pragma("page_size"))
        return int(connection.pragma("auto_vacuum")) == 0 and size_bytes > self._bound() * 5 // 4

    async def _call(self, work: Callable[[apsw.Connection], T]) -> T:
        database = self._database
        try:
            return await database.call(work)
        except DamagedError:
            if database is self._database:  # else another call has found it first
                await self._replace(database)
            raise

    async def _replace(self, damaged: Database) -> None:
        self._database = self._new()
        await damaged.aclose()
        for ending in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        await self._database.open()


def _row(key: ImageKey, size_px: int) -> Row:
    return key.number, key.index, size_px


def _has_rows(connection: apsw.Connection, table: str) -> bool:
    return bool(list(connection.execute(f"SELECT 1 FROM {table} LIMIT 1")))


def _of_first_form(connection: apsw.Connection, keys: Sequence[ImageKey]) -> dict[ImageKey, bytes]:
    return {
        key: row[0]
        for key in keys
        for row in connection.execute(_ASK_FIRST_FORM, (key.number, key.index))
    }


def _move_on(connection: apsw.Connection, rows: Iterable[Row]) -> None:
    """What was shown goes from the first form of the file to the second."""
    for row in rows:
        if row[2] == FIRST_SIZE_PX:
            for [jpeg] in list(connection.execute(_ASK_FIRST_FORM, row[:2])):
                connection.execute(_PUT, (*row, jpeg))
                connection.execute(_DROP_FIRST_FORM, row[:2])


def _drop_oldest(connection: apsw.Connection) -> int:
    """A few of those that were shown longest ago; those of the first form were not since."""
    first = "SELECT number, idx FROM thumbnail ORDER BY rowid LIMIT 4"
    if rows := list(connection.execute(first)):
        connection.executemany(_DROP_FIRST_FORM, rows)
        return len(rows)
    rows = list(connection.execute("SELECT number, idx, size FROM shown ORDER BY day LIMIT 4"))
    for table in ("picture", "shown"):
        drop = f"DELETE FROM {table} WHERE number = ? AND idx = ? AND size = ?"
        connection.executemany(drop, rows)
    return len(rows)


def _used_bytes(connection: apsw.Connection) -> int:
    pages = connection.pragma("page_count") - connection.pragma("freelist_count")
    return int(pages * connection.pragma("page_size"))


def _give_back(connection: apsw.Connection) -> bool:
    """Some pages at the end of the file, if many are free; whether any were given back."""
    free = int(connection.pragma("freelist_count"))
    if free <= _VACUUMED_PAGES:
        return False
    list(connection.execute(f"PRAGMA incremental_vacuum({_VACUUMED_PAGES})"))
    return int(connection.pragma("freelist_count")) < free
