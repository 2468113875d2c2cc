"""Whether a file is a whole library: its pages, its tables, and what stands in its rows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import apsw

from dreamina_desktop.core.export.file_name import path_as_text
from dreamina_desktop.core.jobs.job import ImageState, Tracking

# Trouble of the machine, which says nothing about a file.
OF_THE_MOMENT = (
    apsw.IOError,
    apsw.FullError,
    apsw.CantOpenError,
    apsw.NoMemError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.PermissionsError,
    apsw.ReadOnlyError,
    apsw.InterruptError,
)
MOST_VERSIONS = 1000  # a version above comes from a damaged header, not from a newer program


def _words(kind: type[StrEnum]) -> str:
    return ", ".join(f"'{word}'" for word in kind)


_WHOLE_NUMBER = "typeof({0}) = 'integer'"
_NUMBER = "typeof({0}) IN ('integer', 'real')"
_TEXT = "typeof({0}) = 'text'"
_NO_NUMBER_OR_WHOLE = "typeof({0}) IN ('integer', 'null')"
_NO_NUMBER_OR_ANY = "typeof({0}) IN ('integer', 'real', 'null')"
_NO_TEXT_OR_ANY = "typeof({0}) IN ('text', 'null')"

# SQLite itself takes any value in any column. A column that is not named here takes any, too.
SOUND: Mapping[str, Mapping[str, str]] = {
    "batch": {"id": _WHOLE_NUMBER, "at": _NUMBER, "count": _WHOLE_NUMBER},
    "job": {
        "number": "typeof({0}) = 'integer' AND {0} > 0",
        "jobid": "typeof({0}) = 'text' AND {0} <> ''",
        "batch": _WHOLE_NUMBER,
        "tracked_at": _NUMBER,
        "tracking": f"{{0}} IN ({_words(Tracking)})",
        "removed": "{0} IN (0, 1)",
        "raw": "typeof({0}) IN ('blob', 'null')",
        "facts": _NO_TEXT_OR_ANY,
        "record_source": _TEXT,
        "last_asked_at": _NO_NUMBER_OR_ANY,
        "not_found_count": _WHOLE_NUMBER,
        "note": _TEXT,
        "label": _NO_TEXT_OR_ANY,
    },
    "image": {
        "number": _WHOLE_NUMBER,
        "idx": "typeof({0}) = 'integer' AND {0} >= 0",
        "state": f"{{0}} IN ({_words(ImageState)})",
        "file": _NO_TEXT_OR_ANY,
        "file_width": _NO_NUMBER_OR_WHOLE,
        "file_height": _NO_NUMBER_OR_WHOLE,
        "size_bytes": _NO_NUMBER_OR_WHOLE,
        "sha256": _NO_TEXT_OR_ANY,
        "note": _TEXT,
        "link": _NO_TEXT_OR_ANY,
        "search": _TEXT,
        "died": _TEXT,
    },
    "mark": {
        "number": _WHOLE_NUMBER,
        "idx": "typeof({0}) = 'integer' AND {0} >= 0",
        "flag": "{0} IN (-1, 0, 1)",
        "rating": "{0} IN (0, 1, 2, 3, 4, 5)",
        "tags": "json_valid({0})",
        "note": _TEXT,
    },
    "collection": {"id": _WHOLE_NUMBER, "name": _TEXT},
    "collected": {
        "collection": _WHOLE_NUMBER,
        "place": _WHOLE_NUMBER,
        "number": _WHOLE_NUMBER,
        "idx": "typeof({0}) = 'integer' AND {0} >= 0",
    },
    "expected": {"number": _WHOLE_NUMBER, "collection": _WHOLE_NUMBER},
    "paste": {"id": _WHOLE_NUMBER, "at": _NUMBER, "lines": _WHOLE_NUMBER},
    "pasted": {
        "id": _WHOLE_NUMBER,
        "paste": _WHOLE_NUMBER,
        "number": _NO_NUMBER_OR_WHOLE,
        "text": _TEXT,
        "why": _TEXT,
    },
    "exported": {
        "id": _WHOLE_NUMBER,
        "sha256": _TEXT,
        "number": _WHOLE_NUMBER,
        "idx": "typeof({0}) = 'integer' AND {0} >= 0",
    },
    "answer": {
        "id": _WHOLE_NUMBER,
        "number": _WHOLE_NUMBER,
        "at": _NUMBER,
        "raw": "typeof({0}) = 'blob'",
    },
    "setting": {"name": _TEXT, "value": _TEXT},
}
_READ_AT_THE_START = (
    "batch",
    "job",
    "image",
    "mark",
    "collection",
    "collected",
    "expected",
    "paste",  # not read then: but what is damaged here would be found again at each use
    "pasted",
    "exported",
    "setting",
)


def is_sound(table: str, column: str) -> str:
    """SQL: whether a column holds what belongs there; never NULL."""
    return f"(({SOUND[table].get(column, 'TRUE').format(column)}) IS TRUE)"


def check_rows(connection: apsw.Connection) -> None:
    """Raises CorruptError where a row that is read at the start holds what cannot be."""
    for table in _READ_AT_THE_START:
        sound = " AND ".join(is_sound(table, column) for column in columns_of(connection, table))
        unsound = f"SELECT 1 FROM {table} WHERE NOT ({sound}) LIMIT 1"
        if sound and list(connection.execute(unsound)):
            raise apsw.CorruptError(f"a row of {table}")


def check_texts(connection: apsw.Connection) -> None:
    """Raises UnicodeDecodeError where a text that is read at the start is none: SQL cannot tell.
    Reading the library at the start finds the same."""
    for table in _READ_AT_THE_START:
        columns = [name for name in columns_of(connection, table) if name != "raw"]
        if columns:
            for _ in connection.execute(f"SELECT {', '.join(columns)} FROM {table}"):
                pass


def columns_of(connection: apsw.Connection, table: str) -> list[str]:
    """Of an older version's table they may be fewer; none where there is no such table."""
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def check_header(file: Path) -> None:
    """Raises CorruptError where SQLite would take the file for one of a future SQLite, which it
    only reads. An empty file is a new one."""
    with file.open("rb") as stream:
        header = stream.read(20)
    if header and any(version not in (1, 2) for version in header[18:]):
        raise apsw.CorruptError("header")


