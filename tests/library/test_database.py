"""The database: durable, versioned, and in words when it fails."""

from __future__ import annotations

import asyncio
import gc
import shutil
import stat
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from dreamina_desktop.core.errors import DamagedError, DatabaseError
from dreamina_desktop.library.backups import Backups
from dreamina_desktop.library.database import Database

ONE = "CREATE TABLE note (text TEXT)"
TWO = "ALTER TABLE note ADD COLUMN at REAL"

Usage = namedtuple("Usage", "total used free")

WRITE_AND_DIE = """
import asyncio, os, signal, sys
from pathlib import Path
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.schema import MIGRATIONS

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


async def test_a_migration_that_fails_half_way_leaves_none_of_it_and_says_so(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.sqlite3"
    old = await opened(file, ONE)
    await old.call(lambda c: c.execute("INSERT INTO note VALUES ('kept')"))
    await old.aclose()
    backups = Backups(tmp_path / "backups")
    new = Database(file, (ONE, TWO, "CREATE TABLE note (y)"), backups)
    with pytest.raises(DatabaseError, match="was left as it was") as raised:
        await new.open()
    assert not isinstance(raised.value, DamagedError)
    assert len(backups.newest_first()) == 1
    again = await opened(file, ONE)
    assert not again.read_only
    assert await texts(again) == ["kept"]
    await again.aclose()


async def test_no_migration_without_room_for_its_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.sqlite3"
    await (await opened(file, ONE)).aclose()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 0))
    with pytest.raises(DatabaseError, match="needs 100 MB"):
        await Database(file, (ONE, TWO), Backups(tmp_path / "backups")).open()
    again = await opened(file, ONE)
    assert not again.read_only
    await again.aclose()


async def test_a_newer_file_can_be_read_and_nothing_is_written_to_it(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    newer = await opened(file, ONE, TWO)
    await newer.call(lambda c: c.execute("INSERT INTO note VALUES ('theirs', 1.0)"))
    whole = tmp_path / "killed.sqlite3"  # as a killed run leaves it: with its log
    for ending in ("", "-wal"):
        shutil.copy(f"{file}{ending}", f"{whole}{ending}")
    await newer.aclose()
    before = [whole.read_bytes(), whole.with_name("killed.sqlite3-wal").read_bytes()]
    database = await opened(whole, ONE)
    assert database.read_only
    assert await texts(database) == ["theirs"]
    with pytest.raises(DatabaseError, match="newer Dreamina Desktop"):
        await database.call(lambda c: c.execute("INSERT INTO note (text) VALUES ('ours')"))
    assert await texts(database) == ["theirs"]
    await database.aclose()
    assert [whole.read_bytes(), whole.with_name("killed.sqlite3-wal").read_bytes()] == before


async def test_what_a_newer_file_says_in_its_own_way_is_no_damage(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    await (await opened(file, "CREATE TABLE other (x)", TWO.replace("note", "other"))).aclose()
    database = await opened(file, ONE)
    with pytest.raises(DatabaseError, match="cannot read it") as raised:
        await texts(database)
    assert not isinstance(raised.value, DamagedError)
    await database.aclose()


async def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DamagedError, match="damaged"):
        await opened(file, ONE)
    assert file.read_bytes() == b"not a database at all" * 100


async def test_a_damaged_file_keeps_its_log(tmp_path: Path) -> None:
    file, killed = tmp_path / "a.sqlite3", tmp_path / "b.sqlite3"
    before = await opened(file, ONE)
    await before.call(lambda c: c.executemany("INSERT INTO note VALUES (?)", [("x" * 3000,)] * 9))
    await before.aclose()
    database = await opened(file, ONE)
    await database.call(lambda c: c.execute("INSERT INTO note VALUES ('in the log')"))
    for ending in ("", "-wal"):
        shutil.copy(f"{file}{ending}", f"{killed}{ending}")
    await database.aclose()
    content = bytearray(killed.read_bytes())
    content[3 * 4096 : 4 * 4096] = b"\xff" * 4096
    killed.write_bytes(content)
    log = killed.with_name("b.sqlite3-wal").read_bytes()
    with pytest.raises(DamagedError):
        await opened(killed, ONE)
    assert killed.read_bytes() == content
    assert killed.with_name("b.sqlite3-wal").read_bytes() == log


async def test_a_journal_that_a_power_cut_left_is_worked_off(tmp_path: Path) -> None:
    """SQLite writes one while a file is made, before it keeps a log."""
    source = apsw.Connection(str(tmp_path / "source.sqlite3"))
    source.execute(f"{ONE}; INSERT INTO note VALUES ('kept'); PRAGMA user_version = 1")
    source.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = 2")
    source.execute("BEGIN")
    source.executemany("INSERT INTO note VALUES (?)", [("x" * 1000,)] * 200)
    for ending in ("", "-journal"):
        shutil.copy(tmp_path / f"source.sqlite3{ending}", tmp_path / f"a.sqlite3{ending}")
    source.execute("ROLLBACK")
    source.close()
    database = await opened(tmp_path / "a.sqlite3", ONE)
    assert await texts(database) == ["kept"]
    await database.aclose()


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


async def test_a_large_file_is_opened_first_and_proven_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.sqlite3"
    before = await opened(file, ONE)
    await before.call(lambda c: c.executemany("INSERT INTO note VALUES (?)", [("x" * 3000,)] * 9))
    assert before.is_proven
    await before.aclose()
    monkeypatch.setattr("dreamina_desktop.library.database.LARGE_BYTES", 1000)
    whole = await opened(file, ONE)
    assert not whole.is_proven
    await whole.prove()
    assert whole.is_proven
    await whole.aclose()
    content = bytearray(file.read_bytes())
    content[3 * 4096 : 4 * 4096] = b"\xff" * 4096
    file.write_bytes(content)
    database = await opened(file, ONE)
    with pytest.raises(DamagedError, match="Start Dreamina Desktop again"):
        await database.prove()
    await database.aclose()
    with pytest.raises(DamagedError):  # it is looked at before it is opened
        await opened(file, ONE)


async def test_damage_that_shows_in_use_is_looked_for_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dreamina_desktop.library.database.LARGE_BYTES", 1000)
    file = tmp_path / "a.sqlite3"
    before = await opened(file, ONE)
    await before.call(lambda c: c.executemany("INSERT INTO note VALUES (?)", [("x" * 3000,)] * 9))
    await before.aclose()
    content = bytearray(file.read_bytes())
    content[3 * 4096 : 4 * 4096] = b"\xff" * 4096
    file.write_bytes(content)
    database = await opened(file, ONE)
    with pytest.raises(DamagedError):
        await texts(database)
    await database.aclose()
    with pytest.raises(DamagedError):
        await opened(file, ONE)
    (tmp_path / "a.sqlite3").write_bytes(b"")  # as after a rescue
    again = await opened(file, ONE)
    await again.aclose()
    assert not (tmp_path / "a.suspect").exists()


async def test_the_end_does_not_wait_for_a_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await opened(tmp_path / "a.sqlite3", ONE)
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless(connection: apsw.Connection, *_: object) -> None:
        loop.call_soon_threadsafe(begun.set)
        count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        connection.execute(f"{count} SELECT max(i) FROM n").get  # noqa: B018

    monkeypatch.setattr("dreamina_desktop.library.database.check_pages", endless)
    proof = asyncio.create_task(database.prove())
    await begun.wait()
    await database.aclose()
    with pytest.raises(DatabaseError):
        await proof


@pytest.mark.parametrize("position", [18, 47, 60])
async def test_a_header_of_a_program_to_come_is_damage(tmp_path: Path, position: int) -> None:
    """The versions of SQLite's formats and of our tables: not read only for ever."""
    file = tmp_path / "a.sqlite3"
    await (await opened(file, ONE)).aclose()
    content = bytearray(file.read_bytes())
    content[position] = 77
    file.write_bytes(content)
    with pytest.raises(DamagedError):
        await opened(file, ONE)


