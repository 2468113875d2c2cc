"""A damaged library is set aside, its backup restored, and what can be read of it kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dreamina_desktop.core.job import Job, Tracking
from dreamina_desktop.storage.job_repository import JobRepository
from dreamina_desktop.storage.library_file import open_library
from dreamina_desktop.storage.locations import Locations
from dreamina_desktop.storage.rescue import Rescue

PAGE = 4096


def jobid(number: int) -> str:
    return f"j0302140530123{number:06}i-u12345-US:user@example.com-bot:dreamina"


@pytest.fixture
def locations(tmp_path: Path) -> Locations:
    return Locations.at(tmp_path)


async def track(locations: Locations, numbers: Sequence[int], *, backup: bool = False) -> None:
    """One run: track IDs, and maybe make a backup at its end."""
    database, _ = await open_library(locations)
    await JobRepository(database, locations.root).add(1.0, [jobid(n) for n in numbers], {})
    if backup:
        await database.back_up_if_due()
    await database.aclose()


async def reopened(locations: Locations) -> tuple[dict[str, Job], Rescue | None]:
    database, rescue = await open_library(locations)
    jobs, _ = await JobRepository(database, locations.root).load()
    assert await database.call(lambda c: c.pragma("integrity_check")) == "ok"
    assert await database.call(lambda c: list(c.execute("PRAGMA foreign_key_check"))) == []
    await database.aclose()
    return {job.jobid: job for job in jobs}, rescue


def asides(locations: Locations) -> list[Path]:
    return sorted(locations.root.glob("library.damaged-*.sqlite3"))


async def test_a_whole_library_needs_no_rescue(locations: Locations) -> None:
    await track(locations, range(10))
    jobs, rescue = await reopened(locations)
    assert len(jobs) == 10
    assert rescue is None
    assert asides(locations) == []


async def test_garbage_gives_way_to_the_backup_and_is_kept(locations: Locations) -> None:
    await track(locations, range(10), backup=True)
    garbage = b"no database any more" * 5000
    locations.database.write_bytes(garbage)
    jobs, rescue = await reopened(locations)
    assert set(jobs) == {jobid(n) for n in range(10)}
    assert rescue is not None
    assert rescue.backup_at is not None
    (aside,) = asides(locations)
    assert aside.read_bytes() == garbage
    assert aside.name in rescue.words()
    assert "The backup of" in rescue.words()


async def test_what_the_backup_does_not_have_is_read_from_the_damaged_file(
    locations: Locations,
) -> None:
    await track(locations, range(1000), backup=True)
    await track(locations, range(1000, 1200))
    content = bytearray(locations.database.read_bytes())
    for page in (5, len(content) // PAGE // 2):
        content[page * PAGE : page * PAGE + 200] = b"\xff" * 200
    locations.database.write_bytes(content)
    jobs, rescue = await reopened(locations)
    assert set(jobs) == {jobid(n) for n in range(1200)}
    assert rescue is not None
    assert rescue.salvaged == 200


async def test_without_any_backup_ids_are_found_in_the_bare_bytes(locations: Locations) -> None:
    await track(locations, range(300))
    content = bytearray(locations.database.read_bytes())
    content[:100] = b"\x00" * 100  # the header: SQLite reads nothing of it
    locations.database.write_bytes(content)
    jobs, rescue = await reopened(locations)
    assert set(jobs) == {jobid(n) for n in range(300)}
    assert rescue is not None
    assert "There was no backup." in rescue.words()
    assert all(job.tracking is Tracking.POLLING for job in jobs.values())


async def test_numbers_of_the_damaged_library_and_of_image_files_are_not_given_again(
    locations: Locations,
) -> None:
    await track(locations, range(5), backup=True)
    folder = locations.images / "2026-03-02"
    folder.mkdir(parents=True)
    (folder / "0214-2 a-stunning-aurora.jpg").write_bytes(b"x")
    locations.database.write_bytes(b"garbage" * 100)
    await reopened(locations)
    await track(locations, [900])
    jobs, _ = await reopened(locations)
    assert jobs[jobid(900)].number == 215


async def test_a_damaged_backup_is_passed_over(locations: Locations) -> None:
    await track(locations, range(10), backup=True)
    bad = locations.backups / "library-20990101-000000.sqlite3"
    bad.write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)
    locations.database.write_bytes(b"garbage" * 100)
    jobs, _ = await reopened(locations)
    assert len(jobs) == 10
    assert bad.exists()


async def test_a_library_that_is_gone_comes_back_from_its_backup(locations: Locations) -> None:
    await track(locations, range(10), backup=True)
    locations.database.unlink()
    jobs, rescue = await reopened(locations)
    assert len(jobs) == 10
    assert rescue is not None
    assert "was missing" in rescue.words()


async def test_a_rescue_that_was_cut_off_begins_anew(locations: Locations) -> None:
    await track(locations, range(10), backup=True)
    await track(locations, range(10, 20))
    # As a killed rescue leaves it: the file is aside, and its replacement is half written.
    locations.database.rename(locations.root / "library.damaged-20260302-140530.sqlite3")
    (locations.root / "library.rescue.part").write_bytes(b"half")
    jobs, _ = await reopened(locations)
    assert len(jobs) == 20


async def test_what_is_known_of_a_job_survives_with_its_number(locations: Locations) -> None:
    await track(locations, range(3), backup=True)
    database, _ = await open_library(locations)
    repository = JobRepository(database, locations.root)
    jobs, _ = await repository.load()
    await repository.save_jobs([replace(jobs[1], removed=True, note="kept")])
    await database.aclose()
    content = bytearray(locations.database.read_bytes())
    content[-200:] = b"\xff" * 200
    content += b"\xff" * PAGE
    locations.database.write_bytes(content)
    await track(locations, [77])
    again, _ = await reopened(locations)
    assert again[jobid(1)].number == jobs[1].number
    assert set(again) == {jobid(n) for n in (0, 1, 2, 77)}
