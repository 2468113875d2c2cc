"""Where a fresh link is looked for, and what becomes of the image, step by step."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dreamina_desktop.core.jobs.history import Asset
from dreamina_desktop.core.jobs.job import Image, ImageState, Job, Search, Tracking
from dreamina_desktop.core.jobs.link_recovery import (
    account,
    again,
    asks_for_links,
    found,
    in_history,
    link_died,
    lost,
    next_place,
    seeking_note,
    sought_since,
)
from dreamina_desktop.core.jobs.record import JobRecord, parse_record
from dreamina_desktop.core.jobs.transition import (
    after_not_found,
    after_paste,
    after_record,
    first_images,
)

JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
ODD = "jsomething:dreamina"
OLD, NEW = "https://a.example.com/old", "https://a.example.com/new"
WHY = "The link had expired on 2026-03-02 at 14:05"


def record(*urls: str | None, item: str | None = "7", jobid: str = JOBID) -> JobRecord:
    images: list[dict[str, Any]] = [
        {"imageUrl": url} | ({"itemId": f"{item}{index}"} if item else {})
        for index, url in enumerate(urls)
    ]
    return parse_record({"jobid": jobid, "status": "completed", "response": {"images": images}})


def done(*urls: str | None, item: str | None = "7", jobid: str = JOBID) -> Job:
    job = Job(1, jobid, 1, 0.0)
    return after_record(job, record(*urls, item=item, jobid=jobid), "server", 1.0)


def dead(*, item: str | None = "7", jobid: str = JOBID) -> Job:
    """A job whose only link has died."""
    job = done(OLD, item=item, jobid=jobid)
    return replace(job, images=(link_died(job.images[0], WHY),))


def test_an_image_whose_link_died_stays_pending_and_its_job_is_asked() -> None:
    job = dead()
    image = job.images[0]
    assert (image.state, image.search) == (ImageState.PENDING, Search.JOB)
    assert image.note == "The link no longer works. A fresh one is being looked for."
    assert asks_for_links(job)
    assert not asks_for_links(replace(job, removed=True))
    assert not asks_for_links(done(OLD))


def test_a_link_that_differs_from_the_dead_one_is_used() -> None:
    image = after_record(dead(), record(NEW), "server", 9.0).images[0]
    assert (image.state, image.search, image.note, image.died) == (
        *(ImageState.PENDING, Search.NONE),
        *("", ""),
    )
    assert image.url == NEW


def test_a_job_with_the_dead_link_sends_on_to_the_history() -> None:
    job = after_record(dead(), record(OLD), "server", 9.0)
    assert (job.images[0].state, job.images[0].search) == (ImageState.PENDING, Search.HISTORY)
    assert not asks_for_links(job)
    assert after_record(job, record(OLD), "server", 19.0).images == job.images
    assert after_record(job, record(NEW), "server", 19.0).images[0].url == NEW


@pytest.mark.parametrize(("item", "jobid"), [(None, JOBID), ("7", ODD)])
def test_what_can_be_in_no_history_is_lost_with_the_reason(item: str | None, jobid: str) -> None:
    job = dead(item=item, jobid=jobid)
    image = after_record(job, record(OLD, item=item, jobid=jobid), "server", 9.0).images[0]
    assert (image.state, image.search) == (ImageState.LOST, Search.NONE)
    assert image.note == f"{WHY}, and no fresh one was found."


def test_a_record_that_lost_its_image_or_goes_back_sends_on_too() -> None:
    running = parse_record({"jobid": JOBID, "status": "created"})
    for job in (after_record(dead(), r, "server", 9.0) for r in (record(), running)):
        assert (job.tracking, job.images[0].search) == (Tracking.DONE, Search.HISTORY)


def test_a_forgotten_job_sends_on_to_the_history() -> None:
    job = after_not_found(dead(), 100.0, "why", 0.0, 10.0)
    assert (job.tracking, job.images[0].search) == (Tracking.DONE, Search.HISTORY)


def test_a_single_not_found_does_not_lose_what_can_be_nowhere_else() -> None:
    once = after_not_found(dead(item=None), 100.0, "why", 0.0, 10.0)
    assert once.images[0].search is Search.JOB
    twice = after_not_found(once, 110.0, "why", 10.0, 10.0)
    assert twice.images[0].state is ImageState.LOST


def test_a_paste_is_no_answer_but_may_have_a_fresh_link() -> None:
    running = replace(dead(), record=parse_record({"jobid": JOBID, "status": "created"}))
    assert after_paste(running, record(OLD)).images[0].search is Search.JOB
    assert after_paste(running, record(NEW)).images[0].url == NEW


def test_an_image_that_came_without_link_is_sought_by_its_item() -> None:
    (pasted,) = first_images(1, record(None))
    assert (pasted.state, pasted.search) == (ImageState.PENDING, Search.JOB)
    assert pasted.note == "No link came with this image. A fresh one is being looked for."
    answered = done(None).images[0]
    assert (answered.state, answered.search) == (ImageState.PENDING, Search.HISTORY)
    without = done(None, item=None).images[0]
    assert (without.state, without.note) == (ImageState.LOST, "No link came with this image.")
    assert lost(answered).note == "No link came with this image."


def test_a_found_link_goes_before_the_records_until_that_is_a_fresh_one() -> None:
    job = after_record(dead(), record(OLD), "server", 9.0)
    image = found(job.images[0], NEW)
    assert (image.url, image.state, image.search) == (NEW, ImageState.PENDING, Search.NONE)
    job = replace(job, images=(image,))
    assert after_record(job, record(OLD), "server", 9.0).images[0].url == NEW
    newest = after_record(job, record("https://a.example.com/newest"), "server", 9.0).images[0]
    assert (newest.url, newest.link) == ("https://a.example.com/newest", None)


def test_a_link_that_the_record_has_lost_is_kept() -> None:
    image = after_record(done(OLD), record(None), "server", 9.0).images[0]
    assert (image.url, image.state, image.search) == (OLD, ImageState.PENDING, Search.NONE)


def test_a_fresh_link_for_a_saved_image_leaves_it_saved() -> None:
    job = done(OLD)
    saved = replace(job.images[0], state=ImageState.SAVED, file="a.jpg")
    image = after_record(replace(job, images=(saved,)), record(NEW), "server", 9.0).images[0]
    assert (image.state, image.url) == (ImageState.SAVED, NEW)


def test_by_hand_a_lost_image_is_tried_and_one_without_link_sought() -> None:
    image = again(lost(dead().images[0]))
    assert (image.state, image.search, image.note) == (ImageState.PENDING, Search.NONE, "")
    image = again(lost(done(None).images[0]))
    assert (image.state, image.search) == (ImageState.PENDING, Search.JOB)
    assert image.died


# -- the history -------------------------------------------------------------------------------


def sought(*refs: str, items: tuple[str, ...] = ("7", "8")) -> Job:
    images = [
        {"imageUrl": OLD, "itemId": item, "assetRef": ref}
        for item, ref in zip(items, refs, strict=False)
    ]
    raw = {"jobid": JOBID, "status": "completed", "response": {"images": images}}
    return after_record(Job(1, JOBID, 1, 0.0), parse_record(raw), "server", 1.0)


def image(job: Job, index: int = 0) -> Image:
    return job.images[index]


def test_an_image_is_found_by_its_item() -> None:
    job = sought("r0", "r1")
    assets = [Asset("9", "https://x/9"), Asset("8", "https://x/8"), Asset("7", "https://x/7")]
    assert in_history(job, image(job), assets) == "https://x/7"
    assert in_history(job, image(job, 1), assets) == "https://x/8"
    assert in_history(job, image(job), assets[:2]) is None


def test_the_dead_links_are_not_fresh() -> None:
    job = sought("r0")
    assert in_history(job, image(job), [Asset("7", OLD)]) is None
    tried = replace(image(job), link=NEW)
    assert in_history(job, tried, [Asset("7", OLD), Asset("7", NEW)]) is None


def test_where_several_have_an_item_the_reference_decides_and_nothing_is_guessed() -> None:
    job = sought("r0", "r1", items=("7", "7"))
    assets = [Asset("7", "https://x/1", "r1"), Asset("7", "https://x/0", "r0")]
    assert in_history(job, image(job), assets) == "https://x/0"
    assert in_history(job, image(job, 1), assets) == "https://x/1"
    assert in_history(job, image(job), [Asset("7", "https://x/1", "other")]) is None
    assert in_history(job, image(job), [Asset("7", "https://x/1")]) is None
    alone = sought("r0")
    assert in_history(alone, image(alone), [Asset("7", "https://x/1", "other")]) == "https://x/1"


def test_whose_history_it_is_says_the_reference_before_the_job() -> None:
    job = sought("CA:studio@example.com-image:w1:h1:s1-uri:u", "r1")
    assert account(job, image(job)) == "CA:studio@example.com"
    assert account(job, image(job, 1)) == "US:user@example.com"
    assert account(replace(job, jobid=ODD), image(job, 1)) is None


def test_a_job_is_as_old_as_its_record_says_or_its_id() -> None:
    now = datetime(2026, 3, 5, tzinfo=UTC)
    job = dead()
    assert sought_since(job, now) == datetime(2026, 3, 2, 14, 5, 30, 123000, UTC)
    raw = {"jobid": JOBID, "status": "completed", "created": "2026-03-01T00:00:00Z"}
    dated = replace(job, record=parse_record(json.loads(json.dumps(raw))))
    assert sought_since(dated, now) == datetime(2026, 3, 1, tzinfo=UTC)
    assert sought_since(replace(job, jobid=ODD), now) is None


def test_the_note_says_what_happens() -> None:
    image = dead().images[0]
    assert seeking_note(image, "It waits.") == "The link no longer works. It waits."
    assert next_place(dead(), image).note == seeking_note(image)
