"""The cases of tests/cases/records, each a record in a 200 and what it must be taken for, and their
kin: the same said otherwise.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dreamina_desktop.core.jobs.failure import explain
from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.core.jobs.record import JobRecord, parse_record
from dreamina_desktop.core.jobs.status import status_words, why_without_images
from dreamina_desktop.core.jobs.transition import after_record, as_json
from dreamina_desktop.core.paste.find_ids import find

CASES = sorted((Path(__file__).parents[2] / "cases" / "records").glob("*.json"))
JOBID = "j0719093015123456789i-u1234-US:jane.doe@example.com-bot:dreamina"
CREATED = datetime(2026, 7, 19, 9, 30, 15, 123_000, tzinfo=UTC)
SEEN = datetime(2026, 7, 20, tzinfo=UTC)
A, B = "https://p9-sign.example/a.jpeg?x-expires=1&x-signature=a%3D", "https://p9.example/b.webp"
C = "https://p9.example/c.jpeg"


def read(status: str = "completed", **fields: Any) -> JobRecord:
    return parse_record({"jobid": JOBID, "type": "image", "status": status, **fields}, SEEN)


def job_of(record: JobRecord) -> Job:
    new = Job(number=5, jobid=record.jobid, batch=1, tracked_at=0.0)
    return after_record(new, record, "server", 1.0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_record_is_taken_for_what_it_is(case: Path) -> None:
    record = parse_record(json.loads(case.read_text("utf-8")), SEEN)
    expected = json.loads(case.with_suffix(".expected").read_text("utf-8"))
    if "final" in expected:
        assert record.is_final == expected["final"]
    if "short" in expected:
        assert explain(record).short == expected["short"]
    if "urls" in expected:
        assert [image.url for image in record.images] == expected["urls"]
    assert expected.get("cause_has", "") in explain(record).cause
    assert ("note" in expected) == ("video" in why_without_images(job_of(record)))


def test_there_are_cases() -> None:
    assert CASES


# Ends

ENDS = [
    ("COMPLETED", {}, "completed"),
    ("Completed", {}, "completed"),
    (" completed ", {}, "completed"),
    ("succeeded", {}, "completed"),
    ("SUCCEEDED", {}, "completed"),
    ("success", {}, "completed"),
    ("finished", {}, "completed"),
    ("done", {}, "completed"),
    ("completed", {"code": 422}, "completed"),
    ("FAILED", {}, "failed"),
    ("failure", {}, "failed"),
    ("error", {}, "failed"),
    ("moderated", {}, "failed"),
    ("Moderated", {"code": 422}, "failed"),
    ("cancelled", {}, "failed"),
    ("canceled", {"code": 200}, "failed"),
    ("CANCELLED", {"error": "Cancelled by user"}, "failed"),
    ("rejected", {}, "failed"),
    ("aborted", {}, "failed"),
    ("expired", {"code": 410}, "failed"),
    ("blocked", {"error": "InputTextRisk"}, "failed"),
    ("unheard_of", {"code": "500"}, "failed"),
    ("unheard_of", {"code": 2038}, "failed"),
    ("unheard_of", {"error": {"message": "no"}}, "failed"),
    ("unheard_of", {"error": ["no"]}, "failed"),
    ("unheard_of", {"code": 399}, "unheard_of"),
    ("unheard_of", {"code": 200, "error": ""}, "unheard_of"),
    ("unheard_of", {"code": 0, "error": None}, "unheard_of"),
    ("unheard_of", {"error": {}}, "unheard_of"),
    ("unheard_of", {"code": -1}, "unheard_of"),
    ("processing", {}, "processing"),
    ("CREATED", {}, "created"),
    ("created", {"error": "a warning", "code": 500}, "created"),
]


@pytest.mark.parametrize(("word", "fields", "status"), ENDS)
def test_a_status_means_what_it_says(word: str, fields: dict[str, Any], status: str) -> None:
    record = read(word, **fields)
    assert record.status == status
    assert record.is_final == (status in ("completed", "failed"))
    assert parse_record(as_json(record)) == record


# Causes

SHORT = [
    ({"code": 412}, "out of credits"),
    ({"code": "412", "error": "Insufficient"}, "out of credits"),
    ({"code": 422}, "moderated"),
    ({"code": 429, "error": "Quota exceeded"}, "quota used up"),
    ({"code": 1006}, "out of credits"),
    ({"error": "ret: 1006 Not enough credits"}, "out of credits"),
    ({"error": "ret=1006, errmsg=x", "code": 502}, "out of credits"),
    ({"error": "Not enough credits", "code": 500}, "out of credits"),
    ({"error": {"ret": "1006", "errmsg": "x"}, "code": 500}, "out of credits"),
    ({"error": {"message": "no", "code": 1006}, "code": 400}, "out of credits"),
    ({"error": {"message": "x", "details": {"code": 2038}}, "code": 500}, "content filter"),
    ({"error": '{"code":2038}', "code": 500}, "content filter"),
    ({"error": '{"ret":"1006","data":null}'}, "out of credits"),
    ({"error": 'Upstream said {"fail_code": "2038"}', "code": 500}, "content filter"),
    ({"error": '"{\\"fail_code\\":2038}"', "code": 500}, "content filter"),
    ({"error": 'body: {\\"failCode\\": \\"2041\\"}', "code": 500}, "image moderation"),
    ({"errorDetails": {"fail_code": 2038}, "code": 500}, "content filter"),
    ({"errorDetails": [{"failCode": "2038"}], "code": 200}, "content filter"),
    ({"error": "x", "errorDetails": '{"errorCode": 2057}'}, "processing error"),
    ({"error": 2038}, "content filter"),
    ({"code": "2038.0"}, "content filter"),
    ({"error": "errno: 1006"}, "out of credits"),
    ({"error": "2048x2048 was asked for"}, "2048x2048 was asked for"),
    ({"error": "error_code: 1057", "code": 503}, "rate limit"),
    ({"error": "ContentFiltered", "code": 500}, "content filter"),
    ({"error": "Your prompt was moderated", "code": 400}, "moderated"),
    ({"error": "fail_code: 2038", "code": 596}, "account session expired"),
    ({"error": "fail_code: 0, ret: 1006"}, "out of credits"),
]


@pytest.mark.parametrize(("fields", "short"), SHORT)
def test_a_cause_is_told_wherever_its_code_stands(fields: dict[str, Any], short: str) -> None:
    record = read("failed", **fields)
    assert explain(record).short == short
    assert explain(parse_record(as_json(record))).short == short


@pytest.mark.parametrize("word", ["canceled", "cancelled", "CANCELED"])
def test_a_cancelled_job_says_so_without_an_error(word: str) -> None:
    assert explain(read(word)).short == "cancelled"


def test_a_status_that_is_an_end_says_why_where_nothing_else_does() -> None:
    assert explain(read("moderated")).short == "moderated"
    assert explain(read("rejected")).cause == "The API said: rejected."
    assert explain(read("FAILED")).cause == "No reason was given."


SAID = [
    ({"error": {"reason": "InputImageRisk", "index": 1}}, "reason: InputImageRisk, index: 1"),
    ({"error": "no", "errorDetails": {"reason": "Risk"}}, "no: reason: Risk"),
    ({"error": ["one", "two"]}, "one; two"),
    ({"error": [{"message": "one"}, {"message": "two"}]}, "one; two"),
    ({"error": {"message": "no", "details": ["a", "b"]}}, "no: a; b"),
    ({"error": {"code": 1, "message": "no", "status": "X", "hint": "y"}}, "no: hint: y"),
    ({"errorDetails": [["deep", ["deeper"]]]}, "deep; deeper"),
    ({"errorDetails": {"a": {"b": {"c": "deep"}}}}, "a: b: c: deep"),
    ({"errorDetails": '{"fail_msg":"InputTextRisk"}'}, "fail_msg: InputTextRisk"),
    ({"error": 9999}, "9999"),
    ({"error": "{no JSON"}, "{no JSON"),
]


@pytest.mark.parametrize(("fields", "words"), SAID)
def test_what_an_error_says_is_shown_in_whatever_form(fields: dict[str, Any], words: str) -> None:
    assert words in explain(read("failed", **fields)).cause


def test_an_error_without_end_or_ground_is_bounded() -> None:
    nested: Any = "x" * 1_000_000
    for _ in range(500):
        nested = {"details": [nested] * 3}
    assert explain(read("failed", error=nested)).cause
    assert len(read("failed", error=["y" * 30_000] * 9_000).error or "") <= 20_000


# Images

REQUEST = {"imageRef_1": "US:a@example.com-image:w1:h1:s1-uri:tos/x"}
FOUND = [
    ({"response": {"images": [A, B]}}, [A, B]),
    ({"response": {"images": [{"url": A}, {"downloadUrl": B}]}}, [A, B]),
    ({"response": {"images": [{"url": B, "imageUrl": A}]}}, [A]),
    ({"response": {"images": [{"imageUrlWatermarked": B, "url": A}]}}, [A]),
    ({"response": {"images": [{"imageUrlWatermarked": A}]}}, [A]),
    ({"response": {"images": [{"image_url": A}]}}, [A]),
    ({"response": {"images": [{"urls": {"large": A, "small": B}}]}}, [A]),
    ({"response": {"images": [{"imageUrl": {"url": A}}, [{"link": B}]]}}, [A, B]),
    ({"response": {"images": [{"thumbUrl": B, "cdnUrl": A}, {"coverUrl": B}]}}, [A, None]),
    ({"response": {"images": [{"coverUrl": B, "image": {"imageUrl": A}}]}}, [A]),
    ({"response": {"images": [{"url": "not a link"}]}}, [None]),
    ({"response": {"images": [], "imageUrl": A}}, [A]),
    ({"response": {"imageUrl": A}}, [A]),
    ({"response": {"image": A}}, [A]),
    ({"response": {"image": {"url": A}}}, [A]),
    ({"response": {"imageUrls": [A, B]}}, [A, B]),
    ({"response": {"image_urls": [A, B]}}, [A, B]),
    ({"response": {"urls": [A, B]}}, [A, B]),
    ({"response": {"outputs": [{"url": A}, {"url": B}]}}, [A, B]),
    ({"response": {"result": {"imageList": [{"imageUrl": A}, {"imageUrl": B}]}}}, [A, B]),
    ({"response": {"data": [{"b64_json": None, "url": A}]}}, [A]),
    ({"response": {"output": A}}, [A]),
    ({"response": {"outputs": {"0": A, "1": B}}}, [A, B]),
    ({"response": {"fileUrl": A}}, [A]),
    ({"response": {"imageUrl": [A, B]}}, [A, B]),
    ({"response": {"statusUrl": A, "detailsUrl": A}}, []),
    ({"response": {"images": {"0": {"imageUrl": A}, "1": {"imageUrl": B}}}}, [A, B]),
    ({"response": {"images": None, "generations": [{"images": [{"url": A}]}]}}, [A]),
    ({"response": {"item_list": [{"image": {"large_images": [{"image_url": A}]}}]}}, [A]),
    ({"response": [{"imageUrl": A}, {"imageUrl": B}]}, [A, B]),
    ({"response": [A]}, [A]),
    ({"response": json.dumps({"images": [{"imageUrl": A}]})}, [A]),
    ({"response": json.dumps({"result": [A]})}, [A]),
    ({"images": [{"imageUrl": A}]}, [A]),
    ({"result": {"images": [A]}}, [A]),
    ({"response": {"imageUrl": A, "items": [{"imageUrl": A}, {"imageUrl": B}]}}, [A, B]),
    # What went in, and what is shown before an image, is none.
    ({"request": {**REQUEST, "imageUrl": B}, "response": {"images": []}}, []),
    ({"response": {"inputImages": [{"imageUrl": B}], "outputs": [{"imageUrl": A}]}}, [A]),
    ({"response": {"input": {"imageUrl": B}}}, []),
    ({"response": {"referenceImageUrl": B, "imageUrl": A}}, [A]),
    ({"response": {"imageRefs": [B], "imageRef_1": B}}, []),
    ({"response": {"sourceImage": {"imageUrl": B}, "maskUrl": B}}, []),
    ({"response": {"coverUrl": B}}, []),
    ({"response": {"cover": {"imageUrl": B}, "result": [A]}}, [A]),
    ({"response": {"previewUrl": B, "previews": [{"imageUrl": B}]}}, []),
    ({"response": {"outputs": [{"url": A, "thumbnail": {"url": B}, "thumbUrl": B}]}}, [A]),
    ({"response": {"replyUrl": B, "webhookUrl": B, "user": {"avatarUrl": B}}}, []),
    ({"response": {"outputs": [{"type": "video", "url": B}]}}, []),
    ({"response": {"forecastCost": 0, "historyRecordId": "3"}}, []),
    ({"response": {"outputs": ["tos/x", "data:image/png;base64,xx", "file:///etc/passwd"]}}, []),
    # `images` says all where it is not empty.
    ({"response": {"images": [{"itemId": "7"}], "imageUrl": B}}, [None]),
]


@pytest.mark.parametrize(("fields", "urls"), FOUND)
def test_images_are_found_under_other_names(fields: dict[str, Any], urls: list[str | None]) -> None:
    record = read(**fields)
    assert [image.url for image in record.images] == urls
    assert parse_record(as_json(record)) == record
    assert bool(why_without_images(job_of(record))) == (not urls)


@pytest.mark.parametrize("status", ["created", "processing", "failed"])
def test_links_of_a_job_that_is_not_completed_are_no_images(status: str) -> None:
    assert read(status, response={"imageUrl": A}).images == ()


def test_what_stands_beside_a_link_is_read() -> None:
    item = {"url": A, "itemId": 7, "width": "64", "imageRef": "US:a@b.c-image:w1:h1:s1-uri:t"}
    (image,) = read(response={"outputs": [item]}).images
    assert (image.item_id, image.width) == ("7", 64)
    assert image.asset_ref == "US:a@b.c-image:w1:h1:s1-uri:t"


def test_thousands_of_links_are_bounded() -> None:
    links = [f"https://p9.example/{index}" for index in range(30_000)]
    assert len(read(response={"outputs": links}).images) == 9_999
    assert len(read(response={"images": links}).images) == 9_999


def test_the_reference_of_an_old_record_is_its_first() -> None:
    assert read(request={"imageRef": "US:a"}).references == ((1, "US:a"),)
    assert read(request={"imageRef": "US:a", "imageRef_2": "US:b"}).references == ((2, "US:b"),)


# Videos

VIDEOS = [
    {"type": "video"},
    {"type": "Video", "response": {"videoUrl": B, "coverUrl": C}},
    {"type": "video-upscale"},
    {"type": "video", "response": {"imageUrl": C, "videoUrl": B}},
    {"type": None, "response": {"videoUrl": B}},
    {"type": None, "response": {"videos": [{"videoUrl": B, "coverUrl": C}]}},
    {"type": None, "jobid": JOBID.replace("789i", "789v")},
    {"type": "upscale", "jobid": JOBID.replace("789i", "789V"), "response": {"imageUrl": C}},
]


@pytest.mark.parametrize("fields", VIDEOS)
def test_a_video_is_said_to_be_one(fields: dict[str, Any]) -> None:
    job = job_of(read(**fields))
    assert status_words(job).word == "completed video"
    assert why_without_images(job) == "It is a video, which is not saved here."
    assert job.images == ()


def test_an_answer_that_is_not_understood_is_not_passed_over() -> None:
    job = job_of(read(response={"result": "elsewhere"}))
    assert status_words(job).word == "completed, no image found"
    assert "not known here" in why_without_images(job)


# Times

TIMES = [
    ({"created": "2026-07-19T09:30:15.123Z"}, CREATED),
    ({"created": 1784453415.123}, CREATED),
    ({"created": 1784453415123}, CREATED),
    ({"created": "1784453415123"}, CREATED),
    ({"created": "Sun, 19 Jul 2026 09:30:15 GMT"}, CREATED.replace(microsecond=0)),
    ({}, CREATED),
    ({"created": None}, CREATED),
    ({"created": "yesterday"}, CREATED),
    ({"created": 0}, CREATED),
    ({"updated": "2024-07-19T09:31:00Z"}, CREATED.replace(year=2024)),
    ({"jobid": "j1:dreamina"}, None),
    ({"jobid": JOBID.replace("j0719", "j1319")}, None),
]


@pytest.mark.parametrize(("fields", "created"), TIMES)
def test_when_a_job_was_created_is_read_or_known_by_its_id(
    fields: dict[str, Any], created: datetime | None
) -> None:
    assert read(**fields).created == created


def test_durations_are_known_in_whatever_form_the_times_come() -> None:
    assert read(created=1784453415123, updated="2026-07-19T09:30:55.123Z").duration_s == 40.0
    assert read(updated=1784453455.123).duration_s == 40.0


# In a paste

WHOLE = [
    {"status": "SUCCEEDED", "response": {"outputs": [A]}},
    {"status": "succeeded", "response": {"images": []}},
    {"status": "completed", "response": {"videoUrl": B}},
    {"status": "cancelled", "code": 499},
    {"status": "moderated", "error": {"message": "no"}},
]
BARE: list[dict[str, Any]] = [
    {"status": "SUCCEEDED"},
    {"status": "cancelled"},
    {"status": "moderated", "code": 200},
    {"status": "done", "response": {}},
]


@pytest.mark.parametrize("fields", WHOLE)
def test_a_pasted_record_in_another_form_is_kept(fields: dict[str, Any]) -> None:
    raw = json.dumps({"jobid": JOBID, **fields})
    assert find(f"got {raw}\n").records == {JOBID: raw.encode()}


@pytest.mark.parametrize("fields", BARE)
def test_a_line_that_only_names_an_end_ends_nothing(fields: dict[str, Any]) -> None:
    """The images of the job are still to come."""
    found = find(json.dumps({"jobid": JOBID, **fields}))
    assert (found.jobids, found.records) == ((JOBID,), {})
