"""Until when an image or a job can be had, with the time given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dreamina_desktop.core.jobs.deadline import Deadline, image_deadline, job_deadline
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Search, Tracking
from dreamina_desktop.core.jobs.link_recovery import unverified
from dreamina_desktop.core.jobs.record import ImageEntry, JobRecord

HOUR, DAY = 3600.0, 86400.0
MADE = datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)
ID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
NOW = MADE.timestamp() + HOUR
SERVER = MADE.timestamp() + 30 * DAY


def job(jobid: str = ID, **fields: Any) -> Job:
    return Job(1, jobid, 1, NOW, **fields)


def record(status: str = "created", created: datetime | None = MADE) -> JobRecord:
    return JobRecord(ID, status, created=created)


def image(link_at: float | None, state: ImageState = ImageState.PENDING) -> Image:
    query = "" if link_at is None else f"?x-expires={link_at:.0f}&x-signature=a%3D"
    return Image(ImageKey(1, 0), ImageEntry(0, f"https://a.example.com/1{query}"), state)


def test_a_found_link_counts_and_not_the_records_and_none_is_over() -> None:
    found = replace(image(NOW - HOUR), link=f"https://b.example.com/1?x-expires={NOW + HOUR:.0f}")
    deadline = image_deadline(job(record=record("completed")), found, NOW)
    assert deadline is not None
    assert deadline.at == pytest.approx(NOW + HOUR, abs=1)
    sought = replace(image(NOW + HOUR), search=Search.HISTORY)
    deadline = image_deadline(job(record=record("completed")), sought, NOW)
    assert deadline is not None
    assert deadline.at <= NOW


def test_a_running_job_is_kept_for_30_days_of_which_the_last_three_are_soon() -> None:
    deadline = job_deadline(job(record=record()), NOW)
    assert deadline == Deadline(SERVER, SERVER - 3 * DAY)


def test_without_a_record_the_date_in_the_id_says_when_it_was_made() -> None:
    deadline = job_deadline(job(), NOW)
    assert deadline is not None
    assert deadline.at == pytest.approx(SERVER, abs=1)


def test_a_job_of_unknown_form_was_made_before_it_was_tracked() -> None:
    deadline = job_deadline(job("j1:dreamina"), NOW)
    assert deadline is not None
    assert deadline.at == NOW + 30 * DAY


@pytest.mark.parametrize(
    "fields",
    [
        {"removed": True},
        {"tracking": Tracking.STOPPED},
        {"tracking": Tracking.NOT_FOUND},
        {"tracking": Tracking.DONE, "record": record("completed")},
        {"record": record("failed")},
    ],
)
def test_what_does_not_run_has_no_deadline(fields: dict[str, Any]) -> None:
    assert job_deadline(job(**fields), NOW) is None


def test_a_job_that_the_server_has_forgotten_has_none() -> None:
    assert job_deadline(job(record=record()), SERVER) is None
    assert job_deadline(job(record=record()), SERVER - 1) is not None


def test_a_link_is_soon_over_in_its_last_24_hours() -> None:
    link = NOW + 100 * HOUR
    deadline = image_deadline(job(record=record()), image(link), NOW)
    assert deadline == Deadline(link, link - DAY)


def test_an_image_whose_link_does_not_say_lasts_as_long_as_its_job() -> None:
    deadline = image_deadline(job(record=record("completed")), image(None), NOW)
    assert deadline == Deadline(SERVER, SERVER - 3 * DAY)


def test_the_first_end_counts_while_link_and_job_both_last() -> None:
    owner = job(record=record("completed"))
    for link in (SERVER + 50 * DAY, SERVER + 1.0):
        deadline = image_deadline(owner, image(link), NOW)
        assert deadline is not None
        assert deadline.at == SERVER
    deadline = image_deadline(owner, image(SERVER - DAY), NOW)
    assert deadline == Deadline(SERVER - DAY, SERVER - 3 * DAY)


def test_a_link_may_outlive_its_job() -> None:
    link = SERVER + 10 * DAY
    deadline = image_deadline(job(record=record("completed")), image(link), SERVER + 1)
    assert deadline == Deadline(link, link - DAY)


def test_a_dead_link_is_over_however_long_the_job_lasts() -> None:
    deadline = image_deadline(job(record=record("completed")), image(NOW - 60), NOW)
    assert deadline is not None
    assert deadline.at < NOW


@pytest.mark.parametrize("state", [ImageState.SAVED, ImageState.LOST, ImageState.INVALID])
def test_only_pending_images_have_a_deadline(state: ImageState) -> None:
    assert image_deadline(job(), image(NOW + HOUR, state), NOW) is None


def test_an_image_whose_bytes_are_here_has_none() -> None:
    kept = unverified(image(NOW + HOUR), "Its file is kept.", rests=True)
    assert image_deadline(job(record=record("completed")), kept, NOW) is None


def test_images_of_removed_jobs_have_none() -> None:
    assert image_deadline(replace(job(), removed=True), image(NOW + HOUR), NOW) is None
