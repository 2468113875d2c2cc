"""Jobs, images and answers come back as they were written."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
import pytest_asyncio

from dreamina_desktop.api.wire import read_answer
from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.answer import Found
from dreamina_desktop.core.jobs.job import ImageState, Job, Search, Tracking
from dreamina_desktop.core.jobs.record import parse_record, record_about
from dreamina_desktop.core.jobs.transition import after_record, completed
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.job_rows import JobRows
from dreamina_desktop.library.jobs import JobRepository
from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.library.settings import SettingsStore

ID = "j030214053012345678{}i-u12345-US:user@example.com-bot:dreamina"


def record(number: int, status: str = "completed", images: int = 2) -> bytes:
    entries = [
        {"imageUrl": f"https://host/{index}.jpg", "assetRef": f"ref {index}"}
        for index in range(images)
    ]
    fields = {"jobid": ID.format(number), "status": status, "unknown": [1, {"kept": True}]}
    if status == "completed":
        fields["response"] = {"images": entries}
    return json.dumps(fields).encode()


class Shelf:
    """A repository that can be closed and opened again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(folder / "library.sqlite3", MIGRATIONS)
        self.repository = JobRepository(self.database, folder)

    async def jobs(self) -> Sequence[Job]:
        return await self.database.call(lambda c: JobRows(self.folder).read(c, range(1, 1000)))

    async def complete(self, job: Job, raw: bytes) -> Job:
        done = after_record(job, parse_record(json.loads(raw)), "server", 5.0)
        await self.repository.save_jobs([done], {job.number: raw})
        return done


@pytest_asyncio.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    shelf = Shelf(tmp_path / "data")
    shelf.folder.mkdir()
    await shelf.database.open()
    yield shelf
    with contextlib.suppress(RuntimeError):  # a test may have closed it
        await shelf.database.aclose()


async def test_numbers_follow_the_order_of_tracking_and_are_never_given_twice(shelf: Shelf) -> None:
    batch, first, _ = await shelf.repository.add(1.0, [ID.format(1), ID.format(2)], {})
    assert [job.number for job in first] == [1, 2]
    assert (batch.count, batch.at) == (2, 1.0)
    await shelf.database.call(lambda c: c.execute("DELETE FROM job WHERE number = 2"))
    _, again, _ = await shelf.repository.add(2.0, [ID.format(3)], {})
    assert again[0].number == 3


async def test_an_id_that_is_here_refuses_the_whole_batch(shelf: Shelf) -> None:
    await shelf.repository.add(1.0, [ID.format(1)], {})
    with pytest.raises((DatabaseError, ValueError)):
        await shelf.repository.add(2.0, [ID.format(2), ID.format(1)], {})
    assert [job.jobid for job in await shelf.jobs()] == [ID.format(1)]


async def test_what_is_saved_is_loaded_the_same(shelf: Shelf) -> None:
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], {})
    done = await shelf.complete(job, record(1))
    file = str(shelf.folder / "images" / "a.jpg")
    saved = replace(
        done.images[0],
        state=ImageState.SAVED,
        file=file,
        file_width=20,
        file_height=10,
        size_bytes=99,
        sha256="ab",
    )
    await shelf.repository.save_images([saved])
    (loaded,) = await shelf.jobs()
    assert loaded == replace(done, images=(saved, done.images[1]))


async def test_a_search_for_a_link_and_what_it_found_survive(shelf: Shelf) -> None:
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], {})
    done = await shelf.complete(job, record(1))
    sought = replace(done.images[0], search=Search.HISTORY, died="The link had expired")
    found = replace(done.images[1], link="https://host/found.jpg")
    await shelf.repository.save_images([sought, found])
    (loaded,) = await shelf.jobs()
    assert loaded.images == (sought, found)
    assert loaded.images[1].url == "https://host/found.jpg"


async def test_a_search_of_an_unknown_kind_is_none(shelf: Shelf) -> None:
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], {})
    await shelf.complete(job, record(1))
    await shelf.database.call(lambda c: c.execute("UPDATE image SET search = 'somewhere'"))
    (loaded,) = await shelf.jobs()
    assert [image.search for image in loaded.images] == [Search.NONE] * 2


