"""The index answers as a walk over all jobs would, and comes back from whatever became of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest
from shelf import ACCOUNTS, ID, Shelf

from dreamina_desktop.core.errors import DamagedError
from dreamina_desktop.core.jobs.job import ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.jobs.status import status_words
from dreamina_desktop.core.jobs.transition import after_not_found
from dreamina_desktop.core.search.results import JobFilter, JobOrder, Query
from dreamina_desktop.core.search.summary import JobCounts, Known
from dreamina_desktop.core.text.accounts import account_of
from dreamina_desktop.core.text.folding import folded
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.index import index as job_index
from dreamina_desktop.library.index import tables
from dreamina_desktop.library.index.index import JobIndex
from dreamina_desktop.library.jobs import CHANGES_KEPT, JobRepository
from dreamina_desktop.library.schema import MIGRATIONS

PROMPTS = (
    "A red boat, 4k",
    "红色的船",
    "Ein Kimono über dem Fluss",
    "a RED fox",
    'say "hi" 100%',
    "",
)


LABELS = ["SKU-7", "größer", "Apfel", ""]


async def fill(shelf: Shelf, seed: int = 1, count: int = 40) -> list[Job]:
    """Jobs of every kind; as the library has them."""
    rng = random.Random(seed)
    for job in await shelf.track(0, count):
        match rng.randrange(6):
            case 0:
                await shelf.complete(job, rng.choice(PROMPTS), 0, status="failed", code=2038)
            case 1:
                await shelf.library.change(
                    job.number, lambda j: replace(j, tracking=Tracking.NOT_FOUND)
                )
            case 2:
                await shelf.library.change(job.number, lambda j: replace(j, removed=True))
            case 3:
                pass
            case _:
                minute = rng.randrange(10, 50)
                await shelf.complete(
                    job,
                    rng.choice(PROMPTS),
                    rng.randrange(5),
                    model=rng.choice(["seedream-4.0", "Jimeng-2.1", ""]),
                    updated=f"2026-03-02T14:{minute}:30.000Z",
                    created=f"2026-03-02T13:{rng.randrange(10, 50)}:30.000Z",
                )
    for number in range(1, count + 1, 3):
        label = rng.choice(LABELS)
        await shelf.library.change(number, lambda j, label=label: replace(j, given_label=label))
    return [shelf.library.job(number) for number in range(1, count + 1)]


KEYS: dict[JobOrder, Callable[[Job], Any]] = {
    JobOrder.NEWEST: lambda job: 0,
    JobOrder.OLDEST: lambda job: job.number,
    JobOrder.STATUS: lambda job: status_words(job).word,
    JobOrder.PROMPT: lambda job: _text(job.record and job.record.prompt),
    JobOrder.LABEL: lambda job: _text(job.label),
    JobOrder.MODEL: lambda job: _text(job.record and job.record.model),
    JobOrder.RESOLUTION: lambda job: _text(job.record and job.record.resolution),
    JobOrder.ACCOUNT: lambda job: _text(account_of(job.jobid)),
    JobOrder.CREATED: lambda job: (
        -job.record.created.timestamp() if job.record and job.record.created else 0
    ),
    JobOrder.DURATION: lambda job: _negative(
        job.record.duration_s if job.record and job.record.is_final else None
    ),
    JobOrder.IMAGES: lambda job: -len(job.images),
}
FILTERS: dict[JobFilter, Callable[[Job], bool]] = {
    JobFilter.ALL: lambda job: True,
    JobFilter.RUNNING: lambda job: job.tracking is Tracking.POLLING,
    JobFilter.COMPLETED: lambda job: job.status == "completed",
    JobFilter.FAILED: lambda job: job.status == "failed",
    JobFilter.NOT_FOUND: lambda job: job.tracking is Tracking.NOT_FOUND,
}


def _text(value: str | None) -> tuple[bool, str]:
    return not value, folded(value or "")


def _negative(value: float | None) -> tuple[bool, float]:
    return value is None, -(value or 0.0)


@pytest.mark.parametrize("order", JobOrder)
@pytest.mark.parametrize("wanted", JobFilter)
async def test_orders_and_filters_are_those_of_a_walk_over_all_jobs(
    shelf: Shelf, order: JobOrder, wanted: JobFilter
) -> None:
    jobs = [job for job in await fill(shelf) if not job.removed and FILTERS[wanted](job)]
    jobs.sort(key=lambda job: -job.number)
    jobs.sort(key=KEYS[order])
    listing = shelf.library.listing(Query(order, wanted))
    assert list(listing.numbers) == [job.number for job in jobs]
    assert list(listing.counts) == [len(job.images) for job in jobs]
    assert len(listing) > 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("red", {1, 4}),
        ("RED boat", {1}),
        ("4K", {1}),
        ("红色", {2}),
        ("色", {2}),
        ("红色的船", {2}),
        ("imon", {3}),
        ("ÜBER", {3}),
        ('"red fox"', {4}),
        ('"fox red"', set()),
        ("say 100%", {5}),
        ("%", {5}),
        ("_", set()),
        ("*", set()),
        ('"', {5}),
        ('""', set()),
        ("  ", {1, 2, 3, 4, 5, 6}),
        ("seedream", {1, 2, 3, 4, 5, 6}),
        ("678002i", {3}),
        ("other@example", {2, 4, 6}),
        (ID.format(2, ACCOUNTS[0]), {3}),
        (ID.format(2, ACCOUNTS[0]).removesuffix("-bot:dreamina") + ":dreamina", {3}),
        ("bot", set()),
        ("dreamina", set()),
        ("red AND", set()),
        ("nowhere", set()),
    ],
)
async def test_words_of_any_length_and_script_are_found(
    shelf: Shelf, text: str, found: set[int]
) -> None:
    for job, prompt in zip(await shelf.track(0, 6), PROMPTS, strict=True):
        await shelf.complete(job, prompt)
    assert shelf.numbers(text) == sorted(found, reverse=True)
    assert set(shelf.numbers(text, order=JobOrder.MODEL)) == found
    assert set(shelf.numbers(text, order=JobOrder.OLDEST, filter=JobFilter.FAILED)) == set()


async def test_a_number_is_found(shelf: Shelf) -> None:
    await shelf.track(0, 12)
    assert 12 in shelf.numbers("12")
    assert shelf.numbers("12 678011i") == [12]


async def test_a_search_sees_what_was_written_before(shelf: Shelf) -> None:
    (job,) = await shelf.track(0, 1)
    assert shelf.numbers("boat") == []
    await shelf.complete(job, "a boat")
    assert shelf.numbers("boat") == [1]
    await shelf.complete(job, "a ship")
    assert (shelf.numbers("boat"), shelf.numbers("ship")) == ([], [1])
    await shelf.library.change(1, lambda job: replace(job, removed=True))
    assert shelf.numbers("ship") == []


async def test_the_first_hits_are_a_beginning_of_all(shelf: Shelf) -> None:
    for job in await shelf.track(0, 9):
        await shelf.complete(job, "a boat")
    first = shelf.library.listing_within(5.0, Query(text="boat"), 4)
    assert first is not None
    assert list(first.numbers) == shelf.numbers("boat")[:4] == [9, 8, 7, 6]


async def test_one_batch_or_some_jobs_can_be_asked_for(shelf: Shelf) -> None:
    await shelf.track(0, 3)
    await shelf.track(3, 2)
    assert shelf.numbers(batch=2) == [5, 4]
    assert shelf.numbers(only=frozenset([1, 4, 77])) == [4, 1]
    assert shelf.numbers(only=frozenset()) == []


async def test_known_ids_are_told_with_what_became_of_them(shelf: Shelf) -> None:
    first, second = await shelf.track(0, 2)
    await shelf.library.change(second.number, lambda job: replace(job, removed=True))
    assert shelf.library.known([second.jobid, "x", first.jobid]) == {
        first.jobid: Known(1, removed=False),
        second.jobid: Known(2, removed=True),
    }


async def test_jobs_are_counted_by_word(shelf: Shelf) -> None:
    for job in (await shelf.track(0, 5))[:3]:
        await shelf.complete(job, "x", 2)
    counts = await shelf.library.counts(range(1, 5))
    assert counts == JobCounts({"completed": 3, "not checked yet": 1}, 6)
    assert counts == JobCounts.of([shelf.library.job(n) for n in range(1, 5)])
    assert await shelf.library.jobids([3, 1, 99]) == [
        shelf.library.job(3).jobid,
        shelf.library.job(1).jobid,
    ]


async def test_the_statistics_name_jobs_and_images_by_their_states(shelf: Shelf) -> None:
    first, second, third, _ = await shelf.track(0, 4)
    await shelf.complete(first, "x", 2)
    await shelf.library.change_image(
        ImageKey(1, 0), lambda image: replace(image, state=ImageState.SAVED, file="/a")
    )
    await shelf.complete(second, "x", 1)
    await shelf.library.change(second.number, lambda job: replace(job, removed=True))
    await shelf.library.change(third.number, lambda job: after_not_found(job, 1.0, "", 0.0, 1.0))
    assert await shelf.library.statistics() == {
        "images pending": 1,
        "images saved": 1,
        "jobs done": 1,
        "jobs polling": 2,
        "jobs removed": 1,
        "jobs with status completed": 1,
        "jobs with status unknown": 2,
    }


async def test_saved_files_come_in_slices(shelf: Shelf) -> None:
    first, second = await shelf.track(0, 2)
    for job in (first, second):
        await shelf.complete(job, "x", 3)
        for index in (0, 2):
            file = str(shelf.folder / f"{job.number}-{index}.jpg")
            await shelf.library.change_image(
                ImageKey(job.number, index),
                lambda image, file=file: replace(image, state=ImageState.SAVED, file=file),
            )
    found, after = [], ImageKey(0, 0)
    while some := await shelf.library.saved_files(after, 3):
        found += some
        after = some[-1][0]
    keys = [ImageKey(1, 0), ImageKey(1, 2), ImageKey(2, 0), ImageKey(2, 2)]
    assert found == [(k, str(shelf.folder / f"{k.number}-{k.index}.jpg")) for k in keys]


# -- what becomes of the index -------------------------------------------------------------------


async def same_after(shelf: Shelf, harm: Callable[[Path], object]) -> None:
    """The library is closed, harmed, and opened again: it answers as before."""
    jobs = await fill(shelf)
    before = {order: shelf.library.listing(Query(order)) for order in JobOrder}
    hits = shelf.numbers("red")
    await shelf.close()
    harm(shelf.index_file)
    library = await shelf.open()
    assert {order: library.listing(Query(order)) for order in JobOrder} == before
    assert shelf.numbers("red") == hits
    assert [library.job(job.number) for job in jobs] == jobs
    assert {job.number for job in library.open_jobs()} == {
        job.number
        for job in jobs
        if not job.removed
        and (job.tracking is Tracking.POLLING or any(i.state == "pending" for i in job.images))
    }


def delete(file: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


def garble(file: Path) -> None:
    file.write_bytes(b"no database" * 1000)


def damage(file: Path) -> None:
    """Only where the orders are read."""
    data = bytearray(file.read_bytes())
    data[8192:] = b"\xa5" * (len(data) - 8192)
    file.write_bytes(data)


def run(*statements: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        connection = apsw.Connection(str(file))
        for statement in statements:
            connection.execute(statement)
        connection.close()

    return change


@pytest.mark.parametrize(
    "harm",
    [
        lambda _: None,
        delete,
        garble,
        damage,
        lambda file: file.write_bytes(b""),
        run("PRAGMA user_version = 99"),
        run("DROP TABLE summary"),
        run("UPDATE state SET stamp = stamp + 1000"),
        run("UPDATE state SET stamp = -1", "DELETE FROM summary"),
        run("DELETE FROM summary"),
        run("DELETE FROM state"),
        run("UPDATE state SET stamp = 0", "UPDATE summary SET word = ''"),
    ],
)
async def test_whatever_became_of_the_index_the_library_answers_as_before(
    shelf: Shelf, harm: Callable[[Path], object]
) -> None:
    await same_after(shelf, harm)


async def test_an_index_in_a_folder_that_takes_no_files_is_kept_in_memory(shelf: Shelf) -> None:
    jobs = await fill(shelf)
    await shelf.close()
    delete(shelf.index_file)
    shelf.index_file.mkdir()
    library = await shelf.open()
    shown = [job.number for job in jobs if not job.removed]
    assert shelf.numbers() == shown[::-1]
    (job,) = await shelf.track(100, 1)
    assert library.listing(Query()).numbers[0] == job.number


async def test_changes_that_the_index_missed_are_caught_up_with(shelf: Shelf) -> None:
    """As after a kill between the library's write and the index's."""
    await fill(shelf)
    await shelf.close()
    repository_only = Database(shelf.folder / "library.sqlite3", MIGRATIONS)
    await repository_only.open()
    repository = JobRepository(repository_only, shelf.folder)
    await repository.add(9.0, [ID.format(900, ACCOUNTS[0])], {})
    await repository_only.aclose()
    rebuilt: list[int] = []
    rebuild, JobIndex._rebuild = JobIndex._rebuild, lambda self: rebuilt.append(1)  # type: ignore[method-assign]
    try:
        await shelf.open()
    finally:
        JobIndex._rebuild = rebuild  # type: ignore[method-assign]
    assert not rebuilt
    assert shelf.numbers()[0] == 41
    assert 41 in {job.number for job in shelf.library.open_jobs()}


async def test_an_index_that_missed_too_much_is_made_anew(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CHANGES_KEPT > 1000
    monkeypatch.setattr("dreamina_desktop.library.jobs.CHANGES_KEPT", 3)
    await shelf.track(900, 2)
    await shelf.close()
    old = shelf.index_file.read_bytes()
    await shelf.open()
    await fill(shelf, count=30)
    before = shelf.numbers()
    await shelf.close()
    delete(shelf.index_file)
    shelf.index_file.write_bytes(old)
    await shelf.open()
    assert shelf.numbers() == before


async def test_how_far_a_new_index_is_is_told(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_index, "REBUILD_SLICE", 15)
    await fill(shelf, count=40)
    await shelf.close()
    shelf.index_file.unlink()
    await shelf.open()
    assert shelf.progress == [(15, 40), (30, 40), (40, 40)]
    await shelf.reopened()
    assert shelf.progress == []


async def test_a_restored_library_has_an_index_of_its_own(shelf: Shelf) -> None:
    """The backup's changes are fewer than the index knows."""
    await shelf.track(0, 2)
    await shelf.close()
    old = (shelf.folder / "library.sqlite3").read_bytes()
    await shelf.open()
    await shelf.track(2, 5)
    assert len(shelf.numbers()) == 7
    await shelf.close()
    (shelf.folder / "library.sqlite3").write_bytes(old)
    await shelf.open()
    assert shelf.numbers() == [2, 1]


