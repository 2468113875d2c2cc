"""Trouble of a moment never sets a library aside: what a disk refused is there when it is back."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw
import pytest

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.search.results import Query
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.library import database
from dreamina_desktop.library.backups import Backups
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.index.index import JobIndex
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.safety import open_library as library_file
from dreamina_desktop.library.safety import rescue
from dreamina_desktop.library.safety.open_library import open_library
from dreamina_desktop.library.safety.rescue import is_needed
from dreamina_desktop.services.library import Library

JOBS = 300
PAGE = 4096


def jobid(number: int) -> str:
    return f"j0302140530123{number:06}i-u12345-US:user@example.com-bot:dreamina"


async def read(database: Database) -> int:
    return int(await database.call(lambda c: c.execute("SELECT count(*) FROM job").get))


async def start(locations: Locations) -> tuple[int, bool]:
    """How many jobs a start of the program finds, and whether it had to rescue them."""
    opened, count, is_rescued = await open_library(locations, read)
    await opened.aclose()
    return count, is_rescued


@pytest.fixture
async def locations(tmp_path: Path) -> Locations:
    """A library with a backup that has less than it."""
    here = Locations.at(tmp_path / "data")
    here.create()
    opened, _, _ = await open_library(here, read)
    repository = JobRepository(opened, here.root)
    await repository.add(1.0, [jobid(0)], {})
    await opened.back_up_if_due()
    await repository.add(2.0, [jobid(number) for number in range(1, JOBS)], {})
    await opened.aclose()
    return here


def asides(locations: Locations) -> list[str]:
    return [name for name in os.listdir(locations.root) if "damaged" in name or "rescue" in name]


class MisreadPages:
    """So many times the pages are not what they are: what SQLite makes of an EIO, too
    (SQLITE_IOERR_CORRUPTFS becomes SQLITE_CORRUPT)."""

    def __init__(self, patch: pytest.MonkeyPatch, times: int) -> None:
        self.left = times
        self.check = database.check_pages
        patch.setattr(database, "check_pages", self._look)

    def _look(self, connection: apsw.Connection, migrations: Sequence[str]) -> None:
        if self.left:
            self.left -= 1
            raise apsw.CorruptError("injected")
        self.check(connection, migrations)


async def test_reading_that_fails_once_is_tried_again(
    locations: Locations, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = MisreadPages(monkeypatch, 1)
    assert await start(locations) == (JOBS, False)
    assert disk.left == 0
    assert asides(locations) == []


async def test_a_disk_that_goes_on_failing_is_said_and_nothing_is_changed(
    locations: Locations, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_arguments: object, **_options: object) -> io.BufferedReader:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = locations.database.read_bytes()
    disk = MisreadPages(monkeypatch, 1_000)
    monkeypatch.setattr(library_file, "open", refused, raising=False)
    with pytest.raises(DatabaseError, match=r"could not be read \(Input/output error\). Nothing"):
        await start(locations)
    assert locations.database.read_bytes() == before
    assert asides(locations) == []
    disk.left = 1
    monkeypatch.delattr(library_file, "open")
    assert await start(locations) == (JOBS, False)


async def test_lasting_damage_is_still_rescued(locations: Locations) -> None:
    data = bytearray(locations.database.read_bytes())
    data[5 * PAGE : 6 * PAGE] = b"\xff" * PAGE
    locations.database.write_bytes(data)
    count, is_rescued = await start(locations)
    assert is_rescued
    assert count > 1


READ = """
import asyncio, sys
from pathlib import Path
from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.library.safety.open_library import open_library
from dreamina_desktop.files.locations import Locations

async def read(database):
    return await database.call(lambda c: c.execute("SELECT count(*) FROM job").get)

async def main():
    try:
        database, count, is_rescued = await open_library(Locations.at(Path(sys.argv[1])), read)
    except DatabaseError as error:
        print(error)
    else:
        await database.aclose()
        print(count, is_rescued)

