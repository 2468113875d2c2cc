"""A damaged library is set aside, its backup restored, and what can be read of it kept."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
import pytest

from dreamina_desktop.core import errors
from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import ImageState, Job, Tracking
from dreamina_desktop.core.jobs.record import parse_record
from dreamina_desktop.core.jobs.transition import after_record
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.library.backups import Backups
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.job_rows import JobRows
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.safety.open_library import open_library
from dreamina_desktop.library.safety.rescue import Rescue
from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.library.settings import SettingsStore

PAGE = 4096
Read = tuple[Sequence[Job], dict[str, Any]]


def jobid(number: int) -> str:
    return f"j0302140530123{number:06}i-u12345-US:user@example.com-bot:dreamina"


def record(number: int, **fields: Any) -> bytes:
    images = [{"imageUrl": f"https://host/{number}-{n}.jpg", "assetRef": "r"} for n in range(2)]
    whole = {"jobid": jobid(number), "status": "completed", "response": {"images": images}}
    return json.dumps(whole | {"request": {"prompt": "aurora " * 40}} | fields).encode()


@pytest.fixture
def locations(tmp_path: Path) -> Locations:
    return Locations.at(tmp_path)


class Run:
    """The library, open as at a start of the program."""

    def __init__(self, locations: Locations) -> None:
        self.locations = locations
        self.jobs: dict[str, Job] = {}
        self.settings: dict[str, Any] = {}
        self.is_rescued = False

    async def __aenter__(self) -> Run:
        self.database, (jobs, self.settings), self.is_rescued = await open_library(
            self.locations, self._read
        )
        self.jobs = {job.jobid: job for job in jobs}
        self.repository = JobRepository(self.database, self.locations.root)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.aclose()

    @property
    def told(self) -> str:
        return str(self.settings[errors.RESCUE_NOTICE])

    async def track(self, numbers: Sequence[int]) -> Sequence[Job]:
        return (await self.repository.add(1.0, [jobid(n) for n in numbers], {}))[1]

    async def complete(self, jobs: Sequence[Job], **fields: Any) -> None:
        """Finished, with both images saved."""
        raws = {job.number: record(_index(job), **fields) for job in jobs}
        done = [
            after_record(job, parse_record(json.loads(raws[job.number])), "server", 5.0)
            for job in jobs
        ]
        saved = [replace(job, images=tuple(map(self._saved, job.images))) for job in done]
        await self.repository.save_jobs(saved, raws)

    def _saved(self, image: Any) -> Any:
        file = str(self.locations.images / "2026-03-02" / f"{image.key}.jpg")
        return replace(image, state=ImageState.SAVED, file=file, size_bytes=9, sha256="ab")

    async def _read(self, database: Database) -> Read:
        jobs = await database.call(lambda c: JobRows(self.locations.root).read(c, range(1, 10_000)))
        return jobs, await SettingsStore(database).load_settings()


def _index(job: Job) -> int:
    return int(job.jobid[14:20])


async def track(locations: Locations, numbers: Sequence[int], *, backup: bool = False) -> None:
    """One run: track jobs that finish, and maybe make a backup at its end."""
    async with Run(locations) as run:
        await run.complete(await run.track(numbers))
        if backup:
            await run.database.back_up_if_due()


async def reopened(locations: Locations) -> Run:
    """The library after a start, proved to be sound."""
    async with Run(locations) as run:
        check = await run.database.call(lambda c: c.pragma("integrity_check"))
        assert check == "ok"
        lost = await run.database.call(lambda c: list(c.execute("PRAGMA foreign_key_check")))
        assert lost == []
    async with Run(locations) as again:
        assert not again.is_rescued
    left = [path.name for path in locations.root.iterdir()]
    assert [name for name in left if name.startswith(".rescue") or "rescue" in name] == []
    return run


def asides(locations: Locations) -> list[Path]:
    return sorted(locations.root.glob("library.damaged-*.sqlite3"))


def damage(locations: Locations, *pages: int) -> bytes:
    """Nothing but FF in these pages of 4,096 bytes; the file before."""
    before = locations.database.read_bytes()
    content = bytearray(before)
    for page in pages:
        content[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
    locations.database.write_bytes(content)
    return before


def change(locations: Locations, statement: str, *values: Any) -> None:
    """As no version of the program would."""
    connection = apsw.Connection(str(locations.database))
    connection.execute(statement, values)
    connection.close()


def page_of(locations: Locations, content: bytes) -> int:
    return locations.database.read_bytes().index(content) // PAGE


# -- set aside and restored ---------------------------------------------------------------------


async def test_a_whole_library_needs_no_rescue(locations: Locations) -> None:
    await track(locations, range(10))
    run = await reopened(locations)
    assert len(run.jobs) == 10
    assert not run.is_rescued
    assert asides(locations) == []


async def test_garbage_gives_way_to_the_backup_and_is_kept(locations: Locations) -> None:
    await track(locations, range(10), backup=True)
    garbage = b"no database any more" * 5000
    locations.database.write_bytes(garbage)
    run = await reopened(locations)
    assert set(run.jobs) == {jobid(n) for n in range(10)}
    assert run.is_rescued
    (aside,) = asides(locations)
    assert aside.read_bytes() == garbage
    assert run.told.startswith("The library was damaged. The backup of ")
    assert run.told.endswith(f"The damaged file was kept as {aside.name}.")
    assert stat.S_IMODE(locations.database.stat().st_mode) == 0o600


async def test_the_damaged_file_is_kept_with_its_log(locations: Locations) -> None:
    await track(locations, range(50))
    async with Run(locations) as run:
        await run.track([77])
        files = [locations.database, locations.root / "library.sqlite3-wal"]
        kept = [file.read_bytes() for file in files]
    for file, content in zip(files, kept, strict=True):
        file.write_bytes(content)
    damage(locations, 6)
    damaged = locations.database.read_bytes()
    run = await reopened(locations)
    (aside,) = asides(locations)
    assert aside.read_bytes() == damaged
    assert aside.with_name(f"{aside.name}-wal").read_bytes() == kept[1]
    assert jobid(77) in run.jobs


async def test_a_damaged_or_empty_backup_is_passed_over(locations: Locations) -> None:
    await track(locations, range(10), backup=True)
    bad = locations.backups / "library-000008-20260302-000000.sqlite3"
    empty = locations.backups / "library-000009-20260302-000000.sqlite3"
    bad.write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)
    empty.touch()
    locations.database.write_bytes(b"garbage" * 100)
    assert len((await reopened(locations)).jobs) == 10
    assert bad.exists()
    assert empty.exists()


async def test_an_older_backup_is_brought_to_todays_form(locations: Locations) -> None:
    old = locations.backups / "library-000001-20260302-140530.sqlite3"
    locations.backups.mkdir()
    connection = apsw.Connection(str(old))
    connection.execute(MIGRATIONS[0])
    connection.execute("INSERT INTO batch (at, count) VALUES (1, 1)")
    connection.execute(
        "INSERT INTO job (jobid, batch, tracked_at, tracking, removed, record_source, "
        "not_found_count, note) VALUES (?, 1, 1, 'polling', 0, '', 0, '')",
        (jobid(1),),
    )
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    locations.database.write_bytes(b"garbage" * 100)
    assert set((await reopened(locations)).jobs) == {jobid(1)}


async def test_a_library_that_is_gone_comes_back_from_its_backup(locations: Locations) -> None:
    await track(locations, range(10), backup=True)
    locations.database.unlink()
    run = await reopened(locations)
    assert len(run.jobs) == 10
    assert run.told.startswith("The library was missing. The backup of ")
    assert asides(locations) == []


async def test_without_backup_and_file_a_new_library_begins(locations: Locations) -> None:
    run = await reopened(locations)
    assert run.jobs == {}
    assert not run.is_rescued


async def test_a_rescue_without_room_deletes_nothing_and_goes_on_at_the_next_start(
    locations: Locations, monkeypatch: pytest.MonkeyPatch
) -> None:
    await track(locations, range(10), backup=True)
    await track(locations, range(10, 20))
    damage(locations, 5)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as faults:
        faults.setattr(shutil, "copyfile", full)
        with pytest.raises(DatabaseError, match="Nothing was deleted"):
            await reopened(locations)
    assert len((await reopened(locations)).jobs) == 20


# -- killed in the middle -----------------------------------------------------------------------

KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from dreamina_desktop.library.backups import Backups
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.library.safety.rescue import Rescue
from dreamina_desktop.library.schema import MIGRATIONS

here, moment = Locations.at(Path(sys.argv[1])), int(sys.argv[2])
calls = 0

def count(event, arguments):
    global calls
    if event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.copyfile"):
        calls += 1
        if calls > moment:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
Rescue(here.database, Backups(here.backups), MIGRATIONS, here.images, datetime.now(UTC)).run()
"""


