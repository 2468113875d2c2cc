"""The database: durable, versioned, and in words when it fails."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from dreamina_desktop.core.errors import DamagedError, DatabaseError
from dreamina_desktop.storage.backups import Backups
from dreamina_desktop.storage.database import Database

ONE = "CREATE TABLE note (text TEXT)"
TWO = "ALTER TABLE note ADD COLUMN at REAL"

WRITE_AND_DIE = """
import asyncio, os, signal, sys
from pathlib import Path
from dreamina_desktop.storage.job_repository import JobRepository
from dreamina_desktop.storage.database import Database
from dreamina_desktop.storage.schema import MIGRATIONS

async def main(folder):
    database = Database(folder / "a.sqlite3", MIGRATIONS)
    await database.open()
    await JobRepository(database, folder).add(1.0, [f"j{n}:dreamina" for n in range(500)], {})
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main(Path(sys.argv[1])))
"""


async def opened(file: Path, *migrations: str) -> Database:
    database = Database(file, migrations)
    await database.open()
    return database


async def texts(database: Database) -> list[str]:
    return await database.call(
        lambda c: [str(row[0]) for row in c.execute("SELECT text FROM note ORDER BY rowid")]
    )


async def test_the_file_is_private_and_uses_the_log_that_survives_a_power_cut(
    tmp_path: Path,
) -> None:
    database = await opened(tmp_path / "a.sqlite3", ONE)
    settings = await database.call(
        lambda c: (c.pragma("journal_mode"), c.pragma("synchronous"), c.pragma("foreign_keys"))
    )
    assert settings == ("wal", 2, 1)  # 2 is FULL
    assert stat.S_IMODE((tmp_path / "a.sqlite3").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a.sqlite3-wal").stat().st_mode) == 0o600
    await database.aclose()


async def test_a_new_version_keeps_the_rows_and_a_backup_of_the_old(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    old = await opened(file, ONE)
    await old.call(lambda c: c.execute("INSERT INTO note VALUES ('kept')"))
    await old.aclose()
    new = Database(file, (ONE, TWO), Backups(tmp_path / "backups"))
    await new.open()
    assert await texts(new) == ["kept"]
    await new.call(lambda c: c.execute("SELECT at FROM note"))
    await new.aclose()
    (backup,) = (tmp_path / "backups").iterdir()
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    connection = apsw.Connection(str(backup))
    assert list(connection.execute("SELECT * FROM note")) == [("kept",)]
    connection.close()


async def test_a_migration_that_fails_leaves_the_old_version(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    await (await opened(file, ONE)).aclose()
    with pytest.raises(DatabaseError):
        await opened(file, ONE, "CREATE TABLE half (x); CREATE TABLE note (y)")
    again = await opened(file, ONE)
    tables = await again.call(lambda c: [r[0] for r in c.execute("SELECT name FROM sqlite_schema")])
    assert tables == ["note"]
    await again.aclose()


async def test_a_newer_file_can_be_read_and_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    newer = await opened(file, ONE, TWO)
    await newer.call(lambda c: c.execute("INSERT INTO note VALUES ('theirs', 1.0)"))
    await newer.aclose()
    database = await opened(file, ONE)
    assert database.read_only
    assert await texts(database) == ["theirs"]
    with pytest.raises(DatabaseError, match="newer"):
        await database.call(lambda c: c.execute("INSERT INTO note (text) VALUES ('ours')"))
    assert await texts(database) == ["theirs"]
    await database.aclose()


async def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DamagedError, match="damaged"):
        await opened(file, ONE)
    assert file.read_bytes() == b"not a database at all" * 100


async def test_a_damaged_page_is_found_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    database = await opened(file, ONE)
    await database.call(
        lambda c: c.executemany("INSERT INTO note VALUES (?)", [("x" * 500,)] * 100)
    )
    await database.aclose()
    content = bytearray(file.read_bytes())
    content[3 * 4096 : 3 * 4096 + 64] = b"\xff" * 64
    file.write_bytes(content)
    with pytest.raises(DamagedError):
        await opened(file, ONE)


async def test_a_backup_is_made_once_a_day_while_others_go_on(tmp_path: Path) -> None:
    backups = Backups(tmp_path / "backups")
    database = Database(tmp_path / "a.sqlite3", (ONE,), backups)
    await database.open()
    await database.call(
        lambda c: c.executemany("INSERT INTO note VALUES (?)", [("x" * 3000,)] * 2000)
    )
    backing_up = asyncio.ensure_future(database.back_up_if_due())
    for number in range(20):
        await database.call(lambda c, n=number: c.execute("INSERT INTO note VALUES (?)", (str(n),)))
    await backing_up
    await database.back_up_if_due()
    await database.aclose()
    (backup,) = backups.newest_first()
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    connection = apsw.Connection(str(backup))
    assert connection.pragma("quick_check") == "ok"
    assert next(iter(connection.execute("SELECT count(*) FROM note")))[0] >= 2000
    connection.close()


async def test_an_io_error_is_said_in_words(tmp_path: Path) -> None:
    database = await opened(tmp_path / "a.sqlite3", ONE)

    def fail(_: apsw.Connection) -> None:
        raise apsw.IOError("disk I/O error")

    with pytest.raises(DatabaseError, match="The disk reported an error"):
        await database.call(fail)
    await database.aclose()


async def test_a_full_disk_is_said_and_nothing_of_the_call_is_kept(tmp_path: Path) -> None:
    database = await opened(tmp_path / "a.sqlite3", ONE)
    await database.call(lambda c: c.execute("INSERT INTO note VALUES ('before')"))
    pages = await database.call(lambda c: c.pragma("page_count"))
    await database.call(lambda c: c.pragma("max_page_count", pages))
    with pytest.raises(DatabaseError, match="disk is full"):
        await database.call(lambda c: c.execute("INSERT INTO note VALUES (?)", ("x" * 100_000,)))
    assert await texts(database) == ["before"]
    await database.aclose()


async def test_a_call_that_raises_is_rolled_back(tmp_path: Path) -> None:
    database = await opened(tmp_path / "a.sqlite3", ONE)

    def half(connection: apsw.Connection) -> None:
        connection.execute("INSERT INTO note VALUES ('half')")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        await database.call(half)
    assert await texts(database) == []
    await database.aclose()


async def test_a_cancelled_caller_does_not_tear_a_transaction(tmp_path: Path) -> None:
    database = await opened(tmp_path / "a.sqlite3", ONE)

    def write(connection: apsw.Connection) -> None:
        connection.executemany("INSERT INTO note VALUES (?)", [(str(n),) for n in range(2000)])

    task = asyncio.ensure_future(database.call(write))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await texts(database)) == 2000
    await database.aclose()


async def test_after_its_end_a_call_is_refused(tmp_path: Path) -> None:
    database = await opened(tmp_path / "a.sqlite3", ONE)
    await database.aclose()
    with pytest.raises((DatabaseError, RuntimeError)):
        await texts(database)


def test_what_was_written_survives_the_killed_process(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", WRITE_AND_DIE, str(tmp_path)], check=False)
    assert killed.returncode < 0
    connection = apsw.Connection(str(tmp_path / "a.sqlite3"))
    assert list(connection.execute("SELECT count(*) FROM job")) == [(500,)]
    connection.close()