async def test_another_programs_database_is_not_built_upon(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    await (await opened(file, "CREATE TABLE theirs (x)")).aclose()
    before = file.read_bytes()
    with pytest.raises(DamagedError):
        await opened(file, ONE)
    assert file.read_bytes() == before


async def test_an_index_that_differs_from_its_table_is_damage(tmp_path: Path) -> None:
    file, table = tmp_path / "a.sqlite3", "CREATE TABLE note (text TEXT UNIQUE)"
    database = await opened(file, table)
    await database.call(lambda c: c.execute("INSERT INTO note VALUES ('abcdefgh')"))
    await database.aclose()
    content = file.read_bytes()
    last = content.rindex(b"abcdefgh")
    file.write_bytes(content[:last] + b"abcdefgX" + content[last + 8 :])
    with pytest.raises(DamagedError):
        await opened(file, table)


async def test_text_that_is_none_is_damage(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    database = await opened(file, ONE)
    await database.call(lambda c: c.execute("INSERT INTO note VALUES (CAST(x'ff' AS TEXT))"))
    with pytest.raises(DamagedError):
        await texts(database)
    await database.aclose()


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


async def test_a_copy_of_a_library_that_was_damaged_meanwhile_is_no_backup(
    tmp_path: Path,
) -> None:
    file, backups = tmp_path / "a.sqlite3", Backups(tmp_path / "backups")
    database = Database(file, (ONE,), backups)
    await database.open()
    await database.call(
        lambda c: c.executemany("INSERT INTO note VALUES (?)", [("x" * 3000,)] * 2000)
    )
    await database.call(lambda c: c.execute("INSERT INTO note VALUES ('the log is worked in')"))
    with file.open("r+b") as stream:
        stream.seek(1000 * 4096)
        stream.write(b"\xff" * 4096)
    with pytest.raises(DamagedError):
        await database.back_up_if_due()
    assert list((tmp_path / "backups").iterdir()) == []
    await database.aclose()


async def test_a_backup_that_is_cut_off_leaves_nothing(tmp_path: Path) -> None:
    backups = Backups(tmp_path / "backups")
    database = Database(tmp_path / "a.sqlite3", (ONE,), backups)
    await database.open()
    await database.call(
        lambda c: c.executemany("INSERT INTO note VALUES (?)", [("x" * 3000,)] * 2000)
    )
    task = asyncio.ensure_future(database.back_up_if_due())
    part = tmp_path / "backups" / "library.part"
    while not (part.exists() and part.stat().st_size):  # noqa: ASYNC110 - it is another thread's
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list((tmp_path / "backups").iterdir()) == []
    await database.back_up_if_due()
    assert len(backups.newest_first()) == 1
    await database.aclose()


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


async def test_a_full_disk_says_how_much_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 0, 3_000_000))
    database = await opened(tmp_path / "a.sqlite3", ONE)
    pages = await database.call(lambda c: c.pragma("page_count"))
    await database.call(lambda c: c.pragma("max_page_count", pages))
    with pytest.raises(DatabaseError, match="Free at least 47 MB"):
        await database.call(lambda c: c.execute("INSERT INTO note VALUES (?)", ("x" * 100_000,)))
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


