"""Whole libraries saved into a file and merged out of one, on a real disk."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from archive_bench import Place, fill, followed, jpeg, opened, record_of
from fakes import job_id

from dreamina_desktop.core.archive.merging import COMING, NOT_IN_IT
from dreamina_desktop.core.jobs.answer import Verdict
from dreamina_desktop.core.jobs.job import ImageKey, ImageState, Tracking
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.core.search.results import Query
from dreamina_desktop.services.downloads.orphaned_parts import record_unrecorded

NAME = "atelier.dreamina.zip"


@pytest.fixture
async def archive(tmp_path: Path) -> Path:
    """Of a library with five jobs and four saved images."""
    file = tmp_path / NAME
    async with opened(tmp_path / "first") as first:
        await fill(first)
        await first.save(file)
    return file


async def test_a_library_comes_whole_to_an_empty_data_folder(tmp_path: Path) -> None:
    file = tmp_path / NAME
    async with opened(tmp_path / "first") as first, opened(tmp_path / "second") as second:
        await fill(first)
        said = await first.save(file)
        assert said.startswith(f"Saved the library as “{NAME}”: 5 jobs and 4 images, 0 MB.")
        assert await second.add(file) == f"Added 5 jobs and 4 images from “{NAME}”."
        before, after = first.rows(), second.rows()
        for table in ("batch", "job", "answer", "mark", "collection", "collected", "expected"):
            assert after[table] == before[table], table
        pairs = [(1, 0), (1, 1), (2, 0), (5, 0)]
        for pair in pairs:
            assert second.bytes_of(*pair) == first.bytes_of(*pair)
        jobs = [second.library.job(number) for number in range(1, 6)]
        assert [job.removed for job in jobs] == [False] * 4 + [True]
        assert second.library.last_number == 5
        assert list(second.library.accounts) == list(first.library.accounts)
        assert (second.library.image_count, second.library.saved_count) == (3, 3)
        (collection,) = second.collections.all()
        assert collection.keys == (ImageKey(2, 0), ImageKey(1, 1), ImageKey(1, 0))
        assert second.library.job(1).marks_of(1).note == "too dark\nagain"
        assert not [name for name, _ in second.tree() if ".part" in name or "archive" in name]
    async with opened(tmp_path / "second") as again:  # and the index has it, too
        assert list(again.library.listing(Query()).numbers) == [4, 3, 2, 1]
        assert again.bytes_of(2) == jpeg("blue")


async def test_settings_and_paths_of_this_machine_stay_here(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as opened_zip:
        assert opened_zip.testzip() is None
        parts = {name: opened_zip.read(name) for name in opened_zip.namelist()}
    manifest = json.loads(parts["manifest.json"])
    assert (manifest["format"], manifest["jobs"], manifest["images"]) == (1, 5, 4)
    assert {f["name"] for f in manifest["files"]} == set(parts) - {"manifest.json"}
    assert b"Studio secret" not in parts["library.sqlite3"]
    assert str(tmp_path).encode() not in parts["library.sqlite3"]
    readme = parts["README.txt"].decode()
    assert "addresses" in readme
    assert "own use" in readme
    stored = {i.filename: i.compress_type for i in zipfile.ZipFile(archive).infolist()}
    kinds = {kind for name, kind in stored.items() if name.startswith("images/")}
    assert kinds == {zipfile.ZIP_STORED}


async def test_adding_the_same_file_twice_changes_nothing(archive: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "second") as second:
        await second.add(archive)
        rows, tree, undo = second.rows(), second.tree(), second.undo.label
        said = await second.add(archive)
        assert said == f"Nothing to add: what is in “{NAME}” is here already."
        assert (second.rows(), second.tree(), second.undo.label) == (rows, tree, undo)


async def test_columns_that_were_pasted_and_copies_that_were_exported_are_known_there(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path / "first") as first:
        await first.tracker.track(f"{job_id(1)}\n\n{job_id(2)}\nask Ann\n{job_id(1)}\n{job_id(3)}")
        await first.fingerprints.note({"a" * 64: ImageKey(2, 0)})
        await first.save(tmp_path / NAME)
    async with opened(tmp_path / "second") as second:
        await second.complete(9, "black")
        for _ in range(2):
            await second.add(tmp_path / NAME)

        paste = await second.library.paste_of(2)
        assert paste is not None
        assert [line.number for line in paste.lines] == [2, None, 3, None, 2, 4]
        assert paste.lines[3].text == "ask Ann"
        assert len(second.rows()["paste"]) == 1
        assert await second.fingerprints.find(["a" * 64]) == {"a" * 64: ImageKey(3, 0)}


async def test_two_libraries_become_one_without_duplicates(archive: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "second") as second:
        await second.complete(9, "black")
        await second.complete(2, "blue", prompt="红色世界 4k")
        said = await second.add(archive)
        assert said == (
            f"Added 4 jobs, 3 images and marks of 1 image from “{NAME}”; 1 job was here already."
        )
        ids = await second.library.jobids(range(1, 100))
        assert list(ids) == [job_id(index) for index in (9, 2, 1, 3, 4, 5)]
        assert second.bytes_of(3, 1) == jpeg("green")
        (collection,) = second.collections.all()
        assert collection.keys == (ImageKey(2, 0), ImageKey(3, 1), ImageKey(3, 0))
        assert [batch.at for batch in second.library.batches] == sorted(
            batch.at for batch in second.library.batches
        )
        files = [name for name, _ in second.tree()]
        assert len(files) == 5
        assert any("/0003-2 " in name for name in files)


async def test_a_job_that_is_here_gains_what_it_lacks(archive: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "second") as second:
        await second.tracker.track(job_id(1))  # no record and no file
        said = await second.add(archive)
        assert "1 record" in said
        job = second.library.job(1)
        assert (job.tracking, job.record_source) == (Tracking.DONE, "paste")
        assert await second.library.raw_record(1) == record_of(1, "red", "green")
        assert [second.bytes_of(1, index) for index in (0, 1)] == [jpeg("red"), jpeg("green")]
        assert job.marks_of(0).rating == 4


async def test_an_image_that_was_lost_here_gets_its_file(archive: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "second") as second:
        await second.complete(2, "blue")
        (kept,) = second.images.rglob("*.jpg")
        kept.unlink()
        await second.library.change_image(
            ImageKey(1, 0),
            lambda i: replace(i, state=ImageState.LOST, file=None, sha256=None, note="Gone."),
        )
        said = await second.add(archive)
        assert said.startswith("Added 4 jobs, 4 images and marks of 1 image")
        assert second.bytes_of(1) == jpeg("blue")


async def test_images_of_another_order_do_not_become_each_other(tmp_path: Path) -> None:
    """Marks and collections follow them."""
    async with opened(tmp_path / "first") as first:
        await first.complete(1, "red", "green")
        await first.marking.rate([ImageKey(1, 0)], 4)
        made = await first.collections.named("Selects")
        assert made is not None
        await first.collections.add(made.id, [ImageKey(1, 0)])
        await first.save(tmp_path / NAME)
    async with opened(tmp_path / "second") as second:
        await second.complete(1, "green", "red", "blue")
        await second.add(tmp_path / NAME)
        assert [second.bytes_of(1, index) for index in range(3)] == [
            *(jpeg("green"), jpeg("red"), jpeg("blue")),
        ]
        assert [marks.rating for marks in second.library.job(1).marks] == [0, 4]
        (kept,) = [each for each in second.collections.all() if each.name == "Selects"]
        assert list(kept.keys) == [ImageKey(1, 1)]


async def test_an_image_of_another_order_finds_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path / "first") as first:
        await first.complete(1, "green", "blue", "red")
        await first.save(tmp_path / NAME)
    async with opened(tmp_path / "second") as second:
        await second.complete(1, "green", "red")
        await second.add(tmp_path / NAME)
        await second.add(tmp_path / NAME)
        images = second.library.job(1).images
        assert [second.bytes_of(1, index) for index in (0, 1)] == [jpeg("green"), jpeg("red")]
        assert [image.entry.url for image in images] == [
            *("https://h/green", "https://h/red", "https://h/blue"),
        ]


async def test_what_was_said_here_is_never_overwritten(archive: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "second") as second:
        await second.complete(1, "red", "green")
        await second.marking.flag([ImageKey(1, 0)], Flag.REJECTED)
        await second.marking.rate([ImageKey(1, 0)], 2)
        await second.marking.tag([ImageKey(1, 0)], ["mine", "campaign x"], [])
        await second.add(archive)
        marks = second.library.job(1).marks_of(0)
        assert (marks.flag, marks.rating) == (Flag.REJECTED, 2)
        assert marks.tags == ("mine", "campaign x")
        assert second.library.job(1).marks_of(1).note == "too dark\nagain"


async def test_labels_come_along_and_are_filled_in_where_there_are_none(tmp_path: Path) -> None:
    table = "\n".join(f"SKU-{index}\t{job_id(index)}" for index in (1, 2, 3))
    async with opened(tmp_path / "first") as first, opened(tmp_path / "second") as second:
        await first.tracker.track(table)
        await first.save(tmp_path / NAME)
        await second.tracker.track(f"mine\t{job_id(1)}\n\t{job_id(2)}")
        for _ in range(2):
            await second.add(tmp_path / NAME)
        labels = {job.jobid: job.label async for job in second.library.shown()}
        assert labels == {job_id(1): "mine", job_id(2): "SKU-2", job_id(3): "SKU-3"}


async def test_a_label_of_elsewhere_is_no_longer_than_ours_and_has_no_token(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path / "first") as first, opened(tmp_path / "second") as second:
        await first.tracker.track(job_id(1))
        endless = "user:1234-abcdefghij0123456789 " + "x" * 500
        await first.library.change(1, lambda job: replace(job, given_label=endless))
        await first.save(tmp_path / NAME)
        await second.add(tmp_path / NAME)
        label = second.library.job(1).label
        assert label.startswith("[token] xxx")
        assert len(label) <= 200


async def test_what_was_removed_here_stays_removed(archive: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "second") as second:
        await second.complete(1, "red", "green")
        await second.tracker.remove([1])
        said = await second.add(archive)
        assert said.endswith("1 job was here already. 1 of them is removed here, and stays so.")
        assert second.library.job(1).removed
        assert not second.library.job(2).removed


async def test_a_file_that_is_in_the_trash_here_stays_there(archive: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "second") as second:
        await second.complete(2, "blue")
        await second.library.change_image(
            ImageKey(1, 0), lambda i: replace(i, state=ImageState.TRASHED, file=None)
        )
        await second.add(archive)
        image = second.library.image(ImageKey(1, 0))
        assert image is not None
        assert image.state is ImageState.TRASHED


async def test_undo_takes_the_added_jobs_from_view(archive: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "second") as second:
        await second.complete(9, "black")
        await second.add(archive)
        assert second.undo.label == f"Add 4 jobs from “{NAME}”"
        await second.undo.undo()
        assert list(second.library.listing(Query()).numbers) == [1]
        assert second.bytes_of(2) == jpeg("red")  # nothing is deleted


async def test_files_that_are_gone_or_changed_are_left_out_and_counted(tmp_path: Path) -> None:
    file = tmp_path / NAME
    async with opened(tmp_path / "first") as first, opened(tmp_path / "second") as second:
        await first.complete(1, "red", "green", "blue", "gray")
        paths = [Path(image.file or "") for image in first.library.job(1).images]
        paths[0].unlink()
        paths[1].write_bytes(paths[1].read_bytes()[:-30])
        size = len(paths[2].read_bytes())
        paths[2].write_bytes(b"\0" * size)
        said = await first.save(file)
        assert said.endswith("3 images' files were not there or had changed, and were left out.")
        await second.add(file)
        images = second.library.job(1).images
        assert [i.state for i in images] == [ImageState.PENDING] * 3 + [ImageState.SAVED]
        assert (images[0].file, images[0].note) == (None, NOT_IN_IT)
        assert second.bytes_of(1, 3) == jpeg("gray")


async def test_an_image_whose_link_was_known_is_fetched_here_as_it_was_there(
    tmp_path: Path,
) -> None:
    file = tmp_path / NAME
    async with opened(tmp_path / "first") as first, opened(tmp_path / "second") as second:
        await first.tracker.track(record_of(1, "red").decode())
        await first.save(file)
        await second.add(file)
        image = second.library.job(1).images[0]
        assert (image.state, image.url) == (ImageState.PENDING, "https://h/red")


# -- in the middle ------------------------------------------------------------------------------


class Killed(BaseException):
    """As good as a kill: nothing that comes after it is done."""


async def killed_while_adding(place: Place, file: Path, after: int) -> None:
    """The process dies when so many files have their names; what it had open is gone with it."""
    keep, kept = place.files.keep, 0

    async def counted(*arguments):
        nonlocal kept
        if kept == after:
            raise Killed
        kept += 1
        return await keep(*arguments)

    async def nothing(*_arguments, **_options):
        raise Killed

    place.files.keep = counted  # type: ignore[method-assign]
    change_many = place.library.change_many
    place.library.change_many = nothing  # type: ignore[method-assign,assignment]
    with pytest.raises(Killed):
        await place.add(file)
    place.library.change_many = change_many  # type: ignore[method-assign]
    assert kept == after


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_a_run_that_was_killed_is_completed_by_the_same_file(
    archive: Path, tmp_path: Path, after: int
) -> None:
    async with opened(tmp_path / "second") as second:
        await killed_while_adding(second, archive, after)
    async with opened(tmp_path / "second") as second:
        states = {i.state for n in (1, 2, 5) for i in second.library.job(n).images}
        notes = {i.note for n in (1, 2, 5) for i in second.library.job(n).images}
        assert (states, notes) == ({ImageState.LOST}, {COMING})
        assert second.library.open_jobs() == tuple(
            job for job in second.library.open_jobs() if job.tracking is Tracking.POLLING
        )
        await second.add(archive)
        assert [second.bytes_of(*pair) for pair in ((1, 0), (1, 1), (2, 0), (5, 0))] == [
            jpeg(colour) for colour in ("red", "green", "blue", "gray")
        ]
        await record_unrecorded(second.library, second.files, second.imaging, second.messages)
        second.parts.remove_leftovers()
        assert len(second.tree()) == 4  # one file an image, and no part
        (collection,) = second.collections.all()
        assert len(collection.keys) == 3


async def test_the_next_start_records_what_had_its_name_already(
    archive: Path, tmp_path: Path
) -> None:
    async with opened(tmp_path / "second") as second:
        await killed_while_adding(second, archive, 2)
    async with opened(tmp_path / "second") as second:
        second.parts.remove_leftovers()
        await record_unrecorded(second.library, second.files, second.imaging, second.messages)
        assert [second.bytes_of(1, 0), second.bytes_of(1, 1)] == [jpeg("red"), jpeg("green")]
        assert [name for name, _ in second.tree() if ".part" in name] == []


async def test_a_disk_that_fills_up_leaves_what_was_added_whole(
    archive: Path, tmp_path: Path
) -> None:
    async with opened(tmp_path / "second") as second:
        keep, kept = second.files.keep, 0

        async def full(*arguments):
            nonlocal kept
            kept += 1
            if kept == 3:
                raise OSError(errno.ENOSPC, "No space left on device")
            return await keep(*arguments)

        second.files.keep = full  # type: ignore[method-assign]
        with pytest.raises(OSError, match="The disk refused an image: No space left") as told:
            await second.add(archive)
        assert str(told.value).endswith(
            "5 jobs and 2 images were added until then, and are whole. Add the file again to go on."
        )
        assert second.bytes_of(1, 1) == jpeg("green")
        second.files.keep = keep  # type: ignore[method-assign]
        assert (await second.add(archive)).startswith(f"Added 2 images from “{NAME}”")
        assert second.bytes_of(5) == jpeg("gray")


async def test_a_library_that_refuses_the_record_loses_no_file(
    archive: Path, tmp_path: Path
) -> None:
    async with opened(tmp_path / "second") as second:
        change_many = second.library.change_many

        async def broken(*_arguments, **_options):
            raise OSError("The disk is full: library.sqlite3 could not be written.")

        second.library.change_many = broken  # type: ignore[method-assign,assignment]
        with pytest.raises(OSError, match=r"library\.sqlite3 could not be written"):
            await second.add(archive)
        second.library.change_many = change_many  # type: ignore[method-assign]
        await second.add(archive)
        assert second.bytes_of(2) == jpeg("blue")
        assert len([name for name, _ in second.tree() if ".part" not in name]) == 4


async def test_a_download_that_was_quicker_keeps_its_file(archive: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "second") as second:
        await second.tracker.track(record_of(2, "blue").decode())
        keep = second.files.keep

        async def overtaken(part, folder, stem, extension):
            path = await keep(part, folder, stem, extension)
            if stem.startswith("0001-1"):
                second.files.keep = keep  # type: ignore[method-assign]
                await second.put_file(ImageKey(1, 0), jpeg("blue"))
            return path

        second.files.keep = overtaken  # type: ignore[method-assign]
        await second.add(archive)
        assert second.bytes_of(1) == jpeg("blue")
        named = [name for name, _ in second.tree() if "/0001-1 " in name]
        image = second.library.image(ImageKey(1, 0))
        assert image is not None
        assert image.file
        assert [second.folder / name for name in named] == [Path(image.file)]


async def test_a_decoder_that_fails_is_said_and_nothing_is_added(
    archive: Path, tmp_path: Path
) -> None:
    async with opened(tmp_path / "second") as second:
        rows, tree = second.rows(), second.tree()

        async def failing(file: Path) -> Verdict:
            raise OSError(errno.ENOMEM, "Cannot allocate memory", str(file))

        second.imaging.verify = failing  # type: ignore[method-assign]
        with pytest.raises(OSError, match="could not be decoded: Cannot allocate memory") as told:
            await second.add(archive)
        assert str(told.value).endswith("Cannot allocate memory. Nothing was added.")
        assert (second.rows(), second.tree()) == (rows, tree)


async def test_stopped_while_it_checks_nothing_was_added(archive: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "second") as second:
        rows, tree = second.rows(), second.tree()
        course = second.archiver.adding(archive)
        said = await followed(course, lambda doing, share: share > 0.5)
        assert said == "Stopped. Nothing was added."
        assert (second.rows(), second.tree()) == (rows, tree)


async def test_stopped_while_it_adds_it_goes_on_with_the_same_numbers(tmp_path: Path) -> None:
    file = tmp_path / NAME
    async with opened(tmp_path / "first") as first, opened(tmp_path / "second") as second:
        for index in range(1, 46):
            await first.complete(index, *(["red"] if index % 2 else []))
        await first.save(file)
        course = second.archiver.adding(file)
        said = await followed(course, lambda doing, share: doing.startswith("Adding") and share > 0)
        assert said.startswith("Stopped. 20 jobs and 10 images were added until then")
        assert (await second.add(file)).startswith("Added 25 jobs and 13 images")
        assert second.rows()["job"] == first.rows()["job"]


# -- saving -------------------------------------------------------------------------------------


async def test_a_stopped_save_leaves_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path / "first") as first:
        await fill(first)
        target = tmp_path / "out"
        target.mkdir()
        course = first.archiver.saving(target / NAME)
        assert await followed(course, lambda _, share: share == 1) == (
            "Stopped. No file was written."
        )
        assert list(target.iterdir()) == []
        assert list(first.folder.glob("archive*")) == []


async def test_a_disk_that_fills_up_while_it_is_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path / "first") as first:
        await fill(first)
        target = tmp_path / "out"
        target.mkdir()

        def full(*_arguments: object, **_options: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def fills(_doing: str, _share: float) -> bool:
            monkeypatch.setattr("os.fsync", full)
            return False

        with pytest.raises(OSError, match=r"^The disk is full\. No file was written\.$"):
            await followed(first.archiver.saving(target / NAME), fills)
        monkeypatch.undo()
        assert list(target.iterdir()) == []
        assert list(first.folder.glob("archive*")) == []


async def test_a_folder_that_vanishes_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path / "first") as first:
        await fill(first)
        target = tmp_path / "out"
        target.mkdir()

        def vanishes(_doing: str, share: float) -> bool:
            if share == 1:
                (part,) = target.iterdir()
                part.unlink()
                target.rmdir()
            return False

        with pytest.raises(OSError, match=r"The file or its folder is not there\."):
            await followed(first.archiver.saving(target / NAME), vanishes)
        assert not target.exists()
        assert list(first.folder.glob("archive*")) == []


async def test_a_disk_without_room_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path / "first") as first, opened(tmp_path / "second") as second:
        await fill(first)
        await first.save(tmp_path / NAME)
        target = tmp_path / "out"
        target.mkdir()
        monkeypatch.setattr("shutil.disk_usage", lambda _: _Usage(1_000_000))
        with pytest.raises(OSError, match=r"It needs \d+ MB there, and 1 MB are free\."):
            await first.save(target / NAME)
        assert list(target.iterdir()) == []
        tree = second.tree()
        with pytest.raises(OSError, match=r"MB on the disk, and 1 MB are free\. Nothing was added"):
            await second.add(tmp_path / NAME)
        assert second.tree() == tree


async def test_what_was_there_stays_until_the_new_file_is_whole(tmp_path: Path) -> None:
    async with opened(tmp_path / "first") as first:
        await fill(first)
        file = tmp_path / NAME
        file.write_bytes(b"before")
        await followed(first.archiver.saving(file), lambda _, share: share == 1)
        assert file.read_bytes() == b"before"
        await first.save(file)
        assert zipfile.is_zipfile(file)


async def test_names_that_not_every_system_takes_are_not_taken_along(tmp_path: Path) -> None:
    file = tmp_path / NAME
    async with opened(tmp_path / "first") as first, opened(tmp_path / "second") as second:
        await first.complete(1, "red", "green")
        for index, odd in enumerate((".hidden/a:b?.jpg", "con/Nul.jpg")):
            target = tmp_path / odd
            target.parent.mkdir()
            target.write_bytes(first.bytes_of(1, index))
            await first.library.change_image(
                ImageKey(1, index), lambda i, target=target: replace(i, file=str(target))
            )
        await first.save(file)
        names = [n for n in zipfile.ZipFile(file).namelist() if n.startswith("images/")]
        assert names == ["images/other/0001-1.jpg", "images/other/0001-2.jpg"]
        await second.add(file)
        assert second.bytes_of(1, 1) == jpeg("green")


async def test_an_archive_of_an_older_form_is_brought_up_to_date(
    archive: Path, tmp_path: Path
) -> None:
    """Of before there were marks and collections."""
    old = tmp_path / "old.sqlite3"
    with zipfile.ZipFile(archive) as opened_zip:
        parts = {name: opened_zip.read(name) for name in opened_zip.namelist()}
    old.write_bytes(parts["library.sqlite3"])
    connection = apsw.Connection(str(old))
    connection.execute(
        "DROP TABLE exported; DROP TABLE pasted; DROP TABLE paste; "
        "DROP TABLE expected; DROP TABLE collected; DROP TABLE collection; DROP TABLE mark;"
        "ALTER TABLE job DROP COLUMN facts; ALTER TABLE job DROP COLUMN label;"
        "PRAGMA user_version = 3"
    )
    connection.execute("VACUUM")
    connection.close()
    parts["library.sqlite3"] = old.read_bytes()
    manifest = json.loads(parts["manifest.json"])
    for facts in manifest["files"]:
        data = parts[facts["name"]]
        facts |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    parts["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as made:
        for name, data in parts.items():
            made.writestr(name, data)
    async with opened(tmp_path / "second") as second:
        assert "Added 5 jobs and 4 images" in await second.add(tmp_path / "old.zip")
        assert second.bytes_of(1, 1) == jpeg("green")
        assert second.library.job(1).marks == ()


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free
        self.total = 10 * free
