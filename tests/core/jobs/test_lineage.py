from __future__ import annotations

from typing import Any

from dreamina_desktop.core.jobs.lineage import Source, job_key, sources, uri_of
from dreamina_desktop.core.jobs.record import ImageEntry, parse_record

REFERENCE = "US:user@example.com-image:w2560:h1440:s905-uri:tos-a/1"


def record(**request: Any) -> Any:
    return parse_record({"jobid": "j1", "status": "completed", "request": request})


def test_references_are_known_by_their_uri_in_their_order() -> None:
    made = record(prompt="x", imageRef_2="odd", imageRef_10=REFERENCE, imageRef_1=REFERENCE)
    assert sources(made) == (
        Source(1, uri="tos-a/1", reference=REFERENCE),
        Source(2, uri="odd", reference="odd"),
        Source(10, uri="tos-a/1", reference=REFERENCE),
    )


def test_an_upscale_names_its_job_and_image() -> None:
    assert sources(record(jobid="j0", imageIndex=2)) == (Source(0, jobid="j0", index=2),)
    assert sources(record(jobid="j0")) == (Source(0, jobid="j0", index=0),)


def test_what_is_no_reference_is_none() -> None:
    assert sources(record(imageRef_0="a", imageRef_1=7, imageRef_x="b", imageRef_3="")) == ()


def test_an_image_is_known_as_its_references_name_it() -> None:
    assert uri_of(ImageEntry(0, uri="other", asset_ref=REFERENCE)) == "tos-a/1"
    assert uri_of(ImageEntry(0, uri="tos-b")) == "tos-b"
    assert uri_of(ImageEntry(0)) is None


def test_a_key_fits_an_index() -> None:
    assert 0 <= job_key("j1") < 2**63
    assert job_key("j1") != job_key("j2")
