"""SQLite on one thread with one connection: WAL, synchronous FULL, versioned migrations."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import apsw

from dreamina_desktop.core.errors import DatabaseError

T = TypeVar("T")
Migration = str  # SQL statements that lead from one version to the next


class Database:
    """Every call runs whole on the database's thread, also when its caller is cancelled."""

    def __init__(self, file: Path, migrations: Sequence[Migration]) -> None:
        self._file = file
        self._migrations = migrations
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=file.stem)
        self._connection: apsw.Connection | None = None

    async def open(self) -> None:
        """Open or make the file and bring it to today's version, after a backup."""
        await self._run(self._open)

    async def call(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run `work` in one transaction. Raises DatabaseError; then nothing was changed."""

        def transaction() -> T:
            connection = self._connection
            if connection is None:
                raise DatabaseError("The database is closed.")
            return _in_transaction(connection, work)

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
            except apsw.Error as error:
                raise DatabaseError(_words(error, self._file)) from error

        return told

    def _open(self) -> None:
        if not self._file.exists():
            os.close(os.open(self._file, os.O_CREAT | os.O_WRONLY, 0o600))
        self._file.chmod(0o600)
        connection = apsw.Connection(os.fspath(self._file))
        try:
            connection.set_busy_timeout(5000)
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                connection.execute(f"PRAGMA {pragma}")
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _migrate(self, connection: apsw.Connection) -> None:
        version = int(connection.pragma("user_version"))
        if version > len(self._migrations):
            raise DatabaseError(
                f"{self._file} was written by a newer Dreamina Desktop. Install that version, or "
                "give another --data-dir."
            )
        if 0 < version < len(self._migrations):
            self._back_up(connection, version)
        for number in range(version, len(self._migrations)):
            _in_transaction(connection, self._step(number))

    def _step(self, number: int) -> Callable[[apsw.Connection], None]:
        def step(connection: apsw.Connection) -> None:
            connection.execute(self._migrations[number])
            connection.execute(f"PRAGMA user_version = {number + 1}")

        return step

    def _back_up(self, connection: apsw.Connection, version: int) -> None:
        """A whole copy beside the file; an older copy of the same version stays."""
        target = self._file.with_name(f"{self._file.stem}-v{version}-backup.sqlite3")
        if not target.exists():
            part = target.with_suffix(".part")
            part.unlink(missing_ok=True)
            connection.execute("VACUUM INTO ?", (os.fspath(part),))
            part.chmod(0o600)
            part.replace(target)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _in_transaction(connection: apsw.Connection, work: Callable[[apsw.Connection], T]) -> T:
    """All of it or nothing. A full disk makes SQLite roll back by itself, and a second roll-back
    would hide why."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _words(error: apsw.Error, file: Path) -> str:
    if isinstance(error, apsw.FullError):
        return f"The disk is full: {file.name} could not be written. Make room on it."
    if isinstance(error, apsw.NotADBError | apsw.CorruptError):
        return (
            f"{file} is damaged. Keep it, and put a copy of the last backup in its place, or give "
            "another --data-dir."
        )
    if isinstance(error, apsw.ReadOnlyError | apsw.CantOpenError | apsw.PermissionsError):
        return f"{file} cannot be written. Check who may write to its folder."
    return f"The database {file.name} could not be read or written ({error})."
