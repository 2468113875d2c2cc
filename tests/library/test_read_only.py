"""A data folder that may only be read is shown as it is, and not a byte of it changes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import apsw
import pytest

from dreamina_desktop.core.errors import DatabaseError, OptionError
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.index.index import JobIndex
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.read_only import copied
from dreamina_desktop.library.safety.open_library import open_library
from dreamina_desktop.library.schema import MIGRATIONS

JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"


def state_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


async def with_a_job(folder: Path) -> Database:
    """Open: what was written last is in the log alone."""
    await asyncio.to_thread(folder.mkdir)
    database = Database(folder / "library.sqlite3", MIGRATIONS)
    await database.open()
    await JobRepository(database, folder).add(1.0, [JOBID], {})
    return database


async def nothing(_: Database) -> None:
    return None


async def test_the_newest_jobs_are_there_and_nothing_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    writer = await with_a_job(folder)
    before = state_of(folder)
    assert "library.sqlite3-wal" in before
    with copied(Locations.at(folder)) as places:
        database, _, is_rescued = await open_library(places, nothing)
        index = JobIndex(places.index, places.database, places.root)
        await index.open()
        assert [job.jobid for job in await index.jobs([1])] == [JOBID]
        assert not is_rescued
        assert database.read_only
        assert not database.is_newer
        with pytest.raises(DatabaseError, match="may not be written to"):
            await JobRepository(database, folder).add(1.0, ["another:dreamina"], {})
        await database.back_up_if_due()
        copy = tmp_path / "copy.sqlite3"
        await database.copy_to(copy)
        scratch = places.written
        assert scratch != folder
        await index.aclose()
        await database.aclose()
        after = state_of(folder)
    await writer.aclose()
    assert after == before
    assert state_of(scratch) == {}
    assert apsw.Connection(str(copy)).execute("SELECT jobid FROM job").get == JOBID


async def test_a_library_of_an_older_version_is_brought_up_in_the_copy(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await asyncio.to_thread(folder.mkdir)
    old = Database(folder / "library.sqlite3", MIGRATIONS[:3])
    await old.open()
    await old.aclose()
    before = state_of(folder)
    with copied(Locations.at(folder)) as places:
        database, _, _ = await open_library(places, nothing)
        assert await database.call(lambda c: c.pragma("user_version")) == len(MIGRATIONS)
        await database.aclose()
    assert state_of(folder) == before


def test_without_a_library_it_is_a_sentence(tmp_path: Path) -> None:
    places = copied(Locations.at(tmp_path))
    with pytest.raises(OptionError, match="no library that you may read is in it"):
        places.__enter__()


@pytest.mark.parametrize("is_allowed", [True, False])
def test_the_system_is_asked_whether_it_may_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_allowed: bool
) -> None:
    asked: list[tuple[Path, int]] = []

    def access(path: Path, mode: int) -> bool:
        asked.append((path, mode))
        return is_allowed

    monkeypatch.setattr(os, "access", access)  # root may write anywhere
    assert Locations.at(tmp_path).may_be_written() == is_allowed
    assert asked == [(tmp_path, os.W_OK | os.X_OK)]
