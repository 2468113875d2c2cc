"""What an answer does to a job, line by line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dreamina_desktop.core.jobs.job import ImageState, Job, Tracking
from dreamina_desktop.core.jobs.record import JobRecord, parse_record
from dreamina_desktop.core.jobs.transition import (
    after_not_found,
    after_paste,
    after_record,
    after_trouble,
    as_json,
    ask_again,
    first_images,
    goes_back,
    is_same_json,
    placed,
)

NEW = Job(number=7, jobid="j1:dreamina", batch=1, tracked_at=0.0)
INTERVAL_S = 10.0


def record(status: str, *urls: str | None, **fields: Any) -> JobRecord:
    images = [{"imageUrl": url} for url in urls]
    return parse_record(
        {"jobid": NEW.jobid, "status": status, "response": {"images": images}, **fields}
    )


def done(*urls: str | None) -> Job:
    return after_record(NEW, record("completed", *urls), "server", 1.0)


@pytest.mark.parametrize("status", ["created", "dreaming"])
def test_a_running_record_is_polled_on(status: str) -> None:
    job = after_record(replace(NEW, note="500", not_found_count=1), record(status), "server", 5.0)
    assert job.tracking is Tracking.POLLING
    assert job.status == status
    assert (job.note, job.not_found_count, job.last_asked_at) == ("", 0, 5.0)


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_a_final_record_ends_the_polling(status: str) -> None:
    assert after_record(NEW, record(status), "server", 5.0).tracking is Tracking.DONE


def test_images_are_pending_or_lost_from_the_start() -> None:
    images = first_images(7, record("completed", "https://a.example.com", None))
    assert [image.state for image in images] == [ImageState.PENDING, ImageState.LOST]
    assert [str(image.key) for image in images] == ["7-1", "7-2"]
    assert images[1].note


def test_a_stopped_job_that_was_asked_by_hand_stays_stopped() -> None:
    stopped = replace(NEW, tracking=Tracking.STOPPED)
    assert after_record(stopped, record("created"), "server", 5.0).tracking is Tracking.STOPPED
    assert after_record(stopped, record("failed"), "server", 5.0).tracking is Tracking.DONE
    assert after_not_found(stopped, 5.0, "why", 0.0, INTERVAL_S).tracking is Tracking.STOPPED


def test_a_final_record_of_the_server_never_goes_back() -> None:
    job = after_record(done("https://a.example.com"), record("created"), "server", 9.0)
    assert job.status == "completed"
    assert job.tracking is Tracking.DONE


def test_a_final_record_of_a_paste_gives_way_to_the_server() -> None:
    pasted = after_paste(NEW, record("completed", None))
    job = after_record(pasted, record("created"), "server", 9.0)
    assert job.status == "created"
    assert job.tracking is Tracking.POLLING


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ImageState.LOST, ImageState.PENDING),
        (ImageState.INVALID, ImageState.PENDING),
        (ImageState.SAVED, ImageState.SAVED),
        (ImageState.PENDING, ImageState.PENDING),
    ],
)
def test_a_fresh_link_gives_an_image_another_chance(before: ImageState, after: ImageState) -> None:
    job = done("https://a.example.com/old")
    job = replace(job, images=(replace(job.images[0], state=before, note="why"),))
    job = after_record(job, record("completed", "https://a.example.com/new"), "server", 9.0)
    assert job.images[0].state is after
    assert job.images[0].entry.url == "https://a.example.com/new"


def test_the_same_link_changes_nothing() -> None:
    job = done("https://a.example.com/old")
    job = replace(job, images=(replace(job.images[0], state=ImageState.LOST, note="why"),))
    assert after_record(job, record("completed", "https://a.example.com/old"), "server", 1.0) == job


def test_no_image_is_ever_dropped() -> None:
    job = after_record(done("https://a.example.com/1"), record("completed"), "server", 9.0)
    assert [image.state for image in job.images] == [ImageState.PENDING]


def test_two_404_an_interval_apart_are_believed() -> None:
    once = after_not_found(NEW, 100.0, "why", 0.0, INTERVAL_S)
    assert once.tracking is Tracking.POLLING
    assert once.note != "why"
    too_soon = after_not_found(once, 103.0, "why", 3.0, INTERVAL_S)
    assert too_soon == once
    twice = after_not_found(once, 110.0, "why", 10.0, INTERVAL_S)
    assert twice.tracking is Tracking.NOT_FOUND
    assert twice.note == "why"


@pytest.mark.parametrize("now", [-5000.0, 172_900.0])
def test_a_wall_clock_that_was_set_makes_no_difference_between_two_404(now: float) -> None:
    once = after_not_found(NEW, 100.0, "why", 0.0, INTERVAL_S)
    assert after_not_found(once, now, "why", 3.0, INTERVAL_S) == once
    assert after_not_found(once, now, "why", 10.0, INTERVAL_S).tracking is Tracking.NOT_FOUND


def test_one_more_404_settles_what_was_asked_again() -> None:
    once = after_not_found(NEW, 0.0, "", 0.0, INTERVAL_S)
    job = after_not_found(once, 10.0, "why", 10.0, INTERVAL_S)
    again = ask_again(job)
    assert again.tracking is Tracking.POLLING
    assert after_not_found(again, 11.0, "why", 0.0, INTERVAL_S).tracking is Tracking.NOT_FOUND


def test_a_forgotten_job_keeps_its_record() -> None:
    job = after_not_found(done("https://a.example.com/1"), 100.0, "why", 0.0, INTERVAL_S)
    assert job.tracking is Tracking.DONE
    assert job.note == "why"
    assert job.images[0].state is ImageState.PENDING
    running = after_record(NEW, record("created"), "paste", 0.0)
    gone = after_not_found(after_not_found(running, 0.0, "", 0.0, 1.0), 10.0, "why", 10.0, 1.0)
    assert gone.tracking is Tracking.NOT_FOUND
    assert gone.record == running.record


def test_trouble_leaves_all_but_the_note() -> None:
    job = after_trouble(done("https://a.example.com/1"), 50.0, "The API answered 500.")
    assert replace(job, note="", last_asked_at=1.0) == done("https://a.example.com/1")
    assert job.note == "The API answered 500."


def test_a_paste_is_taken_only_where_it_says_more() -> None:
    missing = replace(NEW, tracking=Tracking.NOT_FOUND)
    running = after_paste(missing, record("created"))
    assert (running.record_source, running.tracking) == ("paste", Tracking.NOT_FOUND)
    assert after_paste(running, record("created", model="other")) == running
    assert after_paste(running, record("completed", None)).tracking is Tracking.DONE
    assert after_paste(done("https://a.example.com/1"), record("failed")).status == "completed"


@pytest.mark.parametrize(
    ("after", "same"),
    [
        ({"b": [1], "a": 1}, True),
        ({"a": 1, "b": [2]}, False),
        ({"a": "1", "b": [1]}, False),
    ],
)
def test_two_records_say_the_same(after: dict[str, Any], same: bool) -> None:
    assert is_same_json(b'{"a": 1, "b": [1]}', json.dumps(after, indent=2).encode()) is same


def test_what_is_no_json_is_another_record() -> None:
    assert not is_same_json(b"{}", b"{")
    assert is_same_json(b"{", b"{")


@pytest.mark.parametrize("images", [None, [], [{"imageUrl": "https://b.example.com"}]])
def test_no_answer_takes_an_image_or_its_reference_away(images: object) -> None:
    whole = [{"imageUrl": "https://a.example.com", "assetRef": "US:u@example.com-image:x"}]
    fields = {"jobid": NEW.jobid, "status": "completed"}
    known = parse_record({**fields, "response": {"images": whole}})
    less = parse_record({**fields, "response": {"images": images}})
    before = after_record(NEW, known, "server", 1.0)
    after = after_record(before, less, "server", 9.0)
    assert goes_back(before, less)
    assert after.record == known
    assert [image.entry.asset_ref for image in after.images] == ["US:u@example.com-image:x"]


def test_a_finished_job_with_images_does_not_fail_afterwards() -> None:
    after = after_record(done("https://a.example.com"), record("failed"), "server", 9.0)
    assert after.status == "completed"


@pytest.mark.parametrize("garbage", [{"request": None}, {"model": 5}, {"created": "soon"}])
def test_no_answer_takes_a_fact_away(garbage: dict[str, Any]) -> None:
    fields = {
        "model": "seedream-4.6",
        "created": "2026-03-02T12:00:00Z",
        "request": {"prompt": "A stunning aurora"},
    }
    known = record("completed", "https://a.example.com", **fields)
    before = after_record(NEW, known, "server", 1.0)
    less = record("completed", "https://b.example.com", **{**fields, **garbage})
    assert after_record(before, less, "server", 9.0).record == known


def test_no_answer_takes_a_fact_of_an_image_away() -> None:
    entry = {"imageUrl": "https://a.example.com", "width": 2560, "imageUri": "tos-1"}
    known = record("completed", response={"images": [entry]})
    less = record("completed", response={"images": [entry | {"width": "wide"}]})
    before = after_record(NEW, known, "server", 1.0)
    assert after_record(before, less, "server", 9.0).images[0].entry.width == 2560


# Which image is which

LINKS = ["https://a.example/1?sig=1", "https://a.example/2?sig=1", "https://a.example/3?sig=1"]


def item(name: str, url: str | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "itemId": name,
        "imageUri": f"tos/{name}",
        "imageUrl": url or f"https://h/{name}",
        **fields,
    }


def answer(*images: Any, under: str = "images") -> JobRecord:
    response = {under: list(images)}
    return parse_record({"jobid": NEW.jobid, "status": "completed", "response": response})


def saved(job: Job, *indexes: int) -> Job:
    images = tuple(
        replace(image, state=ImageState.SAVED, file=f"/{image.key}.jpg", sha256=str(image.key))
        if image.key.index in indexes
        else image
        for image in job.images
    )
    return replace(job, images=images)


def items(job: Job) -> list[str | None]:
    return [image.entry.item_id for image in job.images]


def files(job: Job) -> list[str | None]:
    return [image.file for image in job.images]


def taken(first: JobRecord, second: JobRecord, *here: int) -> Job:
    """The job after both, the images at some indexes saved in between; it reads as it was after a
    restart."""
    job = saved(after_record(NEW, first, "server", 1.0), *here)
    job = after_record(job, second, "server", 2.0)
    assert job.record is not None
    assert parse_record(json.loads(json.dumps(as_json(job.record)))) == job.record
    assert [image.key.index for image in job.images] == list(range(len(job.images)))
    assert [e.index for e in job.record.images] == list(range(len(job.record.images)))
    return job


@pytest.mark.parametrize("under", ["outputs", "images"])
def test_images_in_another_order_keep_their_keys(under: str) -> None:
    first = answer(item("a"), item("b"), under=under)
    job = taken(first, answer(item("c"), item("b"), item("a")), 0, 1)
    assert items(job) == ["a", "b", "c"]
    assert files(job) == ["/7-1.jpg", "/7-2.jpg", None]


def test_an_image_is_known_by_its_uri_too() -> None:
    first = answer({"imageUrl": LINKS[0], "imageUri": "tos/a"}, under="outputs")
    job = taken(first, answer(item("b"), item("a")), 0)
    assert (items(job), files(job)) == (["a", "b"], ["/7-1.jpg", None])


def test_an_image_is_known_by_its_link_without_what_signs_it() -> None:
    job = taken(
        answer(LINKS[0], LINKS[1], under="outputs"),
        answer(item("b", LINKS[1].replace("=1", "=2")), item("a", LINKS[0])),
        0,
        1,
    )
    assert (items(job), files(job)) == (["a", "b"], ["/7-1.jpg", "/7-2.jpg"])


def test_a_saved_image_of_which_nothing_is_known_never_becomes_another() -> None:
    job = taken(answer(LINKS[0], under="outputs"), answer(item("a"), item("b")), 0)
    assert (items(job), files(job)) == ([None, "a", "b"], ["/7-1.jpg", None, None])


def test_a_saved_image_that_another_id_took_the_place_of_stays_itself() -> None:
    job = taken(answer(item("a")), answer(item("b")), 0)
    assert (items(job), files(job)) == (["a", "b"], ["/7-1.jpg", None])


def test_an_image_that_was_never_here_makes_room() -> None:
    job = taken(answer(LINKS[0], under="outputs"), answer(item("a"), item("b")))
    assert (items(job), files(job)) == (["a", "b"], [None, None])


def test_fewer_images_in_their_place_go_before_more_that_were_found_elsewhere() -> None:
    first = answer(item("a"), item("b"), LINKS[2], under="outputs")
    job = taken(first, answer(item("b")), 0, 1, 2)
    assert job.record is not None
    assert not job.record.elsewhere
    assert items(job)[:2] == ["a", "b"]
    assert files(job) == ["/7-1.jpg", "/7-2.jpg", "/7-3.jpg"]


def test_images_of_one_id_stay_where_they_are() -> None:
    first = answer(item("a", imageUri="tos/1"), item("a", imageUri="tos/2"))
    job = taken(first, answer(item("a", imageUri="tos/1"), item("a", imageUri="tos/2")), 0, 1)
    assert [image.entry.uri for image in job.images] == ["tos/1", "tos/2"]


def test_the_order_of_a_record_makes_it_no_news_every_time() -> None:
    job = taken(answer(item("a"), item("b")), answer(item("b"), item("a")), 0, 1)
    assert placed(job, answer(item("b"), item("a"))) == job.record