@pytest.mark.parametrize(
    ("with_backup", "every"),
    [
        (True, 4),
        pytest.param(True, 1, marks=pytest.mark.long),
        pytest.param(False, 1, marks=pytest.mark.long),
    ],
)
async def test_a_rescue_that_is_killed_at_any_step_goes_on(
    tmp_path: Path, with_backup: bool, every: int
) -> None:
    """Or at every fourth one."""
    whole = Locations.at(tmp_path / "whole")
    whole.create()
    await track(whole, range(30), backup=with_backup)
    async with Run(whole) as run:
        await run.track(range(30, 35))
        log = (whole.root / "library.sqlite3-wal").read_bytes()
    (whole.root / "library.sqlite3-wal").write_bytes(log)
    damage(whole, 5)
    damaged = whole.database.read_bytes()
    for moment in range(0, 100, every):
        folder = tmp_path / str(moment)
        shutil.copytree(whole.root, folder)
        command = [sys.executable, "-c", KILLED, str(folder), str(moment)]
        killed = await asyncio.to_thread(subprocess.run, command, check=False)
        here = Locations.at(folder)
        run = await reopened(here)
        assert set(run.jobs) == {jobid(n) for n in range(35)}, moment
        assert [file.read_bytes() for file in asides(here)] == [damaged], moment
        assert run.told.startswith("The library was damaged"), moment
        if killed.returncode == 0:
            break
    assert killed.returncode == 0
    assert moment > 5


