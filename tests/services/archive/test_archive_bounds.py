"""Archives back and forth: the program reads what it wrote, and takes no number that would be where
the numbers here go on.
"""

from __future__ import annotations

import json
import os
import random
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw
import pytest
from archive_bench import Place, fill, followed, jpeg, opened, record_of
from fakes import job_id

from dreamina_desktop.core.archive.format import MOST_FILES, MOST_RECORD_BYTES, README
from dreamina_desktop.core.archive.merging import highest_kept
from dreamina_desktop.core.jobs.found_images import MOST_IMAGES
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.record import parse_record
from dreamina_desktop.files import export_target
from dreamina_desktop.library.archive import zip_writer
from dreamina_desktop.library.archive.bounds import BOUNDS, exceeded, mend
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.integrity import check_rows
from dreamina_desktop.library.schema import MIGRATIONS

NAME = "atelier.dreamina.zip"
BY_A_VERSION_BEFORE = Path(__file__).with_name("before.dreamina.zip")
HIGH = 1_000_000_000


def many_images(count: int, **fields: Any) -> bytes:
    """A record with so many images and no links."""
    value = json.loads(record_of(1))
    value["response"]["images"] = [{"imageUri": f"u{index}"} for index in range(count)]
    return json.dumps(value | fields).encode()


async def track(place: Place, raw: bytes) -> None:
    await place.library.add(1.0, [job_id(1)], {job_id(1): raw})


def change_library(place: Place, sql: str) -> None:
    """Behind the program's back, as another version would have done it."""
    connection = apsw.Connection(str(place.folder / "library.sqlite3"))
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(sql)
    connection.close()


async def round_trip(tmp_path: Path, first: Place) -> Path:
    """Saved, and added to an empty library elsewhere; what is there is what was here."""
    said = await first.save(tmp_path / NAME)
    assert said.startswith("Saved the library")
    async with opened(tmp_path / "second") as second:
        assert (await second.add(tmp_path / NAME)).startswith("Added ")
        for table in ("batch", "job", "answer", "mark", "collection", "collected", "pasted"):
            assert second.rows()[table] == first.rows()[table], table
    return tmp_path / NAME


# -- what was written is read --------------------------------------------------------------------


async def test_a_job_of_a_thousand_images_comes_back_with_its_stars(tmp_path: Path) -> None:
    async with opened(tmp_path / "first") as first:
        await track(first, many_images(1_101))
        await first.marking.rate([ImageKey(1, 1_001), ImageKey(1, 1_100)], 5)
        made = await first.collections.named("Selects")
        assert made is not None
        await first.collections.add(made.id, [ImageKey(1, 1_100)])
        await round_trip(tmp_path, first)
    database = Database(tmp_path / "first" / "library.sqlite3", MIGRATIONS)
    await database.open()
    await database.call(check_rows)  # a star on image 1,002 is no damage at the next start
    await database.aclose()


@pytest.mark.parametrize("kind", ["blanks", pytest.param("noise", marks=pytest.mark.long)])
async def test_a_pasted_record_of_19_mb_comes_back(tmp_path: Path, kind: str) -> None:
    """One that packs a thousandfold, too: more than is believed of a zip from elsewhere."""
    rng = random.Random(1)
    text = " " * 19_000_000 if kind == "blanks" else rng.randbytes(9_500_000).hex()
    async with opened(tmp_path / "first") as first:
        await track(first, many_images(1, padding=text))
        file = await round_trip(tmp_path, first)
    assert file.stat().st_size < 40_000_000


