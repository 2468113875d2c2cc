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


def test_a_library_has_three_accounts_upscales_and_references_among_its_own() -> None:
    jobs = Catalog(START, 1, library=2_000).jobs
    assert jobs == Catalog(START, 1, library=2_000).jobs
    library = [job for job in jobs if job.kind == "library"]
    assert len(library) == 2_000
    assert len({job.account for job in library}) == 3
    by_uri = {image.uri: job for job in library for image in job.images}
    ids = {job.jobid: job for job in library}
    references = upscales = 0
    for job in library:
        for name, value in job.request.items():
            if name.startswith("imageRef_"):
                source = by_uri[str(value).partition("-uri:")[2]]
                assert source.account == job.account
                assert source.created < job.created
                references += 1
        if job.type == "upscale":
            upscales += 1
            assert ids[str(job.request["jobid"])].created < job.created
    assert references > 100 < upscales
    pictures = {image.picture for job in library for image in job.images}
    assert len(pictures) < 400  # ready in seconds, however many jobs


def test_a_library_leaves_the_other_jobs_as_they_are() -> None:
    few, many = Catalog(START, 1).jobs, Catalog(START, 1, library=50).jobs
    assert [job.request for job in few] == [job.request for job in many if job.kind != "library"]


def test_the_newest_sample_was_made_from_two_others() -> None:
    jobs = Catalog(START, 1).jobs
    uris = {image.uri for job in jobs for image in job.images}
    made = [job for job in jobs if "imageRef_1" in job.request]
    assert len(made) == 1
    for slot in (1, 2):
        assert str(made[0].request[f"imageRef_{slot}"]).partition("-uri:")[2] in uris


def test_small_pictures_keep_their_form_and_everything_else_stays_as_it_is() -> None:
    large, small = (
        Catalog(START, 1, library=50).jobs,
        Catalog(START, 1, library=50, small=True).jobs,
    )
    assert [job.jobid for job in small] == [job.jobid for job in large]
    sizes = {
        (image.picture.width, image.picture.height): (less.picture.width, less.picture.height)
        for job, other in zip(large, small, strict=True)
        for image, less in zip(job.images, other.images, strict=True)
    }
    assert sizes[2560, 1440] == (640, 360)
    assert sizes[4096, 4096] == (640, 640)
    assert sizes[640, 360] == (640, 360)
    assert max(side for size in sizes.values() for side in size) == 640