# -- read from the damaged file -----------------------------------------------------------------


@pytest.mark.parametrize("with_backup", [True, False])
async def test_a_damaged_first_page_costs_nothing(locations: Locations, with_backup: bool) -> None:
    await track(locations, range(100), backup=with_backup)
    await track(locations, range(100, 120))
    before = (await reopened(locations)).jobs
    damage(locations, 0)
    run = await reopened(locations)
    assert run.jobs == before
    newer = "20 newer jobs were read" if with_backup else "there was no backup. 120 jobs were read"
    assert newer in run.told


async def test_rows_around_the_damage_are_read_whatever_lies_between(locations: Locations) -> None:
    await track(locations, range(300))
    before = (await reopened(locations)).jobs
    first, second = page_of(locations, record(40)), page_of(locations, record(200))
    damage(locations, first, second)
    run = await reopened(locations)
    whole = {name for name, job in run.jobs.items() if job == before[name]}
    assert set(run.jobs) == set(before)
    assert len(whole) > 280
    assert jobid(120) in whole  # between the two
    for name in set(before) - whole:  # only their IDs were left, in the index
        assert run.jobs[name].tracking is Tracking.POLLING


async def test_what_the_backup_does_not_have_is_read_from_the_damaged_file(
    locations: Locations,
) -> None:
    await track(locations, range(300), backup=True)
    await track(locations, range(300, 320))
    before = (await reopened(locations)).jobs
    damage(locations, page_of(locations, record(40)))
    run = await reopened(locations)
    assert run.jobs == before
    assert "20 newer jobs were read from the damaged file." in run.told


async def test_without_any_table_ids_are_found_in_the_bare_bytes(locations: Locations) -> None:
    await track(locations, range(300))
    content = bytearray(locations.database.read_bytes())
    for start in range(0, len(content), PAGE):  # no page says any more what it is
        content[start] = 0xFF
    locations.database.write_bytes(content)
    run = await reopened(locations)
    assert set(run.jobs) == {jobid(n) for n in range(300)}
    assert "of 300 only the IDs are left, and the API is asked again." in run.told
    assert all(job.tracking is Tracking.POLLING for job in run.jobs.values())