def check_pages(connection: apsw.Connection, migrations: Sequence[str]) -> None:
    """Raises CorruptError or NotADBError where the file is not a whole database of ours."""
    # More than quick_check, in the same time: indexes are compared with their tables.
    if connection.pragma("integrity_check") != "ok":
        raise apsw.CorruptError("integrity_check")
    check_tables(connection, migrations)


def check_tables(connection: apsw.Connection, migrations: Sequence[str]) -> None:
    """The same, of what takes no time: whether our tables are named in the file."""
    version = version_of(connection)
    if not 0 <= version <= MOST_VERSIONS:
        raise apsw.CorruptError(f"version {version}")
    if version <= len(migrations) and not _tables(connection) >= _expected(migrations[:version]):
        raise apsw.CorruptError("tables")


def version_of(connection: apsw.Connection) -> int:
    """How many migrations the file has seen."""
    return int(connection.pragma("user_version"))


def _tables(connection: apsw.Connection) -> set[tuple[str, str | None]]:
    return set(connection.execute("SELECT name, sql FROM sqlite_schema"))


def _expected(migrations: Sequence[str]) -> set[tuple[str, str | None]]:
    connection = apsw.Connection(":memory:")
    try:
        for migration in migrations:
            connection.execute(migration)
        return _tables(connection)
    finally:
        connection.close()


def connect(
    file: Path | str, flags: int = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
) -> apsw.Connection:
    """Open a database, also where the names in its path are no text. Raises apsw.Error."""
    return apsw.Connection(path_as_text(os.fspath(file)), flags=flags | apsw.SQLITE_OPEN_URI)