async def test_images_of_the_first_version_have_no_search(tmp_path: Path) -> None:
    old = Database(tmp_path / "library.sqlite3", MIGRATIONS[:1])
    await old.open()

    def write(connection: apsw.Connection) -> None:
        connection.execute("INSERT INTO batch VALUES (1, 1.0, 1)")
        connection.execute(
            "INSERT INTO job VALUES (1, ?, 1, 1.0, 'done', 0, ?, 'server', 1.0, 0, '')",
            (ID.format(1), record(1)),
        )
        connection.execute(
            "INSERT INTO image VALUES (1, 0, 'lost', NULL, NULL, NULL, NULL, NULL, 'why')"
        )

    await old.call(write)
    await old.aclose()
    shelf = Shelf(tmp_path)
    await shelf.database.open()
    (job,) = await shelf.jobs()
    await shelf.database.aclose()
    assert (job.images[0].state, job.images[0].note) == (ImageState.LOST, "why")
    assert [(image.link, image.search, image.died) for image in job.images] == [
        (None, Search.NONE, "")
    ] * 2


async def test_the_raw_record_is_kept_byte_for_byte_and_each_answer_in_the_history(
    shelf: Shelf,
) -> None:
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], {})
    created, completed = record(1, "created"), record(1).replace(b'"status"', b'  "status"')
    job = await shelf.complete(job, created)
    await shelf.complete(job, completed)
    assert await shelf.repository.raw_record(1) == completed
    history = await shelf.database.call(
        lambda c: [bytes(row[0]) for row in c.execute("SELECT raw FROM answer ORDER BY id")]
    )
    assert history == [created, completed]


async def test_a_pasted_final_record_is_done_and_its_images_pending(shelf: Shelf) -> None:
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], {ID.format(1): record(1)})
    assert (job.tracking, job.record_source) == (Tracking.DONE, "paste")
    assert [image.state for image in job.images] == [ImageState.PENDING] * 2
    assert list(await shelf.jobs()) == [job]


async def test_a_pasted_running_record_is_polled(shelf: Shelf) -> None:
    raw = {ID.format(1): record(1, "created")}
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], raw)
    assert job.tracking is Tracking.POLLING


async def test_an_image_row_outlives_a_record_that_lost_it(shelf: Shelf) -> None:
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], {})
    job = await shelf.complete(job, record(1, images=2))
    await shelf.complete(job, record(1, images=1))
    (loaded,) = await shelf.jobs()
    assert [image.key.index for image in loaded.images] == [0, 1]


async def test_a_moved_data_folder_finds_its_images(shelf: Shelf, tmp_path: Path) -> None:
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], {})
    done = await shelf.complete(job, record(1))
    inside = replace(
        done.images[0], state=ImageState.SAVED, file=str(shelf.folder / "images" / "a.jpg")
    )
    outside = replace(
        done.images[1], state=ImageState.SAVED, file=str(tmp_path / "elsewhere" / "b.jpg")
    )
    await shelf.repository.save_images([inside, outside])
    await shelf.database.aclose()
    moved = Shelf(tmp_path / "moved")
    shutil.move(shelf.folder, moved.folder)
    await moved.database.open()
    (loaded,) = await moved.jobs()
    assert [image.file for image in loaded.images] == [
        str(moved.folder / "images" / "a.jpg"),
        str(tmp_path / "elsewhere" / "b.jpg"),
    ]
    await moved.database.aclose()


async def test_a_record_that_cannot_be_read_does_not_hide_the_others(shelf: Shelf) -> None:
    _, jobs, _ = await shelf.repository.add(1.0, [ID.format(1), ID.format(2)], {})
    await shelf.complete(jobs[1], record(2))
    await shelf.database.call(lambda c: c.execute("UPDATE job SET raw = '{' WHERE number = 1"))
    loaded = await shelf.jobs()
    assert [job.record is None for job in loaded] == [True, False]


async def test_settings_are_json_by_name(shelf: Shelf) -> None:
    store = SettingsStore(shelf.database)
    await store.save_setting("a", {"b": [1, None, "ü"]})
    await store.save_setting("a", {"b": 2})
    assert await store.load_settings() == {"a": {"b": 2}}


# -- what is known beside a raw record ----------------------------------------------------------