async def test_the_source_of_an_upscale_is_no_lost_job(locations: Locations) -> None:
    async with Run(locations) as run:
        jobs = await run.track(range(50))
        await run.complete(jobs, request={"prompt": "a {lake}", "jobid": jobid(900)})
    content = bytearray(locations.database.read_bytes())
    for start in range(0, len(content), PAGE):
        content[start] = 0xFF
    locations.database.write_bytes(content)
    assert set((await reopened(locations)).jobs) == {jobid(n) for n in range(50)}


async def test_what_is_known_of_a_job_survives_with_its_number(locations: Locations) -> None:
    await track(locations, range(60), backup=True)
    async with Run(locations) as run:
        kept = replace(run.jobs[jobid(1)], removed=True, note="kept")
        await run.repository.save_jobs([kept])
        await SettingsStore(run.database).save_setting("theme", "dark")
    damage(locations, page_of(locations, record(40)))
    run = await reopened(locations)
    assert run.jobs[jobid(1)] == kept
    assert run.settings["theme"] == "dark"


async def test_jobs_that_cannot_be_read_any_more_are_counted(locations: Locations) -> None:
    await track(locations, range(10), backup=True)
    await track(locations, range(10, 400))
    locations.database.write_bytes(locations.database.read_bytes()[: 20 * PAGE])
    run = await reopened(locations)
    lost = 400 - len(run.jobs)
    assert lost > 0
    assert f"{lost} jobs could not be read any more." in run.told


# -- rows that hold what they cannot --------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE job SET tracking = 'dond' WHERE number = 2",
        "UPDATE job SET tracked_at = 'x' WHERE number = 2",
        "UPDATE job SET raw = 'text' WHERE number = 2",
        "UPDATE job SET note = CAST(x'ff' AS TEXT) WHERE number = 2",
        "UPDATE image SET state = 'sayed' WHERE number = 2",
        "UPDATE image SET file = CAST(x'ff' AS TEXT) WHERE number = 2",
        "UPDATE image SET size_bytes = 'x' WHERE number = 2",
        "UPDATE batch SET at = 'x'",
    ],
)
@pytest.mark.parametrize("with_backup", [True, False])
async def test_an_unsound_value_is_found_at_the_start_and_costs_no_job(
    locations: Locations, statement: str, with_backup: bool
) -> None:
    await track(locations, range(5), backup=with_backup)
    change(locations, statement)
    run = await reopened(locations)
    assert run.is_rescued
    assert [run.jobs[jobid(n)].number for n in range(5)] == [1, 2, 3, 4, 5]
    assert run.jobs[jobid(2)].images[0].state is ImageState.SAVED
    if with_backup:
        assert run.jobs[jobid(1)].images[0].state is ImageState.SAVED
        assert run.jobs[jobid(1)].tracking is Tracking.DONE


async def test_an_id_that_was_changed_is_the_backups(locations: Locations) -> None:
    await track(locations, range(5), backup=True)
    change(locations, "UPDATE job SET jobid = ?, note = x'ff' WHERE number = 2", "jX:dreamina")
    run = await reopened(locations)
    assert run.jobs[jobid(1)].number == 2


async def test_a_record_that_is_cut_is_taken_from_the_backup_or_from_the_history(
    locations: Locations,
) -> None:
    await track(locations, range(5), backup=True)
    await track(locations, [5])
    change(locations, "UPDATE job SET raw = CAST('{\"jobid' AS BLOB) WHERE number IN (2, 6)")
    damage(locations, page_of(locations, b"CREATE INDEX answer_of_job"))
    run = await reopened(locations)
    for number in (1, 5):
        assert run.jobs[jobid(number)].record == parse_record(json.loads(record(number)))
        assert run.jobs[jobid(number)].tracking is Tracking.DONE


async def test_a_job_that_is_done_without_a_record_is_asked_for_again(locations: Locations) -> None:
    await track(locations, range(5))
    change(locations, "UPDATE job SET raw = CAST('{\"jobid' AS BLOB) WHERE number = 2")
    change(locations, "DELETE FROM answer WHERE number = 2")
    change(locations, "UPDATE batch SET at = 'x'")
    run = await reopened(locations)
    assert run.jobs[jobid(1)].tracking is Tracking.POLLING
    assert run.jobs[jobid(2)].tracking is Tracking.DONE


