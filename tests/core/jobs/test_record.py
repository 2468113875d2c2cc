"""Reading job records tolerantly."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.jobs.record import ImageEntry, is_record, parse_record

ONE = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def read(**fields: Any) -> Any:
    return parse_record({"jobid": ONE, "status": "completed", **fields})


def test_a_completed_generation_is_read() -> None:
    record = read(
        type="image",
        model="seedream-4.6",
        created="2026-03-02T14:05:30.123Z",
        updated="2026-03-02T14:06:10.623Z",
        request={"prompt": "a lake", "ratio": "16:9", "resolution": "2k"},
        response={
            "images": [
                {
                    "imageUrl": "https://a.example/x",
                    "imageUri": "tos/x",
                    "width": 2560,
                    "height": "1440",
                    "format": "jpeg",
                    "assetId": "US:user@example.com-asset:7",
                    "assetRef": "US:user@example.com-image:w2560:h1440:s8-uri:tos/x",
                    "itemId": "7",
                }
            ],
            "finishTime": 1,
        },
        code=200,
    )
    assert (record.type, record.model, record.prompt) == ("image", "seedream-4.6", "a lake")
    assert (record.ratio, record.resolution, record.code) == ("16:9", "2k", "200")
    assert record.created == datetime(2026, 3, 2, 14, 5, 30, 123_000, tzinfo=UTC)
    assert record.duration_s == 40.5
    assert record.is_final
    assert record.images == (
        ImageEntry(
            index=0,
            url="https://a.example/x",
            uri="tos/x",
            width=2560,
            height=1440,
            format="jpeg",
            asset_id="US:user@example.com-asset:7",
            asset_ref="US:user@example.com-image:w2560:h1440:s8-uri:tos/x",
            item_id="7",
        ),
    )


def test_an_upscale_names_its_source() -> None:
    record = read(type="upscale", request={"jobid": "jsource:dreamina", "imageIndex": 0})
    assert (record.source_jobid, record.source_index) == ("jsource:dreamina", 0)


def test_a_bad_image_does_not_spoil_the_others() -> None:
    images = [None, {}, {"imageUrl": 7, "width": "x"}, {"imageUrl": "https://a.example/x"}]
    record = read(response={"images": images})
    assert [image.index for image in record.images] == [0, 1, 2, 3]
    assert [image.url for image in record.images] == [None, None, None, "https://a.example/x"]


@pytest.mark.parametrize("images", [None, {}, "x", 7])
def test_images_that_are_no_list_are_none(images: Any) -> None:
    assert read(response={"images": images}).images == ()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": 2038}, "2038"),
        ({"code": "2038"}, "2038"),
        ({"code": 2038.0}, "2038"),
        ({"error": "fail_code: 2038"}, "2038"),
        ({"error": "fail_code: 2038", "code": 200}, "2038"),
        ({"error": "fail_code: 2038", "code": "200"}, "2038"),
        ({"error": "Failed", "errorDetails": '{"fail_code": "2038"}'}, "2038"),
        ({"error": {"code": 2038, "message": "no"}}, "2038"),
        ({"error": {"message": "fail_code: -7"}}, "-7"),
        ({"error": "fail_code: 2038", "code": 596}, "596"),
        ({"error": "Generation timed out", "code": 200}, "200"),
        ({"code": True}, None),
        ({"code": float("inf")}, None),
        ({"code": [2038]}, None),
        ({}, None),
    ],
)
def test_a_code_is_read_wherever_a_failed_job_has_it(fields: dict[str, Any], code: Any) -> None:
    assert read(status="failed", **fields).code == code


def test_words_in_a_job_that_did_not_fail_are_no_code() -> None:
    assert read(error="fail_code: 2038", code=200).code == "200"


def test_an_error_may_be_an_object() -> None:
    assert read(error={"code": 1, "message": "no credits"}).error == "no credits"
    assert read(error={"details": "more"}).error == "more"
    assert read(error={"details": ["more"]}).error == "more"


def test_halves_of_characters_become_question_marks() -> None:
    record = read(status="odd\udfff", request={"prompt": "a\ud800b"}, code="\ud800")
    assert (record.status, record.prompt, record.code) == ("odd?", "a?b", "?")


def test_a_clock_that_went_back_makes_no_negative_duration() -> None:
    record = read(created="2026-03-02T14:05:30Z", updated="2026-03-02T14:05:00Z")
    assert record.duration_s == 0


def test_a_running_job_has_no_duration_and_is_not_final() -> None:
    record = read(status="created", created="2026-03-02T14:05:30Z")
    assert record.duration_s is None
    assert not record.is_final


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "x",
        {},
        {"jobid": ONE},
        {"status": "created"},
        {"jobid": "", "status": "created"},
        {"jobid": 7, "status": "created"},
        {"jobid": ONE, "status": None},
    ],
)
def test_what_is_no_record_is_refused(value: Any) -> None:
    assert not is_record(value)
    with pytest.raises(ValueError, match="not a job record"):
        parse_record(value)


FIELDS = [
    "type",
    "model",
    "created",
    "updated",
    "request",
    "response",
    "error",
    "errorDetails",
    "code",
]


@given(st.dictionaries(st.sampled_from(FIELDS), JSON), st.dictionaries(st.text(), JSON))
def test_fields_of_any_type_are_read_as_absent_or_as_text(
    fields: dict[str, Any], unknown: dict[str, Any]
) -> None:
    record = parse_record({**unknown, **fields, "jobid": ONE, "status": "failed"})
    assert record.jobid == ONE
    for text in (record.model, record.error, record.code):
        assert text is None or text.encode()


@given(st.lists(JSON | st.fixed_dictionaries({}, optional={"imageUrl": JSON, "width": JSON})))
def test_images_of_any_type_keep_their_index(images: list[Any]) -> None:
    read_images = read(response={"images": images}).images
    assert [image.index for image in read_images] == list(range(len(images)))


@pytest.mark.parametrize(
    ("item_id", "text"),
    [("7478", "7478"), (7612453183683579150, "7612453183683579150"), (True, None), (1.5, None)],
)
def test_an_items_id_may_be_a_number(item_id: object, text: str | None) -> None:
    images = [{"itemId": item_id}]
    record = parse_record({"jobid": "j1", "status": "completed", "response": {"images": images}})
    assert record.images[0].item_id == text