async def test_an_index_that_cannot_be_written_does_not_keep_a_job_from_being_written(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shelf.track(0, 2)
    assert shelf.numbers() == [2, 1]
    put, failures = tables.put, iter([apsw.FullError("full")])

    def fail_once(*arguments: Any) -> None:
        for error in failures:
            raise error
        put(*arguments)

    monkeypatch.setattr(tables, "put", fail_once)
    await shelf.track(2, 1)
    assert shelf.numbers() == [3, 2, 1]
    library = await shelf.reopened()
    assert library.last_number == 3


async def test_a_damaged_library_is_told_as_such(shelf: Shelf) -> None:
    await fill(shelf)
    await shelf.close()
    delete(shelf.index_file)
    file = shelf.folder / "library.sqlite3"
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    file.write_bytes(data)
    index = JobIndex(shelf.index_file, file, shelf.folder)
    with pytest.raises(DamagedError):
        await index.open()
    await index.aclose()
    file.write_bytes(b"")
    await shelf.open()


# -- the library over it -------------------------------------------------------------------------


async def test_only_open_and_recent_jobs_are_in_memory(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dreamina_desktop.services.library.KEPT", 5)
    monkeypatch.setattr("dreamina_desktop.services.library.SLICE", 4)
    for job in (await shelf.track(0, 20))[:15]:
        await shelf.complete(job, "x", 0)
    library = await shelf.reopened()
    in_memory = [n for n in range(1, 21) if library.peek(n) is not None]
    assert set(in_memory) >= set(range(16, 21))
    assert len(in_memory) <= 5 + 5
    assert library.peek(1) is None
    assert library.job(1).status == "completed"
    assert library.peek(1) is not None
    assert [job.number for job in await library.fetch([9, 2, 99, 2, 17])] == [9, 2, 17]
    for number in range(1, 21):
        library.job(number)
    assert sum(library.peek(n) is not None for n in range(1, 21)) <= 10


async def test_many_are_changed_at_once_and_told_in_slices_that_can_be_read(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dreamina_desktop.services.library.KEPT", 6)
    monkeypatch.setattr("dreamina_desktop.services.library.SLICE", 4)
    for job in await shelf.track(0, 20):
        await shelf.complete(job, "x", 0)
    told: list[int] = []

    def listen(changes: Any) -> None:
        assert len(changes.jobs) <= 4
        assert all(shelf.library.peek(n) and shelf.library.job(n).removed for n in changes.jobs)
        told.extend(changes.jobs)

    shelf.library.subscribe(listen)
    await shelf.library.change_many(range(1, 21), lambda job: replace(job, removed=True))
    assert sorted(told) == list(range(1, 21))
    assert shelf.numbers() == []


async def test_the_counts_of_images_follow_every_change(shelf: Shelf) -> None:
    first, second = await shelf.track(0, 2)
    await shelf.complete(first, "x", 3)
    await shelf.complete(second, "x", 1)
    await shelf.library.change_image(
        ImageKey(1, 1), lambda image: replace(image, state=ImageState.SAVED, file="/a")
    )
    assert (shelf.library.image_count, shelf.library.saved_count) == (4, 1)
    await shelf.library.change(1, lambda job: replace(job, removed=True))
    assert (shelf.library.image_count, shelf.library.saved_count) == (1, 0)
    library = await shelf.reopened()
    assert (library.image_count, library.saved_count) == (1, 0)
    await library.change(1, lambda job: replace(job, removed=False))
    assert (library.image_count, library.saved_count) == (4, 1)


async def test_accounts_keep_their_order_over_a_restart(shelf: Shelf) -> None:
    await shelf.track(1, 3)
    assert list(shelf.library.accounts) == [ACCOUNTS[1], ACCOUNTS[0]]
    library = await shelf.reopened()
    assert list(library.accounts) == [ACCOUNTS[1], ACCOUNTS[0]]


async def test_reads_go_on_while_much_is_written(shelf: Shelf) -> None:
    jobs = await shelf.track(0, 60)

    async def write() -> None:
        for job in jobs:
            await shelf.complete(job, f"boat {job.number}")

    async def read() -> None:
        while len(shelf.numbers("boat")) < len(jobs):
            await shelf.library.fetch(range(1, 61))
            await asyncio.sleep(0)

    await asyncio.gather(write(), read())
    assert len(shelf.numbers("boat")) == 60


async def test_labels_are_found_sorted_and_still_there_after_a_restart(shelf: Shelf) -> None:
    jobids = [ID.format(n, ACCOUNTS[0]) for n in range(3)]
    labels = {jobids[0]: "Zebra größer", jobids[2]: "Apfel 7"}
    await shelf.library.add(1.0, jobids, {}, labels=labels)
    library = await shelf.reopened()
    assert [library.job(number).given_label for number in (1, 2, 3)] == [
        "Zebra größer",
        None,
        "Apfel 7",
    ]
    assert shelf.numbers("GRÖSSER") == [1]
    assert shelf.numbers(order=JobOrder.LABEL) == [3, 1, 2]
    await library.change(3, lambda job: replace(job, given_label="hero"))
    assert (shelf.numbers("apfel"), shelf.numbers("hero")) == ([], [3])