async def test_raw_is_as_it_came_and_what_it_leaves_out_is_known_after_a_restart(
    shelf: Shelf,
) -> None:
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], {})
    said = {"model": "m", "request": {"prompt": "A cat", "imageIndex": 2}}
    first = json.dumps(json.loads(record(1, "created")) | said).encode()
    running = await shelf.complete(job, first)
    raw = record(1)
    taken = completed(parse_record(json.loads(raw)), running.record or parse_record({}))
    done = after_record(running, taken, "server", 6.0)
    await shelf.repository.save_jobs([done], {1: raw})
    await shelf.database.aclose()
    again = Shelf(shelf.folder)
    await again.database.open()
    (kept,) = await again.jobs()
    assert kept.record == done.record
    assert kept.record is not None
    assert (kept.record.prompt, kept.record.source_index) == ("A cat", 2)
    assert await again.repository.raw_record(1) == raw
    answers = await again.database.call(lambda c: list(c.execute("SELECT raw FROM answer")))
    assert answers == [(first,), (raw,)]
    await again.database.aclose()


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps({"status": "completed", "request": {"prompt": "A cat"}}).encode(),
        record(1)[:-1] + b',"note":"caf\xe9"}',
        record(1)[:-1] + b',"deep":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        record(1)[:-1] + b',"long":"' + b"x" * 1_000_000 + b'"}',
    ],
    ids=["without its ID", "Latin-1", "deep", "long"],
)
async def test_what_was_read_of_an_odd_record_is_known_after_a_restart(
    shelf: Shelf, raw: bytes
) -> None:
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], {})
    answer = read_answer(200, {}, raw, job.jobid, 0.0)
    assert isinstance(answer, Found)
    done = after_record(job, answer.record, "server", 5.0)
    await shelf.repository.save_jobs([done], {1: raw})
    (kept,) = await shelf.jobs()
    assert kept == done
    assert await shelf.repository.raw_record(1) == raw


async def test_nothing_is_kept_beside_a_record_that_says_all(shelf: Shelf) -> None:
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], {})
    await shelf.complete(job, record(1))
    facts = await shelf.database.call(lambda c: list(c.execute("SELECT facts FROM job")))
    assert facts == [(None,)]


async def test_facts_that_are_damaged_leave_what_the_record_says(shelf: Shelf) -> None:
    _, (job,), _ = await shelf.repository.add(1.0, [ID.format(1)], {})
    done = await shelf.complete(job, record(1))
    await shelf.database.call(lambda c: c.execute("UPDATE job SET facts = '{garbage'"))
    assert (await shelf.jobs())[0].record == done.record


async def test_a_library_of_the_version_before_opens_with_its_records(tmp_path: Path) -> None:
    file = tmp_path / "library.sqlite3"
    with contextlib.closing(apsw.Connection(str(file))) as old:
        for migration in MIGRATIONS[:7]:
            old.execute(migration)
        old.execute("PRAGMA user_version = 7; INSERT INTO batch VALUES (1, 1.0, 1)")
        old.execute(
            "INSERT INTO job VALUES (1, ?, 1, 1.0, 'done', 0, ?, 'server', 1.0, 0, '')",
            (ID.format(1), record(1)),
        )
    shelf = Shelf(tmp_path)
    await shelf.database.open()
    (job,) = await shelf.jobs()
    assert job.record == parse_record(json.loads(record(1)))
    await shelf.database.aclose()


async def test_a_batch_grows_by_what_is_added_to_it(shelf: Shelf) -> None:
    batch, first, _ = await shelf.repository.add(5.0, [ID.format(1)], {})
    grown, second, _ = await shelf.repository.add(6.0, [ID.format(2)], {}, (), batch)
    assert grown == replace(batch, count=2)
    assert [job.batch for job in (*first, *second)] == [batch.id] * 2
    rows = await shelf.database.call(lambda c: list(c.execute("SELECT id, at, count FROM batch")))
    assert rows == [(batch.id, 5.0, 2)]


async def test_images_keep_their_places_after_a_restart(shelf: Shelf) -> None:
    """The record in its envelope has them elsewhere, and a later one in another order."""
    jobid = ID.format(1)
    _, (job,), _ = await shelf.repository.add(1.0, [jobid], {})
    items = [{"url": f"https://h/{name}", "itemId": name} for name in "ab"]
    first = {"data": {"jobId": jobid, "status": "SUCCEEDED", "response": {"outputs": items}}}
    found = record_about(first, jobid)
    assert found is not None
    raw = json.dumps(first).encode()
    done = after_record(job, parse_record(found), "server", 5.0)
    await shelf.repository.save_jobs([done], {1: raw})
    (before,) = await shelf.jobs()
    assert (before.record, before.images) == (done.record, done.images)
    images = [{"imageUrl": f"https://h/{name}", "itemId": name} for name in "cba"]
    later = json.dumps(json.loads(record(1)) | {"response": {"images": images}}).encode()
    done = after_record(before, parse_record(json.loads(later)), "server", 6.0)
    await shelf.repository.save_jobs([done], {1: later})
    await shelf.database.aclose()
    again = Shelf(shelf.folder)
    await again.database.open()
    (kept,) = await again.jobs()
    assert [image.entry.item_id for image in kept.images] == ["a", "b", "c"]
    assert kept.record == done.record
    assert await again.repository.raw_record(1) == later
    await again.database.aclose()
