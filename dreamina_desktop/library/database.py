"""SQLite on one thread with one connection: WAL, synchronous FULL, versioned migrations."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import apsw

from dreamina_desktop.core.errors import DamagedError, DatabaseError
from dreamina_desktop.library.backups import BackupCopy, Backups, PageCopy
from dreamina_desktop.library.integrity import (
    check_header,
    check_pages,
    check_rows,
    check_tables,
    connect,
    version_of,
)
from dreamina_desktop.library.run_in_thread import call_in

T = TypeVar("T")
Migration = str  # SQL statements that lead from one version to the next
LARGE_BYTES = 32_000_000  # a smaller file is read whole, before it is opened, within 50 ms
LARGE_PAGE_BYTES = 8192  # of a new file
PROOF_STEPS = 20_000  # of SQLite, between two looks whether the program ends
NEEDED_MB = 50  # of free disk for a write: the log grows to a few MB before it is worked in


def sqlite_version() -> str:
    """Of the library that apsw brings."""
    return apsw.sqlite_lib_version()


class Database:
    """Every call runs whole on the database's thread, also when its caller is cancelled."""

    def __init__(
        self,
        file: Path,
        migrations: Sequence[Migration],
        backups: Backups | None = None,
        *,
        costs_only_time: bool = False,
        refusal: str = "",
    ) -> None:
        """`backups`: where copies go. `costs_only_time`: losing the file does. It is not proven
        whole at the start, may lose what was written last in a power cut, has larger pages, for
        larger rows, and can be made smaller. `refusal`: why the file is only read, in words; it
        is a copy then, and is brought to today's version first."""
        self._refusal = refusal
        self._file = file
        self._migrations = migrations
        self._backups = backups
        self._costs_only_time = costs_only_time
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=file.stem)
        self._connection: apsw.Connection | None = None
        self._copying = asyncio.Lock()
        self._read_only = self._is_newer = False
        self._places: dict[Path, tuple[int, int]] = {}  # of the open files: device and number
        self._suspect = file.with_name(f"{file.stem}.suspect")
        self._is_proven = True
        self._is_ending = False

    @property
    def read_only(self) -> bool:
        """Whether nothing is written: for the given reason, or a newer program wrote the file,
        which can be read as far as it is understood."""
        return self._read_only

    @property
    def refusal(self) -> str:
        """Why nothing is written, in words; else ""."""
        return self._refusal

    @property
    def is_newer(self) -> bool:
        """Whether a newer program wrote the file."""
        return self._is_newer

    @property
    def is_proven(self) -> bool:
        """Whether `open` read every page. A large file is opened before it is proven (`prove`)."""
        return self._is_proven

    async def prove(self) -> None:
        """Read every page and row, while others use the file. Raises DamagedError; the next start
        then looks before it opens."""
        await asyncio.to_thread(self._told(self._prove))
        self._is_proven = True

    async def open(self) -> None:
        """Open or make the file, check it, and bring it to today's version after a backup.
        Raises DamagedError where the file is not a whole database, and then has changed nothing."""
        await self._run(self._open)

    async def back_up_if_due(self) -> None:
        """Copy the file, once a day, a piece at a time: other calls go on in between. Raises
        OSError; then there is no copy."""
        async with self._copying:
            copy = await self._run(self._begin_copy)
            if copy is None:
                return
            try:
                while not await self._run(copy.step):
                    pass
                await asyncio.to_thread(self._told(lambda: copy.finish(self._migrations)))
            except BaseException:
                await self._run(copy.abandon)
                raise

    async def copy_to(self, file: Path) -> None:
        """Fill an empty file with a copy as of the moment when this returns, a piece at a time.
        Raises DatabaseError, also for a library of a newer program."""
        if self._is_newer:
            raise DatabaseError(NEWER)
        async with self._copying:
            copy = await self._run(lambda: PageCopy(self._open_connection(), file))
            try:
                while not await self._run(copy.step):
                    pass
            finally:
                await self._run(copy.close)

    async def call(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run `work` in one transaction. Raises DatabaseError; then nothing was changed. What was
        changed is in the file that stands under its name when this returns."""

        def placed(connection: apsw.Connection) -> T:
            before = connection.total_changes()
            result = work(connection)
            if connection.total_changes() != before:
                self._check_place()
            return result

        def transaction() -> T:
            return in_transaction(self._open_connection(), placed, writes=not self._read_only)

        return await self._run(transaction)

    async def check_place(self) -> None:
        """Raises DatabaseError where the file was deleted, moved or replaced since it was opened:
        what is written then is kept by nobody."""
        await self._run(self._check_place)

    async def aclose(self) -> None:
        """Finish what was begun, but no proof, and close."""
        self._is_ending = True
        await self._run(self._close)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        return await call_in(self._thread, self._told(work))

    def _told(self, work: Callable[[], T]) -> Callable[[], T]:
        def told() -> T:
            try:
                return work()
            except (apsw.Error, UnicodeDecodeError) as error:
                raise self._in_words(error) from error

        return told

    def _in_words(self, error: apsw.Error | UnicodeDecodeError) -> DatabaseError:
        if self._read_only and isinstance(error, apsw.ReadOnlyError):
            return DatabaseError(self._refusal)
        if self._is_newer:
            return DatabaseError(UNREADABLE)
        if isinstance(error, apsw.NotADBError | apsw.CorruptError | UnicodeDecodeError):
            self._note_damage()
            return DamagedError(_DAMAGED.format(file=self._file))
        return DatabaseError(_words(error, self._file))

    def _open_connection(self) -> apsw.Connection:
        if self._connection is None:
            raise DatabaseError("The database is closed.")
        return self._connection

    def _open(self) -> None:
        if not self._file.exists():
            os.close(os.open(self._file, os.O_CREAT | os.O_WRONLY, 0o600))
        self._is_newer = self._look() > len(self._migrations)
        if self._is_newer:
            self._refusal = NEWER
        else:
            self._connection = self._open_and_set_up()
        self._read_only = bool(self._refusal)
        if self._read_only:
            self._close()
            self._connection = self._connect(apsw.SQLITE_OPEN_READONLY)
        else:
            self._note_place()

    def _open_and_set_up(self) -> apsw.Connection:
        self._file.chmod(0o600)
        connection = self._connect(apsw.SQLITE_OPEN_READWRITE)
        try:
            self._set_up(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _note_place(self) -> None:
        for file in (self._file, self._file.with_name(f"{self._file.name}-wal")):
            if (place := _place(file)) is not None:
                self._places[file] = place

    def _check_place(self) -> None:
        if any(_place(file) != place for file, place in self._places.items()):
            raise DatabaseError(_NOT_THERE.format(folder=self._file.parent, file=self._file.name))

    def _look(self) -> int:
        """The file's version, after a check by a connection that changes nothing: a damaged file
        stays as it was found, with its log. Only a journal that a power cut left is worked off
        first: without that nobody can read the file."""
        journal = self._file.with_name(f"{self._file.name}-journal")
        connection = self._connect(
            apsw.SQLITE_OPEN_READWRITE if journal.exists() else apsw.SQLITE_OPEN_READONLY
        )
        try:
            if not self._costs_only_time:
                check_header(self._file)
                self._check(connection)
            return version_of(connection)
        except apsw.SQLError as error:  # our questions are good: the header is not
            raise apsw.CorruptError(str(error)) from error
        finally:
            connection.close()

    def _check(self, connection: apsw.Connection) -> None:
        is_large = self._file.stat().st_size > LARGE_BYTES
        if is_large and not self._suspect.exists():
            check_tables(connection, self._migrations)
            self._is_proven = False
        else:
            check_pages(connection, self._migrations)
            self._suspect.unlink(missing_ok=True)

    def _prove(self) -> None:
        connection = self._connect(apsw.SQLITE_OPEN_READONLY)
        connection.set_progress_handler(lambda: self._is_ending, PROOF_STEPS)
        try:
            check_pages(connection, self._migrations)
            check_rows(connection)
        finally:
            connection.close()

    def _note_damage(self) -> None:
        if not self._costs_only_time:
            with suppress(OSError):
                self._suspect.touch(0o600)

    def _connect(self, flags: int) -> apsw.Connection:
        connection = connect(self._file, flags)
        connection.set_busy_timeout(5000)
        return connection

    def _set_up(self, connection: apsw.Connection) -> None:
        pragmas = ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"]
        if self._costs_only_time:
            of_new_file = [f"page_size = {LARGE_PAGE_BYTES}", "auto_vacuum = INCREMENTAL"]
            pragmas = [*of_new_file, pragmas[0], "synchronous = NORMAL"]
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        version = version_of(connection)
        if version < len(self._migrations):
            try:
                self._bring_up_to_date(connection, version)
            except (apsw.Error, OSError) as error:
                raise self._not_migrated(error) from error

    def _bring_up_to_date(self, connection: apsw.Connection, version: int) -> None:
        if self._backups and version > 0 and not self._refusal:
            copy = BackupCopy(connection, self._backups)
            while not copy.step():
                pass
            copy.finish(self._migrations)
        migrate(connection, self._migrations)

    def _not_migrated(self, error: apsw.Error | OSError) -> DatabaseError:
        why = self._in_words(error) if isinstance(error, apsw.Error) else error
        if isinstance(why, DamagedError):
            return why
        return DatabaseError(
            f"{self._file} could not be brought to the form of this version, and was left as it "
            f"was. {why}"
        )

    def _begin_copy(self) -> BackupCopy | None:
        backups = self._backups
        if backups is None or self._read_only or not backups.is_due(datetime.now(UTC)):
            return None
        self._check_place()  # the folder of backups may be another library's by now
        return BackupCopy(self._open_connection(), backups)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def migrate(connection: apsw.Connection, migrations: Sequence[Migration]) -> None:
    """Bring a file to today's version, in one transaction."""

    def work(connection: apsw.Connection) -> None:
        for migration in migrations[version_of(connection) :]:
            connection.execute(migration)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")

    in_transaction(connection, work)


def in_transaction(
    connection: apsw.Connection, work: Callable[[apsw.Connection], T], *, writes: bool = True
) -> T:
    """All of it or nothing. A full disk makes SQLite roll back by itself, and a second roll-back
    would hide why. Others run meanwhile: while a connection's own `with` ends, no other thread
    does, for as long as that takes."""
    connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _place(file: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_dev, status.st_ino


_NOT_THERE = (
    "Nothing can be kept: {file} in {folder} was deleted, moved or replaced while Dreamina Desktop "
    "was running. Put it back as it was, or quit and start again."
)
_DAMAGED = (
    "{file} seems to be damaged. Start Dreamina Desktop again: then it is looked at, and restored "
    "where it is."
)
NEWER = (
    "This library was written by a newer Dreamina Desktop. It is shown, but nothing is checked or "
    "changed. Install the newer version."
)
READ_ONLY_FOLDER = (
    "The data folder may not be written to. It is shown as it was at the start, but nothing is "
    "checked or changed."
)
UNREADABLE = (
    "This library was written by a newer Dreamina Desktop, and this version cannot read it. "
    "Install the newer version, or give another --data-dir."
)


def _words(error: apsw.Error, file: Path) -> str:
    if isinstance(error, apsw.FullError):
        return f"The disk is full: {file.name} could not be written. {_room(file)}"
    if isinstance(error, apsw.ReadOnlyError | apsw.CantOpenError | apsw.PermissionsError):
        return f"{file} cannot be written. Check who may write to its folder."
    if isinstance(error, apsw.IOError):
        return (
            f"The disk reported an error: {file.name} could not be read or written. Check the disk."
        )
    return f"The database {file.name} could not be read or written ({error})."


def _room(file: Path) -> str:
    try:
        free_mb = shutil.disk_usage(file.parent).free / 1e6
    except OSError:
        free_mb = NEEDED_MB
    if free_mb >= NEEDED_MB:  # a quota, for one
        return "Make room on it."
    return f"Free at least {NEEDED_MB - free_mb:,.0f} MB of it."