async def test_a_setting_that_cannot_be_read_is_the_same_as_none(locations: Locations) -> None:
    await track(locations, range(2))
    change(locations, "INSERT INTO setting VALUES ('theme', '{'), ('paused', 'true')")
    run = await reopened(locations)
    assert not run.is_rescued
    assert run.settings == {"paused": True}


# -- numbers --------------------------------------------------------------------------------------


async def test_numbers_of_image_files_and_of_the_damaged_library_are_not_given_again(
    locations: Locations, tmp_path: Path
) -> None:
    await track(locations, range(5), backup=True)
    async with Run(locations) as run:
        elsewhere = tmp_path / "chosen"
        await SettingsStore(run.database).save_setting("images_folder", str(elsewhere))
    for folder, name in ((locations.images, "0214-2 a.jpg"), (elsewhere, "0215-1.png")):
        (folder / "2026-03-02").mkdir(parents=True)
        (folder / "2026-03-02" / name).write_bytes(b"x")
    damage(locations, page_of(locations, record(2)))
    run = await reopened(locations)
    assert run.settings[errors.RESCUED_NUMBERS] == 215
    async with Run(locations) as run:
        assert [job.number for job in await run.track([900])] == [216]


async def test_a_job_of_which_only_the_id_is_left_gets_no_number_that_a_file_has(
    locations: Locations,
) -> None:
    await track(locations, range(5))
    (locations.images / "2026-03-02").mkdir(parents=True)
    (locations.images / "2026-03-02" / "0003-1 another-job's.jpg").write_bytes(b"x")
    locations.database.write_bytes(b"\0".join(jobid(n).encode() for n in range(5)))
    run = await reopened(locations)
    assert sorted(job.number for job in run.jobs.values()) == [4, 5, 6, 7, 8]


# -- a newer version ------------------------------------------------------------------------------


async def test_a_newer_library_is_read_and_neither_rescued_nor_backed_up(
    locations: Locations,
) -> None:
    await track(locations, range(5))
    change(locations, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    async with Run(locations) as run:
        assert run.database.read_only
        assert len(run.jobs) == 5
        await run.database.back_up_if_due()
        with pytest.raises(DatabaseError, match="newer"):
            await run.track([77])
    assert not locations.backups.exists()


async def test_a_newer_library_of_another_form_is_refused_and_left_alone(
    locations: Locations,
) -> None:
    await track(locations, range(5))
    change(locations, "UPDATE job SET tracking = 'in a new way'")
    change(locations, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = locations.database.read_bytes()
    with pytest.raises(DatabaseError, match="this version cannot read it"):
        await reopened(locations)
    assert locations.database.read_bytes() == before
    assert asides(locations) == []


def test_two_rescues_in_one_second_set_aside_two_files(tmp_path: Path) -> None:
    here, now = Locations.at(tmp_path), datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)
    rescue = Rescue(here.database, Backups(here.backups), MIGRATIONS, here.images, now)
    for content in (b"first", b"second"):
        here.database.write_bytes(content)
        rescue.run()
    assert [file.read_bytes() for file in asides(here)] == [b"second", b"first"]
    assert f"{now.astimezone():%Y-%m-%d-%H%M%S}" in asides(here)[0].name
    assert os.path.getsize(here.database) > 0


async def test_labels_survive_damage_and_a_label_that_is_no_text_costs_no_job(
    locations: Locations,
) -> None:
    async with Run(locations) as run:
        ids = [jobid(number) for number in range(40)]
        labels = {each: f"SKU-{number}" for number, each in enumerate(ids)}
        jobs = (await run.repository.add(1.0, ids, {}, labels=labels))[1]
        await run.complete(jobs)
        await run.database.call(
            lambda c: c.execute("UPDATE job SET label = x'00' WHERE number = 7")
        )
    run = await reopened(locations)
    assert run.is_rescued
    expected = {each: None if each == ids[6] else label for each, label in labels.items()}
    assert {each: job.given_label for each, job in run.jobs.items()} == expected
