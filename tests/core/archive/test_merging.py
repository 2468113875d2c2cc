"""What becomes of a job of another library here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dreamina_desktop.core.archive.merging import (
    COMING,
    NOT_IN_IT,
    aligned,
    as_new,
    renumbered,
    united,
    united_marks,
)
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Search, Tracking
from dreamina_desktop.core.jobs.link_recovery import rests, unverified
from dreamina_desktop.core.jobs.marks import NO_MARKS, Flag, Marks
from dreamina_desktop.core.jobs.record import ImageEntry, parse_record

JOBID = "j1:dreamina"


def record(status: str = "completed", urls: tuple[str | None, ...] = ("https://h/0",)) -> Any:
    images = [{"imageUrl": url} for url in urls]
    return parse_record({"jobid": JOBID, "status": status, "response": {"images": images}})


def image(index: int, state: ImageState, **fields: Any) -> Image:
    entry = ImageEntry(index, url=f"https://h/{index}")
    return replace(Image(ImageKey(7, index), entry, state), **fields)


def job(*images: Image, **fields: Any) -> Job:
    known = record(urls=tuple(f"https://h/{i}" for i in range(len(images))))
    made = Job(7, JOBID, 1, 1.0, Tracking.DONE, record=known, record_source="server")
    return replace(made, images=images, **fields)


def test_an_image_whose_file_comes_is_fetched_by_nobody_meanwhile() -> None:
    saved = image(0, ImageState.SAVED, file="images/a/b.jpg", sha256="5")
    (coming,) = as_new(job(saved), [0]).images
    assert (coming.state, coming.search, coming.note) == (ImageState.LOST, Search.NONE, COMING)
    assert (coming.file, coming.sha256) == (None, "5")  # by which a placed file is told


def test_an_image_whose_file_was_left_out_is_to_be_fetched() -> None:
    (fetched,) = as_new(job(image(0, ImageState.SAVED)), []).images
    assert (fetched.state, fetched.note) == (ImageState.PENDING, NOT_IN_IT)


def test_a_file_that_could_not_be_decoded_is_not_in_it_either() -> None:
    resting = unverified(image(0, ImageState.PENDING), "Its file is kept.", rests=True)
    (fetched,) = as_new(job(resting), []).images
    assert (fetched.state, fetched.note, rests(fetched)) == (ImageState.PENDING, NOT_IN_IT, False)


def test_every_other_image_is_as_it_was() -> None:
    states = (ImageState.PENDING, ImageState.INVALID, ImageState.LOST, ImageState.TRASHED)
    images = [image(index, state, note="Why.") for index, state in enumerate(states)]
    assert list(as_new(job(*images), []).images) == images


def test_a_record_is_taken_where_it_says_more() -> None:
    here = Job(3, JOBID, 1, 1.0, Tracking.NOT_FOUND)
    after = united(here, job(image(0, ImageState.SAVED)), [0])
    assert (after.number, after.tracking, after.record_source) == (3, Tracking.DONE, "paste")
    assert after.images[0].key == ImageKey(3, 0)
    assert (after.images[0].state, after.images[0].note) == (ImageState.LOST, COMING)


def test_what_is_known_here_stays() -> None:
    here = job(image(0, ImageState.SAVED, file="/here.jpg"))
    assert united(here, job(image(0, ImageState.SAVED)), [0]) == here
    assert united(here, Job(9, JOBID, 1, 1.0), []) == here
    failed = replace(here, record=record("failed", ()))
    assert united(failed, here, []).record == failed.record


def test_an_image_that_is_pending_here_stays_so_until_its_file_is_there() -> None:
    here = job(image(0, ImageState.PENDING))
    assert united(here, job(image(0, ImageState.SAVED)), [0]) == here


def test_images_that_only_the_other_library_knows_come_with_it() -> None:
    here = job(image(0, ImageState.SAVED))
    there = replace(here, number=9, images=(*here.images, image(1, ImageState.SAVED)))
    there = renumbered(there, 9, 1)
    assert united(here, there, [1]).images[1].key == ImageKey(7, 1)
    assert united(here, there, [1]).images[1].note == COMING


def test_merged_twice_is_merged_once() -> None:
    here, there = Job(3, JOBID, 1, 1.0), job(image(0, ImageState.SAVED), image(1, ImageState.LOST))
    once = united(here, there, [0])
    assert united(once, there, [0]) == once


def named(index: int, name: str) -> Image:
    key = ImageKey(7, index)
    return Image(key, ImageEntry(index, item_id=name), ImageState.SAVED, file=f"/{name}")


def test_images_of_another_order_are_brought_into_the_one_here() -> None:
    here = job(*(named(index, name) for index, name in enumerate("abc")))
    there = job(*(named(index, name) for index, name in enumerate("dca")))
    there = there.with_marks(2, Marks(rating=5)).with_marks(0, Marks(rating=1))
    moved, places = aligned(here, there)
    assert places == {0: 3, 1: 2, 2: 0}
    assert [(str(i.key), i.file) for i in moved.images] == [
        *(("7-1", "/a"), ("7-2", "/b"), ("7-3", "/c"), ("7-4", "/d")),
    ]
    assert [mark.rating for mark in moved.marks] == [5, 0, 0, 1]
    both = united(here, moved, [0, 2, 3])
    assert [image.entry.item_id for image in both.images] == ["a", "b", "c", "d"]
    assert aligned(both, there)[1] == places


def test_a_lost_image_is_not_taken_for_another() -> None:
    here = job(replace(named(0, "a"), state=ImageState.LOST, file=None))
    assert aligned(here, job(named(0, "b")))[1] == {0: 1}


def test_images_in_the_same_order_stay_as_they_are() -> None:
    here, there = job(named(0, "a"), image(1, ImageState.SAVED)), job(named(0, "a"), named(1, "b"))
    assert aligned(here, there) == (there, {})
    assert aligned(job(), there) == (there, {})


def test_marks_that_were_given_here_stay_and_others_come() -> None:
    here = Marks(Flag.REJECTED, 0, ("a", "b"), "mine")
    there = Marks(Flag.PICKED, 4, ("B", "c"), "theirs")
    assert united_marks(here, there) == Marks(Flag.REJECTED, 4, ("a", "b", "c"), "mine")
    assert united_marks(NO_MARKS, there) == there
    assert united_marks(here, NO_MARKS) == here


def test_marks_from_elsewhere_are_cleaned() -> None:
    hostile = Marks(Flag.NONE, 0, ("a\u202eb", "", "x" * 9999), "\x07n" * 20_000)
    marks = united_marks(NO_MARKS, hostile)
    assert marks.tags == ("a b", "x" * 60)
    assert len(marks.note) == 10_000
    assert "\x07" not in marks.note