async def test_what_a_library_holds_beyond_the_bounds_does_not_spoil_the_archive(
    tmp_path: Path,
) -> None:
    """Of an older version, of a clock that was wrong: it is cut or left out, not refused later."""
    long = "x" * 50_000
    async with opened(tmp_path / "first") as first:
        await fill(first)
    change_library(
        first,
        f"UPDATE job SET note = '{long}', tracked_at = -5.0, last_asked_at = 1e300;"
        f"UPDATE batch SET at = 1e200, count = -3;"
        f"UPDATE image SET note = '{long}', died = '{long}', link = 'https://h/{long}';"
        "UPDATE image SET size_bytes = size_bytes, file_width = -1 WHERE number = 3;"
        f"INSERT INTO image VALUES (3, {MOST_IMAGES}, 'lost', NULL, NULL, NULL, NULL, NULL, '',"
        " NULL, '', '');"
        f"INSERT INTO mark VALUES (3, {2**40}, 1, 5, '[]', '');"
        f"UPDATE pasted SET text = '{long}';"
        f"INSERT INTO exported (sha256, number, idx) VALUES ('short', 1, {2**60});",
    )
    async with opened(tmp_path / "first") as first:
        assert first.library.job(3).images == ()
        await first.save(tmp_path / NAME)
    async with opened(tmp_path / "second") as second:
        assert (await second.add(tmp_path / NAME)).startswith("Added 5 jobs and 4 images")
        job = second.library.job(1)
        assert (len(job.note), job.tracked_at, job.last_asked_at) == (10_000, 0.0, None)
        assert [len(image.note) for image in second.library.job(3).images] == []
        assert second.rows()["exported"] == []


async def test_the_bounds_are_those_of_both_sides() -> None:
    """Whatever is in a row, what is mended is within the bounds."""
    connection = apsw.Connection(":memory:")
    for migration in MIGRATIONS:
        connection.execute(migration)
    extremes: list[Any] = [-1, 2**63 - 1, 1e308, -1e308, "x" * 100_000, "'"]
    for table, bounds in BOUNDS.items():
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        for column in bounds:
            too_long = [apsw.zeroblob(MOST_RECORD_BYTES + 1)] if table == "job" else []
            for value in (*extremes, *too_long):
                row = {name: f"1{name}" for name in columns} | {column: value}
                for whole in ("id", "number", "idx", "place"):
                    if whole in row and whole != column:
                        row[whole] = 1
                connection.execute(f"DELETE FROM {table}")
                try:
                    connection.execute(
                        f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})",
                        tuple(row.values()),
                    )
                except apsw.Error:
                    continue  # no such row can be
                mend(connection)
                assert exceeded(connection) == "", (table, column, value)


async def test_an_image_whose_file_has_a_hostile_name_is_in_it_all_the_same(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path / "first") as first:
        await first.complete(1, "red", "green", "blue")
        names = ["other/0001-2.jpg", "a/con.jpg", "a/x.j\u202epg"]
        for index, name in enumerate(names):
            image = first.library.image(ImageKey(1, index))
            assert image is not None
            assert image.file is not None
            file = first.images / name
            file.parent.mkdir(exist_ok=True)
            os.rename(image.file, file)
            await first.library.change_image(
                image.key, lambda each, file=file: replace(each, file=str(file))
            )
        assert " 3 images" in await first.save(tmp_path / NAME)
    async with opened(tmp_path / "second") as second:
        await second.add(tmp_path / NAME)
        assert [second.bytes_of(1, index) for index in range(3)] == [
            jpeg(colour) for colour in ("red", "green", "blue")
        ]


@pytest.mark.parametrize("place", [0.2, 0.6, 0.95])
async def test_saved_is_said_of_what_was_read_back(tmp_path: Path, place: float) -> None:
    """A disk that does not keep what it was given; what was there before is still there."""
    async with opened(tmp_path / "first") as first:
        await fill(first)
        target = tmp_path / "out" / NAME
        target.parent.mkdir()
        await first.save(target)
        before = target.read_bytes()

        with damaged_when_flushed(target.parent, place), pytest.raises(OSError, match="read back"):
            await first.save(target)
        assert target.read_bytes() == before
        assert os.listdir(target.parent) == [NAME]
        assert list(first.folder.glob("archive*")) == []