async def test_the_failure_of_a_call_whose_caller_was_cancelled_is_not_lost(
    tmp_path: Path,
) -> None:
    """It is nobody's: a program that ends on a failing disk says nothing of it."""
    lost: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: lost.append(context))
    database = await opened(tmp_path / "a.sqlite3", ONE)
    may_fail = threading.Event()

    def fail(_: apsw.Connection) -> None:
        may_fail.wait(60)
        raise apsw.IOError("disk I/O error")

    caller = asyncio.create_task(database.call(fail))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    may_fail.set()
    await database.aclose()
    del caller
    gc.collect()
    assert lost == []


def _delete(folder: Path) -> None:
    shutil.rmtree(folder)


def _delete_file(folder: Path) -> None:
    (folder / "a.sqlite3").unlink()


def _delete_log(folder: Path) -> None:
    (folder / "a.sqlite3-wal").unlink()


def _move(folder: Path) -> None:
    folder.rename(folder.with_name("moved"))


def _replace(folder: Path) -> None:
    _move(folder)
    shutil.copytree(folder.with_name("moved"), folder)


@pytest.mark.skipif(sys.platform == "win32", reason="there open files cannot be deleted")
@pytest.mark.parametrize("harm", [_delete, _delete_file, _delete_log, _move, _replace])
async def test_nothing_is_said_to_be_kept_in_a_file_that_is_gone(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    database = Database(folder / "a.sqlite3", (ONE,), Backups(folder / "backups"))
    await database.open()
    await database.call(lambda c: c.execute("INSERT INTO note VALUES ('kept')"))
    await database.check_place()
    harm(folder)
    for _ in range(2):
        with pytest.raises(DatabaseError, match=r"was deleted, moved or replaced.*start again"):
            await database.call(lambda c: c.execute("INSERT INTO note VALUES ('lost')"))
    with pytest.raises(DatabaseError, match="was deleted"):
        await database.check_place()
    with pytest.raises(DatabaseError, match="was deleted"):
        await database.back_up_if_due()
    assert await texts(database) == ["kept"]  # what was read is still shown
    await database.aclose()


async def test_a_file_that_was_put_back_is_written_to_again(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    database = await opened(folder / "a.sqlite3", ONE)
    _move(folder)
    with pytest.raises(DatabaseError, match="moved"):
        await database.call(lambda c: c.execute("INSERT INTO note VALUES ('lost')"))
    (tmp_path / "moved").rename(folder)
    await database.call(lambda c: c.execute("INSERT INTO note VALUES ('kept')"))
    assert await texts(database) == ["kept"]
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
