"""Jobs and their images."""

from __future__ import annotations

from dreamina_desktop.core.jobs.job import ImageKey, Job, Tracking
from dreamina_desktop.core.jobs.record import JobRecord


def test_an_image_is_named_by_its_job_and_counted_from_one() -> None:
    assert str(ImageKey(214, 0)) == "214-1"


def test_images_are_ordered_by_job_then_index() -> None:
    keys = [ImageKey(10, 0), ImageKey(9, 1), ImageKey(9, 0)]
    assert sorted(keys) == [ImageKey(9, 0), ImageKey(9, 1), ImageKey(10, 0)]


def test_a_job_without_a_record_has_no_status() -> None:
    job = Job(number=1, jobid="jabc:dreamina", batch=1, tracked_at=0.0)
    assert job.status == ""
    assert job.tracking is Tracking.POLLING


def test_a_job_has_its_records_status() -> None:
    record = JobRecord(jobid="jabc:dreamina", status="odd")
    assert Job(1, "jabc:dreamina", 1, 0.0, record=record).status == "odd"


def test_states_are_the_words_of_the_export() -> None:
    assert [str(state) for state in Tracking] == ["polling", "done", "not_found", "stopped"]