@contextmanager
def damaged_when_flushed(folder: Path, place: float) -> Iterator[None]:
    """The disk changes a byte of the part when it is flushed."""
    flush = os.fsync

    def damage(handle: int) -> None:
        flush(handle)
        for part in folder.glob(".*.part"):
            data = bytearray(part.read_bytes())
            data[int(len(data) * place)] ^= 255
            part.write_bytes(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", damage)
        yield


async def test_more_images_than_a_file_takes_are_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_FILES > 1_000_000
    monkeypatch.setattr(zip_writer, "MOST_FILES", 6)
    async with opened(tmp_path / "first") as first:
        await fill(first)
        with pytest.raises(OSError, match="at most 6 images"):
            await first.save(tmp_path / NAME)


async def test_a_link_is_followed_and_a_file_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / ("n" * 242 + ".dreamina.zip")
    (tmp_path / "link").symlink_to(target)
    async with opened(tmp_path / "first") as first:
        await fill(first)
        await first.save(tmp_path / "link")
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        target.chmod(0o640)
        await first.save(tmp_path / "link")
        assert stat.S_IMODE(target.stat().st_mode) == 0o640
        assert (tmp_path / "link").is_symlink()
        assert os.listdir(tmp_path / "real") == [target.name]
        with pytest.raises(OSError, match="no file"):
            await first.save(Path("/dev/null"))
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


# -- clocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("year", "told"), [(1970, 1980), (1979, 1980), (2026, 2026), (2108, 2107)])
async def test_a_clock_of_any_year_saves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, year: int, told: int
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(year, 5, 6, 7, 8, 10, tzinfo=tz)

    for module in (zip_writer, export_target):
        monkeypatch.setattr(module, "datetime", Clock)
    async with opened(tmp_path / "first") as first:
        await fill(first)
        await first.save(tmp_path / NAME)
        with zipfile.ZipFile(tmp_path / NAME) as archive:
            assert archive.getinfo(README).date_time[0] == told
        target = export_target.ExportTarget(tmp_path / "a.zip", first.disk, lambda data, _: data)
        await target.begin()
        await target.add_file("notes", "txt", b"x")
        with zipfile.ZipFile(await target.finish()) as exported:
            assert exported.getinfo("notes.txt").date_time[0] == told


# -- numbers from elsewhere ----------------------------------------------------------------------


async def with_a_high_number(tmp_path: Path) -> Path:
    """An archive of jobs 1, 2 and a thousand million, whose paste has such a number, too."""
    async with opened(tmp_path / "high") as place:
        await place.complete(1, "red")
        await place.complete(2, "blue")
        await place.library.add(3.0, [job_id(3)], {})
    change_library(
        place,
        f"UPDATE batch SET id = {HIGH} WHERE id = 3;"
        f"UPDATE job SET number = {HIGH}, batch = {HIGH} WHERE number = 3;",
    )
    async with opened(tmp_path / "high") as place:
        assert "3 jobs" in await place.save(tmp_path / NAME)
        assert place.library.last_number == HIGH
    return tmp_path / NAME


async def test_a_number_far_above_costs_nothing_and_sets_no_numbers_here(tmp_path: Path) -> None:
    archive = await with_a_high_number(tmp_path)
    async with opened(tmp_path / "second") as second:
        assert (await second.add(archive)).startswith("Added 3 jobs and 2 images")
        ids = await second.library.jobids(range(1, 10))
        assert list(ids) == [job_id(1), job_id(2), job_id(3)]
        rows, tree = second.rows(), second.tree()
        assert (await second.add(archive)).startswith("Nothing to add")
        assert (second.rows(), second.tree()) == (rows, tree)
        batch, (job,) = await second.library.add(9.0, [job_id(9)], {})
        assert (job.number, batch.id) == (4, 4)


async def test_a_library_that_has_such_a_number_already_takes_others_in(tmp_path: Path) -> None:
    """As a version before this took it over."""
    await with_a_high_number(tmp_path)
    async with opened(tmp_path / "first") as first:
        await fill(first)
        await first.save(tmp_path / "first.zip")
    async with opened(tmp_path / "high") as high:
        assert "Added 2 jobs" in await high.add(tmp_path / "first.zip")


async def test_an_attempt_that_was_cut_goes_on_with_the_same_numbers(tmp_path: Path) -> None:
    async with opened(tmp_path / "first") as first:
        for index in range(1, 26):
            await first.library.add(float(index), [job_id(index)], {})
    change_library(first, f"UPDATE job SET number = {HIGH} + number WHERE number > 23")
    async with opened(tmp_path / "first") as first:
        await first.save(tmp_path / NAME)
    async with opened(tmp_path / "second") as second:

        def stops(doing: str, share: float) -> bool:
            return doing.startswith("Adding") and share > 0

        await followed(second.archiver.adding(tmp_path / NAME), stops)
        assert second.library.last_number == 20
        await second.add(tmp_path / NAME)
        ids = await second.library.jobids(range(1, 100))
        assert list(ids) == [job_id(index) for index in range(1, 26)]


async def test_numbers_are_kept_as_far_as_jobs_could_have_them() -> None:
    assert highest_kept(0) >= 1_000
    assert highest_kept(100_000) >= 200_000
    assert highest_kept(5) < 1_000_000


async def test_jobs_come_in_by_their_bytes_too(tmp_path: Path) -> None:
    """Twenty records of 64 MB are not read at once."""
    async with opened(tmp_path / "first") as first:
        for index in range(1, 6):
            raw = many_images(1, jobid=job_id(index), padding="x" * 1_000)
            await first.library.add(1.0, [job_id(index)], {job_id(index): raw})
        await first.save(tmp_path / NAME)
        archive = await first.archives.examine(tmp_path / NAME)
        try:
            assert await archive.portions(2, 10**9) == [[1, 2], [3, 4], [5]]
            assert await archive.portions(20, len(raw) * 3) == [[1, 2, 3], [4, 5]]
            assert await archive.portions(20, 1) == [[1], [2], [3], [4], [5]]
        finally:
            await archive.aclose()


# -- other versions ------------------------------------------------------------------------------


async def test_an_archive_of_the_version_before_opens(tmp_path: Path) -> None:
    async with opened(tmp_path / "second") as second, opened(tmp_path / "same") as same:
        assert (await second.add(BY_A_VERSION_BEFORE)).startswith("Added 5 jobs and 4 images")
        assert second.bytes_of(1, 1) == jpeg("green")
        assert second.library.job(1).marks_of(1).note == "too dark\nagain"
        await fill(same)
        assert [row[1] for row in second.rows()["job"]] == [row[1] for row in same.rows()["job"]]


def test_records_have_at_most_as_many_images_as_names_of_files_can_tell() -> None:
    record = parse_record(json.loads(many_images(20_000)))
    assert len(record.images) == MOST_IMAGES == 9_999


async def test_what_an_archive_says_of_a_paste_is_counted(tmp_path: Path) -> None:
    async with opened(tmp_path / "first") as first:
        await first.library.add(1.0, [job_id(1), job_id(2)], {})
    change_library(first, "UPDATE batch SET count = 1000000000")
    async with opened(tmp_path / "first") as first:
        await first.save(tmp_path / NAME)
    async with opened(tmp_path / "second") as second:
        await second.add(tmp_path / NAME)
        assert [batch.count for batch in second.library.batches] == [2]


async def test_adding_very_many_collections_can_be_stopped(tmp_path: Path) -> None:
    async with opened(tmp_path / "first") as first:
        await first.complete(1, "red")
        for number in range(20):
            await first.collections.named(f"Selects {number}")
        await first.save(tmp_path / NAME)
    async with opened(tmp_path / "second") as second:
        shares: list[float] = []

        def stops(_doing: str, share: float) -> bool:
            shares.append(share)
            return shares.count(1.0) == 7

        said = await followed(second.archiver.adding(tmp_path / NAME), stops)
        assert said.startswith("Stopped. 1 job and 1 image were added")
        assert len(second.collections.all()) < 20
        await second.add(tmp_path / NAME)
        assert len(second.collections.all()) == 20