asyncio.run(main())
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace")
@pytest.mark.parametrize(
    "first", ["9", *(pytest.param(each, marks=pytest.mark.long) for each in ("4", "20", "40"))]
)
async def test_a_real_read_error_sets_nothing_aside(locations: Locations, first: str) -> None:
    """Of SQLite once in each thread, and of whoever reads the file through."""
    faults = (f"inject=pread64:error=EIO:when={first}", "inject=read:error=EIO:when=2+")
    trace = ["strace", "-f", "-qq", "-o", os.devnull, "-P", str(locations.database)]
    trace += [word for fault in faults for word in ("-e", fault)]
    ended = await asyncio.to_thread(
        subprocess.run,
        [*trace, sys.executable, "-c", READ, str(locations.root)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace" in ended.stderr.lower():
        pytest.skip("strace may not trace here")
    assert "The disk reported an error" in ended.stdout, ended
    assert asides(locations) == []
    assert await start(locations) == (JOBS, False)


async def test_a_damaged_index_is_made_anew_and_the_library_is_none_the_worse(
    locations: Locations,
) -> None:
    async def load(database: Database) -> list[int]:
        index = JobIndex(locations.index, locations.database, locations.root)
        library = Library(JobRepository(database, locations.root), index)
        try:
            await index.open()
            await library.load()
            return list(library.listing(Query()).numbers)
        finally:
            await index.aclose()

    whole, numbers, _ = await open_library(locations, load)
    await whole.aclose()
    assert len(numbers) == JOBS
    size = locations.index.stat().st_size
    for page in range(1, size // PAGE):  # each in turn, the rest whole
        data = bytearray(locations.index.read_bytes())
        data[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
        if page % 7 == 0 or page < 6:
            locations.index.write_bytes(data)
            opened, found, is_rescued = await open_library(locations, load)
            await opened.aclose()
            assert (found, is_rescued) == (numbers, False), page
    assert asides(locations) == []


async def test_a_library_behind_a_link_whose_disk_is_away_is_waited_for(
    locations: Locations, tmp_path: Path
) -> None:
    disk, away = tmp_path / "disk", tmp_path / "away"
    disk.mkdir()
    os.rename(locations.database, disk / "library.sqlite3")
    locations.database.symlink_to(disk / "library.sqlite3")
    os.rename(disk, away)
    disk.mkdir()  # the empty place where it is mounted
    with pytest.raises(DatabaseError, match=r"which is not there\. Bring its disk back"):
        await start(locations)
    assert os.listdir(disk) == []
    assert locations.database.is_symlink()
    assert asides(locations) == []
    disk.rmdir()
    os.rename(away, disk)
    assert await start(locations) == (JOBS, False)


async def test_a_folder_that_nobody_may_look_into_is_no_library_that_is_gone(
    locations: Locations, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.stat

    def refused(path: Path, **options: Any) -> os.stat_result:
        if path.name.startswith("library.sqlite3"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", refused)
        with pytest.raises(PermissionError):
            is_needed(locations.database, Backups(locations.backups))
        with pytest.raises(DatabaseError, match="Permission denied"):
            await start(locations)
    assert asides(locations) == []
    assert await start(locations) == (JOBS, False)


async def test_a_backup_that_cannot_be_looked_at_now_is_not_passed_over(
    locations: Locations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No handles, no memory: an older backup, or none, would take its place for good."""
    os.unlink(locations.database)
    check = rescue.check_file

    def cannot(*_arguments: object) -> None:
        raise apsw.CantOpenError("unable to open database file")

    monkeypatch.setattr(rescue, "check_file", cannot)
    with pytest.raises(DatabaseError, match="start again"):
        await start(locations)
    monkeypatch.setattr(rescue, "check_file", check)
    with suppress(FileNotFoundError):
        assert locations.database.stat().st_size == 0
    assert await start(locations) == (1, True)
