"""The sample jobs: consistent with one another."""

from __future__ import annotations

from dreamina_desktop.sandbox.catalog import Catalog
from dreamina_desktop.sandbox.record import created, iso

START = 1_780_000_000.0


def test_ids_images_and_items_are_unique() -> None:
    catalog = Catalog(START, 1)
    ids = [jobid for kind in catalog.ids().values() for jobid in kind]
    images = [image for job in catalog.jobs for image in job.images]
    assert len(set(ids)) == len(ids)
    assert len({image.uri for image in images}) == len(images)
    assert len({image.item_id for image in images}) == len(images)


def test_completed_jobs_have_one_to_four_images() -> None:
    counts = {len(job.images) for job in Catalog(START, 1).jobs if job.kind == "completed"}
    assert counts == {1, 2, 3, 4}


def test_every_id_holds_the_time_that_its_record_says() -> None:
    # Times such as x.1229999 must not be one millisecond apart in the ID and in the record.
    for seed in range(60):
        for job in Catalog(START + seed / 7, seed).jobs:
            digits = "".join(letter for letter in created(job)["created"] if letter.isdigit())
            assert job.jobid[1:14] == digits[4:]


def test_an_upscale_comes_after_its_source_was_finished() -> None:
    jobs = {job.jobid: job for job in Catalog(START, 1).jobs}
    (upscale,) = (job for job in jobs.values() if job.type == "upscale")
    source = jobs[str(upscale.request["jobid"])]
    assert source.created + source.takes_s < upscale.created < START - upscale.takes_s


def test_a_seed_chooses_the_prompts() -> None:
    def prompts(seed: int | None) -> list[object]:
        return [job.request.get("prompt") for job in Catalog(START, seed).jobs]

    assert prompts(2) == prompts(2) != prompts(3)
    assert prompts(None) == prompts(None)


def test_times_have_milliseconds_and_a_z() -> None:
    assert iso(START + 0.123) == "2026-05-28T20:26:40.123Z"
    assert iso(START) == "2026-05-28T20:26:40.000Z"
