"""Marks are kept, found, and survive what becomes of the library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import apsw
import pytest
from shelf import Shelf

from dreamina_desktop.core.jobs.job import ImageKey, Job
from dreamina_desktop.core.jobs.marks import NO_MARKS, Flag, Marks
from dreamina_desktop.core.search.filters import NOTHING, Facet, Lack, Narrowing
from dreamina_desktop.core.search.results import Query
from dreamina_desktop.library.collections import CollectionRepository
from dreamina_desktop.library.database import migrate
from dreamina_desktop.library.safety.salvage import salvage_rows
from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.services.curation.marking import Marking
from dreamina_desktop.services.session.undo import UndoHistory

ALL = Marks(Flag.PICKED, 4, ("red boat", "夜景"), "for the client\nsecond line")


def keys(*names: str) -> list[ImageKey]:
    return [ImageKey(int(job), int(image) - 1) for job, image in (n.split("-") for n in names)]


async def three_jobs(shelf: Shelf) -> None:
    for job in await shelf.track(1, 3):
        await shelf.complete(job, f"boat {job.number}", images=3)


def shown(shelf: Shelf, narrowing: Narrowing = NOTHING, **query: Any) -> dict[int, str]:
    """The images of each listed job."""
    listing = shelf.library.listing(Query(narrowing=narrowing, **query))
    masks = listing.masks or [(1 << count) - 1 for count in listing.counts]
    return {
        number: "".join(str(index + 1) for index in range(9) if mask >> index & 1)
        for number, mask in zip(listing.numbers, masks, strict=True)
    }


async def test_marks_are_there_after_a_restart_and_after_other_writes(shelf: Shelf) -> None:
    await three_jobs(shelf)
    await shelf.library.mark(keys("2-3"), lambda _, marks: ALL)
    library = await shelf.reopened()
    assert library.job(2).marks_of(2) == ALL
    await shelf.complete(library.job(2), "another prompt", images=3)
    assert (await shelf.reopened()).job(2).marks_of(2) == ALL
    assert library.job(1).marks == ()


async def test_what_changed_is_told_and_comes_back(shelf: Shelf) -> None:
    await three_jobs(shelf)
    told: list[Any] = []
    shelf.library.subscribe(told.append)
    undo = UndoHistory()
    marking = Marking(shelf.library, undo)
    assert await marking.flag(keys("1-1", "2-2", "9-9", "1-7"), Flag.PICKED) == 2
    assert await marking.flag(keys("1-1"), Flag.PICKED) == 0  # nothing to be taken back
    assert await marking.rate(keys("1-1"), 3) == 1
    assert await marking.tag(keys("1-1"), ["a"], []) == 1
    assert await marking.note(keys("1-1"), "n") == 1
    assert {change.jobs for change in told} == {frozenset({1, 2}), frozenset({1})}
    labels = []
    while label := await undo.undo():
        labels.append(label)
    assert labels == ["Note on 1-1", "Tag 1-1", "Rate 3 1-1", "Pick 2 images"]
    assert shelf.library.job(1).marks == shelf.library.job(2).marks == ()


async def test_images_are_narrowed_by_what_was_said_about_them(shelf: Shelf) -> None:
    await three_jobs(shelf)
    marking = Marking(shelf.library, UndoHistory())
    await marking.flag(keys("1-1", "2-2"), Flag.PICKED)
    await marking.flag(keys("2-1"), Flag.REJECTED)
    await marking.rate(keys("1-1"), 5)
    await marking.rate(keys("3-3"), 2)
    assert shown(shelf) == {3: "123", 2: "123", 1: "123"}
    assert shown(shelf, NOTHING.with_flag(Flag.PICKED)) == {2: "2", 1: "1"}
    assert shown(shelf, NOTHING.with_flag(Flag.REJECTED)) == {2: "1"}
    assert shown(shelf, NOTHING.with_flag(Flag.NONE)) == {3: "123", 2: "3", 1: "23"}
    both = NOTHING.with_flag(Flag.NONE).with_flag(Flag.PICKED)
    assert shown(shelf, both) == {3: "123", 2: "23", 1: "123"}
    assert shown(shelf, NOTHING.with_stars(2)) == {3: "3", 1: "1"}
    assert shown(shelf, NOTHING.with_stars(3).with_flag(Flag.PICKED)) == {1: "1"}
    assert shown(shelf, images=frozenset(keys("1-2", "3-1", "3-9"))) == {3: "1", 1: "2"}
    assert shown(shelf, both, images=frozenset(keys("2-1", "2-3"))) == {2: "3"}
    assert shown(shelf, NOTHING.with_flag(Flag.PICKED), text='"boat 2"') == {2: "2"}


async def test_images_that_are_not_saved_or_not_reused(shelf: Shelf) -> None:
    source, other, upscale, user = await shelf.track(1, 4)
    references = [f"US:user@example.com-image:w2:h2:s9-uri:tos-{n}" for n in range(2)]
    images = [{"imageUrl": "https://host/1", "assetRef": text} for text in references]
    await shelf.complete(source, "a", response={"images": images})
    await shelf.complete(other, "b", images=2)
    await shelf.complete(upscale, "", request={"jobid": other.jobid, "imageIndex": 1})
    await shelf.complete(user, "c", request={"prompt": "c", "imageRef_1": references[1]})
    unused = {4: "1", 3: "1", 2: "1", 1: "1"}
    assert shown(shelf, NOTHING.with_lack(Lack.NOT_REUSED)) == unused
    (await shelf.reopened()).listing(Query())
    assert shown(shelf, NOTHING.with_lack(Lack.NOT_REUSED)) == unused
    assert shown(shelf, NOTHING.with_lack(Lack.NOT_SAVED)) == {4: "1", 3: "1", 2: "12", 1: "12"}


async def test_facets_combine_and_count_beside_their_own_choice(shelf: Shelf) -> None:
    jobs = await shelf.track(1, 6)
    for job in jobs[:4]:
        model = "seedream-4.0" if job.number % 2 else "seedream-3"
        request = {"model": model, "ratio": "16:9" if job.number < 3 else "1:1"}
        await shelf.complete(job, request=request, type="image")
    model = NOTHING.toggled(Facet.MODEL, "seedream-3")
    assert shown(shelf, model) == {4: "1", 2: "1"}
    assert shown(shelf, model.toggled(Facet.RATIO, "1:1")) == {4: "1"}
    assert shown(shelf, model.toggled(Facet.MODEL, "seedream-4.0")).keys() == {1, 2, 3, 4}
    facet = shelf.library.facet
    assert await facet(Query(narrowing=model), Facet.MODEL) == [
        ("seedream-3", 2),
        ("seedream-4.0", 2),
    ]
    assert await facet(Query(narrowing=model), Facet.RATIO) == [("16:9", 1), ("1:1", 1)]
    assert await facet(Query(), Facet.STATUS) == [("completed", 4), ("not checked yet", 2)]
    assert await facet(Query(), Facet.BATCH) == [("1", 6)]
    assert await facet(Query(text="seedream"), Facet.TYPE) == [("image", 4)]
    assert shown(shelf, NOTHING.toggled(Facet.BATCH, "1").toggled(Facet.TYPE, "image"))


async def test_dates_are_those_of_making_else_of_tracking(shelf: Shelf) -> None:
    done, tracked = await shelf.track(1, 2)
    await shelf.complete(done)
    made = 1772460330.0
    assert shown(shelf, made=(made, made + 1)) == {1: "1"}
    assert shown(shelf, made=(0.0, 10.0)) == {2: ""}
    assert tracked.number == 2


async def test_tags_notes_and_errors_are_found(shelf: Shelf) -> None:
    await three_jobs(shelf)
    await shelf.library.mark(keys("2-3"), lambda _, marks: ALL)
    (failed,) = await shelf.track(4, 1)
    await shelf.complete(failed, images=0, status="failed", error="OutOfPaint", code=77)
    for text in ("夜景", "red BOAT", "second line", '"for the client"'):
        assert shelf.numbers(text) == [2], text
    for text in ("outofpaint", "77"):
        assert shelf.numbers(text) == [4], text


async def test_marks_are_salvaged_from_a_damaged_library(shelf: Shelf, tmp_path: Path) -> None:
    await three_jobs(shelf)
    await shelf.library.mark(keys("2-3"), lambda _, marks: ALL)
    await shelf.close()
    target = apsw.Connection(os.fspath(tmp_path / "target.sqlite3"))
    migrate(target, MIGRATIONS)
    salvage_rows(target, tmp_path / "library.sqlite3", 5.0)
    assert list(target.execute("SELECT number, idx, flag, rating FROM mark")) == [(2, 2, 1, 4)]
    target.close()
    await shelf.open()


@pytest.mark.parametrize("tags", ["not json", "7", '{"a": 1}', "[1]"])
async def test_tags_that_cannot_be_read_leave_the_rest(shelf: Shelf, tags: str) -> None:
    await three_jobs(shelf)
    await shelf.library.mark(keys("1-1"), lambda _, marks: ALL)
    await shelf.close()
    connection = apsw.Connection(os.fspath(shelf.folder / "library.sqlite3"))
    connection.execute("UPDATE mark SET tags = ?", (tags,))
    connection.close()
    library = await shelf.open()
    job: Job = library.job(1)
    assert job.marks_of(0) == Marks(Flag.PICKED, 4, (), ALL.note)
    assert job.marks_of(1) == NO_MARKS


async def test_collections_are_salvaged_from_a_damaged_library(
    shelf: Shelf, tmp_path: Path
) -> None:
    await three_jobs(shelf)
    repository = CollectionRepository(shelf.database)
    made = await repository.create("Campaign X")
    await repository.save(made.with_keys(keys("2-3", "1-1")))
    await repository.expect([3], made.id)
    assert await repository.load() == ([made.with_keys(keys("2-3", "1-1"))], {3: made.id})
    await shelf.close()
    target = apsw.Connection(os.fspath(tmp_path / "target.sqlite3"))
    migrate(target, MIGRATIONS)
    salvage_rows(target, tmp_path / "library.sqlite3", 5.0)
    assert list(target.execute("SELECT name FROM collection")) == [("Campaign X",)]
    assert list(target.execute("SELECT number, idx FROM collected ORDER BY place")) == [
        (2, 2),
        (1, 0),
    ]
    assert list(target.execute("SELECT number FROM expected")) == [(3,)]
    target.close()
    await shelf.open()
