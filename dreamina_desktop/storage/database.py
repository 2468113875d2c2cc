"""SQLite on one thread with one connection: WAL, synchronous FULL, versioned migrations."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import apsw

from dreamina_desktop.core.errors import DamagedError, DatabaseError
from dreamina_desktop.storage.backups import Backups

T = TypeVar("T")


def sqlite_version() -> str:
    """Of the library that apsw brings."""
    return apsw.sqlite_lib_version()


PAGES_AT_ONCE = 256  # of a backup: about a megabyte
Migration = str  # SQL statements that lead from one version to the next


class Database:
    """Every call runs whole on the database's thread, also when its caller is cancelled."""

    def __init__(
        self, file: Path, migrations: Sequence[Migration], backups: Backups | None = None
    ) -> None:
        """`backups`: where copies go; None for a file whose loss costs only time."""
        self._file = file
        self._migrations = migrations
        self._backups = backups
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=file.stem)
        self._connection: apsw.Connection | None = None
        self._read_only = False

    @property
    def read_only(self) -> bool:
        """A newer program wrote the file: it can be read as far as it is understood."""
        return self._read_only

    async def open(self) -> None:
        """Open or make the file, check it, and bring it to today's version after a backup.
        Raises DamagedError where the file is not a whole database."""
        await self._run(self._open)

    async def back_up_if_due(self) -> None:
        """Copy the file, once a day, a piece at a time: other calls go on in between."""
        backups = self._backups
        if backups is None or self._read_only or not backups.is_due(datetime.now(UTC)):
            return
        copy = await self._run(lambda: _Copy(self._open_connection(), backups))
        try:
            while not await self._run(copy.step):
                pass
        except BaseException:
            await self._run(copy.abandon)
            raise

    async def call(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run `work` in one transaction. Raises DatabaseError; then nothing was changed."""

        def transaction() -> T:
            return _in_transaction(self._open_connection(), work, writes=not self._read_only)

        return await self._run(transaction)

    async def aclose(self) -> None:
        """Finish what was begun, and close."""
        await self._run(self._close)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._told(work))
        return await asyncio.shield(future)

    def _told(self, work: Callable[[], T]) -> Callable[[], T]:
        def told() -> T:
            try:
                return work()
            except (apsw.NotADBError, apsw.CorruptError) as error:
                raise DamagedError(_DAMAGED.format(file=self._file)) from error
            except apsw.Error as error:
                raise DatabaseError(_words(error, self._file, self._read_only)) from error

        return told

    def _open_connection(self) -> apsw.Connection:
        if self._connection is None:
            raise DatabaseError("The database is closed.")
        return self._connection

    def _open(self) -> None:
        if not self._file.exists():
            os.close(os.open(self._file, os.O_CREAT | os.O_WRONLY, 0o600))
        self._file.chmod(0o600)
        connection = apsw.Connection(os.fspath(self._file))
        try:
            connection.set_busy_timeout(5000)
            if connection.pragma("quick_check") != "ok":
                raise DamagedError(_DAMAGED.format(file=self._file))
            if version_of(connection) > len(self._migrations):
                self._read_only = True
                connection.execute("PRAGMA query_only = ON")
            else:
                self._set_up(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _set_up(self, connection: apsw.Connection) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        if self._backups and 0 < version_of(connection) < len(self._migrations):
            copy = _Copy(connection, self._backups)
            while not copy.step():
                pass
        migrate(connection, self._migrations)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Copy:
    """A backup that is being made."""

    def __init__(self, source: apsw.Connection, backups: Backups) -> None:
        self._backups = backups
        self._part = backups.begin()
        self._target = apsw.Connection(os.fspath(self._part))
        self._backup = self._target.backup("main", source, "main")

    def step(self) -> bool:
        """Copy some pages; True when the copy is whole and in its place."""
        self._backup.step(PAGES_AT_ONCE)
        if not self._backup.done:
            return False
        self._close()
        self._backups.finish(self._part, datetime.now(UTC))
        return True

    def abandon(self) -> None:
        self._close()
        self._part.unlink(missing_ok=True)

    def _close(self) -> None:
        self._backup.close(True)
        self._target.close()


def version_of(connection: apsw.Connection) -> int:
    """How many migrations the file has seen."""
    return int(connection.pragma("user_version"))


def migrate(connection: apsw.Connection, migrations: Sequence[Migration]) -> None:
    """Bring a file to today's version, a transaction a step."""
    for number in range(version_of(connection), len(migrations)):
        _in_transaction(connection, _step(number, migrations[number]))


def _step(number: int, migration: Migration) -> Callable[[apsw.Connection], None]:
    def step(connection: apsw.Connection) -> None:
        connection.execute(migration)
        connection.execute(f"PRAGMA user_version = {number + 1}")

    return step


def _in_transaction(
    connection: apsw.Connection, work: Callable[[apsw.Connection], T], *, writes: bool = True
) -> T:
    """All of it or nothing. A full disk makes SQLite roll back by itself, and a second roll-back
    would hide why."""
    connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


_DAMAGED = "{file} is damaged. Start Dreamina Desktop again: then it is restored."
NEWER = "This library was written by a newer Dreamina Desktop, so nothing can be changed in it."


def _words(error: apsw.Error, file: Path, read_only: bool) -> str:
    if read_only:
        return f"{NEWER} Install the newer version."
    if isinstance(error, apsw.FullError):
        return f"The disk is full: {file.name} could not be written. Make room on it."
    if isinstance(error, apsw.ReadOnlyError | apsw.CantOpenError | apsw.PermissionsError):
        return f"{file} cannot be written. Check who may write to its folder."
    if isinstance(error, apsw.IOError):
        return f"The disk reported an error: {file.name} could not be read or written."
    return f"The database {file.name} could not be read or written ({error})."
