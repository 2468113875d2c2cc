"""Each row of the table of answers (docs/api.md, section 1), and each way to lie."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import Any

import pytest

from dreamina_desktop.api.client import read_off_loop
from dreamina_desktop.api.wire import read_answer
from dreamina_desktop.core.jobs.answer import (
    Ending,
    Found,
    JobAnswer,
    NotFound,
    Refused,
    Throttled,
    Trouble,
)
from dreamina_desktop.core.jobs.record import MOST_PROSE, MOST_WORD

JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
NOW = 1_772_460_000.0  # Mon, 02 Mar 2026 14:00:00 GMT


def read(status: int, body: Any, **headers: str) -> JobAnswer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_answer(status, named, data, JOBID, NOW)


def record(**fields: Any) -> dict[str, Any]:
    return {"jobid": JOBID, "type": "image", "status": "created", **fields}


@pytest.mark.parametrize("status", ["created", "completed", "failed", "thinking"])
def test_200_with_a_record_is_found_whatever_its_status(status: str) -> None:
    answer = read(200, record(status=status))
    assert isinstance(answer, Found)
    assert answer.record.status == status


def test_a_failed_job_with_code_596_is_found() -> None:
    answer = read(200, record(status="failed", code=596, error="session expired"))
    assert isinstance(answer, Found)
    assert answer.record.code == "596"


def test_the_raw_record_is_kept_byte_for_byte() -> None:
    raw = b' {"status" :"created","new":[1.50,"\\u00e9"], "jobid":"%s"}\r\n' % JOBID.encode()
    answer = read(200, raw)
    assert isinstance(answer, Found)
    assert answer.raw == raw


def test_numbers_as_strings_and_images_of_any_kind_are_read() -> None:
    images = [{"width": "2560", "imageUrl": "https://h.example/a"}, None, {"assetRef": "r"}, 7]
    answer = read(200, record(code="200", response={"images": images}))
    assert isinstance(answer, Found)
    assert [image.width for image in answer.record.images] == [2560, None, None, None]
    assert answer.record.images[2].asset_ref == "r"
    nothing = read(200, record(response={"images": None}))
    assert isinstance(nothing, Found)
    assert nothing.record.images == ()


@pytest.mark.parametrize("other", [JOBID + "x", JOBID.upper(), JOBID[:-1], JOBID + " "])
def test_a_record_of_another_job_is_trouble(other: str) -> None:
    assert read(200, record(jobid=other)) == Trouble("The API's answer is about another job.")


ENVELOPES: list[tuple[str, Any]] = [
    ("data", {"data": record(status="completed")}),
    ("code, message and data", {"code": 200, "message": "ok", "data": record()}),
    ("success", {"status": "success", "result": record(status="failed", error="x")}),
    ("the ID and a state of its own", {"jobid": JOBID, "status": "ok", "job": record(request={})}),
    ("a list of one", [record(status="completed")]),
    ("a list of several", {"jobs": [record(jobid="j2:dreamina"), record(status="completed")]}),
    ("two envelopes", {"ok": True, "data": {"job": record()}}),
    ("a string", {"statusCode": 200, "body": json.dumps(record())}),
    ("no ID inside", {"jobid": JOBID, "data": {"status": "completed", "request": {}}}),
]
KEYS: list[tuple[str, Any]] = [
    (key, {key: JOBID, "type": "image", "status": "completed"})
    for key in ("jobId", "job_id", "JobID", "id")
]


@pytest.mark.parametrize("body", [body for _, body in ENVELOPES + KEYS], ids=dict(ENVELOPES + KEYS))
def test_a_record_in_an_envelope_or_with_another_key_is_found(body: Any) -> None:
    answer = read(200, body)
    assert isinstance(answer, Found)
    assert (answer.record.jobid, answer.record.status) in [
        (JOBID, status) for status in ("created", "completed", "failed")
    ]
    assert answer.raw == json.dumps(body).encode()


def test_the_record_goes_before_the_state_of_its_envelope() -> None:
    inside = record(status="failed", error="x")
    for body in (
        {"status": "success", "data": inside},
        {**record(), "data": {**inside, "request": {}}},
    ):
        answer = read(200, body)
        assert isinstance(answer, Found)
        assert answer.record.status == "failed"


@pytest.mark.parametrize("key", ["jobId", "job_id", "jobid"])
def test_another_jobs_record_is_none_under_any_key(key: str) -> None:
    other = {key: "j2:dreamina", "status": "completed", "request": {}}
    for body in (other, {"data": other}, [other], {"data": {**other, "id": JOBID}}):
        assert isinstance(read(200, body), Trouble)


@pytest.mark.parametrize("status", [200, 201, 202, 203])
def test_a_record_counts_with_any_of_the_statuses_that_say_yes(status: int) -> None:
    assert isinstance(read(status, record()), Found)
    refused = read(status, b"")
    assert isinstance(refused, Trouble)
    assert str(status) in refused.reason


@pytest.mark.parametrize(
    "response",
    [
        {"outputs": [{"url": "https://p9.example/a"}]},
        {"result": {"images": ["https://p9.example/a"]}},
        {"images": ["https://p9.example/a"]},
        {"images": [{"url": "https://p9.example/a"}]},
    ],
)
@pytest.mark.parametrize("around", [lambda body: body, lambda body: {"data": body}])
def test_a_long_answer_is_understood_as_a_short_one(response: Any, around: Any) -> None:
    fields = {"errorDetails": {"reason": "Risk"}, "response": response}
    for note in ("", "x" * 100_000):
        answer = read(200, around(record(status="completed", note=note, **fields)))
        assert isinstance(answer, Found)
        assert [image.url for image in answer.record.images] == ["https://p9.example/a"]
        assert answer.record.error_details == "reason: Risk"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"garbage",
        b'{"jobid": "j1", "sta',
        b"<!DOCTYPE html><h1>Sign in</h1>",
        b"[]",
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b'{"jobid": "x", "status": NaN}',
        b"null",
        b'"created"',
        b"12",
        b"{}",
        json.dumps({"jobid": JOBID}).encode(),
        json.dumps({"jobid": JOBID, "status": 3}).encode(),
        json.dumps({"jobid": 1, "status": "created"}).encode(),
        json.dumps({"status": "success", "message": "OK"}).encode(),
        json.dumps({"status": "error", "error": "maintenance", "code": 503}).encode(),
        json.dumps({"data": {"status": "success"}, "code": 200}).encode(),
        json.dumps(record()).encode() + b"{}",
        bytes(range(256)) * 100,
    ],
)
def test_200_without_a_readable_record_is_trouble(body: bytes) -> None:
    answer = read(200, body)
    assert isinstance(answer, Trouble)
    assert answer.reason.startswith("The API answered 200 with")
    assert len(answer.reason) < 200
    assert not answer.network


def spoilt(extra: str, encoding: str = "utf-8", **fields: Any) -> bytes:
    """A record with something more in it, as JSON."""
    text = json.dumps(record(**fields), ensure_ascii=False)
    return (text[:-1] + extra + "}").encode(encoding, "surrogatepass")


DEEP = "[" * 100_000 + "]" * 100_000
SPOILT = {
    "a byte order mark": b"\xef\xbb\xbf" + spoilt(""),
    "UTF-16": spoilt("", "utf-16"),
    "Latin-1": spoilt(',"note":"caf\xe9"', "latin-1"),
    "a character cut in two": spoilt(',"note":"\u20acx"').replace(b"\x82\xac", b"\x82"),
    "half a pair": spoilt(',"note":"\\ud800"'),
    "a number of 5,000 digits": spoilt(',"n":' + "9" * 5000),
    "100,000 levels": spoilt(f',"deep":{DEEP}'),
    "levels of objects": spoilt(',"deep":' + '{"a":' * 50_000 + "1" + "}" * 50_000),
    "levels in the request": spoilt(f',"request":{{"prompt":"A cat","deep":{DEEP}}}'),
    "7 MB in one field": spoilt(',"note":"' + "x" * 7_000_000 + '"'),
    "7 MB of lists": spoilt(',"note":[' + ",".join(["[]"] * 2_300_000) + "]"),
    "7 MB and Latin-1": spoilt(',"note":"' + "\xe9" * 7_000_000 + '"', "latin-1"),
}


@pytest.mark.parametrize("body", SPOILT.values(), ids=SPOILT)
def test_what_can_be_read_of_a_spoilt_record_is_read_and_all_is_kept(body: bytes) -> None:
    answer = read(200, body)
    assert isinstance(answer, Found)
    assert answer.raw == body
    assert (answer.record.status, answer.record.type) == ("created", "image")


def test_a_spoilt_text_is_read_around_what_is_spoilt() -> None:
    request = {"prompt": "caf\xe9 \u20ac"}
    latin = spoilt("", "latin-1", request={"prompt": "caf\xe9"})
    cut = spoilt("", request=request).replace(b"\x82\xac", b"\x82")
    prompts = [
        answer.record.prompt
        for body in (latin, cut)
        if isinstance(answer := read(200, body), Found)
    ]
    assert prompts == ["caf\xe9", "caf\xe9 \ufffd"]


def test_lengths_are_bounded_and_what_would_be_another_when_cut_is_left_out() -> None:
    long = "x" * 1_000_000
    image = dict.fromkeys(("imageUrl", "imageUri", "assetRef", "itemId", "format"), long)
    fields = {"status": "s" + long, "model": long, "response": {"images": [image]}}
    failed = read(200, record(status="failed", error=long))
    assert isinstance(failed, Found)
    assert len(failed.record.error or "") == MOST_PROSE
    answer = read(200, record(**fields, request={"prompt": long, "imageRef_1": long}))
    assert isinstance(answer, Found)
    found = answer.record
    assert len(found.status) == len(found.model or "") == MOST_WORD
    assert len(found.prompt or "") == MOST_PROSE
    assert found.references == ()
    (entry,) = found.images
    assert (entry.url, entry.uri, entry.asset_ref, entry.item_id) == (None, None, None, None)


async def test_a_long_answer_is_read_in_steps_that_leave_the_loop_its_turn() -> None:
    """By the CPU time of this thread: none of it is spent here."""
    body = SPOILT["7 MB of lists"]
    before = time.thread_time()
    answer = await read_off_loop(body, lambda: read(200, body))
    assert isinstance(answer, Found)
    assert time.thread_time() - before < 0.05


def test_what_nobody_reads_is_never_built() -> None:
    """2.3 million lists: their objects alone would take some 150 MB."""
    tracemalloc.start()
    try:
        read(200, SPOILT["7 MB of lists"])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000


def test_a_web_page_is_called_one() -> None:
    answer = read(200, b"\n <html><body>Please pay for this Wi-Fi")
    assert answer == Trouble("The API answered 200 with a web page instead of a record.")


@pytest.mark.parametrize(
    "body",
    [
        {"error": "Job not found"},
        {"error": "Job not found."},
        {"error": "JOB NOT FOUND"},
        {"message": "Job not found"},
        {"error": "Not Found", "message": "There is no such job!"},
        {"error": {"message": "Job not found", "code": 404}},
        {"error": {"details": "No jobs like this one"}},
    ],
)
def test_404_and_410_that_speak_of_the_job_are_ends(body: Any) -> None:
    assert read(404, body) == NotFound()
    assert read(410, body) == NotFound(Ending.EXPIRED)


@pytest.mark.parametrize("said", ["Invalid job ID format", "invalid JOB id.", "Bad jobId"])
def test_400_that_speaks_of_the_job_id_is_an_end(said: str) -> None:
    assert read(400, {"error": said}) == NotFound(Ending.UNREADABLE_ID)


@pytest.mark.parametrize(
    "said",
    [
        "Unauthorized access to user:999 detected in job",
        "This resource is not yours.",
        "It belongs to another user",
        "No access to US:someone@example.com",
    ],
)
def test_403_that_names_a_user_or_a_resource_is_an_end(said: str) -> None:
    assert read(403, {"error": said}) == NotFound(Ending.FORBIDDEN)


@pytest.mark.parametrize("status", [400, 403, 404, 410])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Job not found",
        b"<html>404 Job not found, invalid job ID, user:999</html>",
        b'"Job not found"',
        b'["job ID", "user:1"]',
        {"detail": "Not Found"},
        {"detail": "Job not found: job ID of user:999"},
        {"error": "Not Found"},
        {"error": "Cannot GET /v2/jobs/j0302140530123456789i"},
        {"error": None},
        {"error": {"a": 1}},
        {},
    ],
)
def test_the_same_statuses_in_other_words_are_trouble_of_the_api(status: int, body: Any) -> None:
    answer = read(status, body)
    assert isinstance(answer, Trouble)
    assert not answer.of_request


@pytest.mark.parametrize("status", [404, 410])
def test_only_the_words_of_each_status_count(status: int) -> None:
    assert isinstance(read(400, {"error": "Job not found"}), Trouble)
    assert isinstance(read(status, {"error": "No resource of user:999"}), Trouble)


@pytest.mark.parametrize(("status", "of_request"), [(596, True), (422, True), (500, False)])
def test_trouble_of_one_account_or_request_says_nothing_about_the_api(
    status: int, of_request: bool
) -> None:
    answer = read(status, {"error": "Session expired"})
    assert answer == Trouble(f"The API answered {status}: Session expired", of_request=of_request)


@pytest.mark.parametrize("status", [404, 422, 500])
def test_the_token_is_cut_out_of_what_the_api_says(status: int) -> None:
    said = "Bearer user:12345-Secret0123456789abcd is not welcome"
    answer = read(status, {"error": said})
    assert isinstance(answer, Trouble)
    assert "Secret" not in answer.reason
    assert "[token]" in answer.reason


@pytest.mark.parametrize("status", [401, 402])
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": "Unauthorized"}, "Unauthorized"),
        (
            {"error": {"code": 3, "message": "No credits", "status": "X", "details": ""}},
            "No credits",
        ),
        ({"error": {"details": "Only the details"}}, "Only the details"),
        ({"error": "two\nlines\x1b[31m"}, "two lines [31m"),
        ({"error": "long " * 1000}, ("long " * 1000)[:200]),
    ],
)
def test_401_and_402_are_refusals_in_the_servers_words(
    status: int, body: Any, message: str
) -> None:
    assert read(status, body) == Refused(status, message)


@pytest.mark.parametrize("body", [b"", b"<html>", {"error": 7}, [], {"error": {"message": {}}}])
def test_a_refusal_without_words_is_a_refusal(body: Any) -> None:
    assert read(402, body) == Refused(402, "The API answered 402.")


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry_after": "30"}, {}, 30.0),
        ({"retry_after": " 7.5 "}, {}, 7.5),
        ({"retry_after": "0"}, {}, 0.0),
        ({"retry_after": "999999999"}, {}, 999_999_999.0),
        ({"retry_after": "Mon, 02 Mar 2026 14:02:00 GMT"}, {}, 120.0),
        ({"retry_after": "Mon, 02 Mar 2026 13:00:00 GMT"}, {}, 0.0),
        ({}, {"retryAfter": "2026-03-02T14:01:00.000Z"}, 60.0),
        ({}, {"retryAfter": "2026-03-02T13:01:00Z"}, 0.0),
        ({"retry_after": "5"}, {"retryAfter": "2026-03-02T14:01:00Z"}, 5.0),
        ({"retry_after": "soon"}, {"retryAfter": "2026-03-02T14:01:00Z"}, 60.0),
        ({"retry_after": "-5"}, {}, None),
        ({"retry_after": "nan"}, {}, None),
        ({"retry_after": "1e999"}, {}, None),
        ({"retry_after": "9" * 400}, {}, None),
        ({"retry_after": "Mon, 99 Foo 2026"}, {}, None),
        ({}, {"retryAfter": 17}, None),
        ({}, b"<html>slow down", None),
        ({}, {}, None),
    ],
)
def test_429_says_how_long_to_wait(
    headers: dict[str, str], body: Any, seconds: float | None
) -> None:
    assert read(429, body, **headers) == Throttled(seconds)


def test_a_date_to_wait_for_is_read_by_the_servers_clock() -> None:
    """Ours is an hour slow here."""
    date = "Mon, 02 Mar 2026 15:00:00 GMT"
    by_header = read(429, b"", date=date, retry_after="Mon, 02 Mar 2026 15:00:20 GMT")
    by_body = read(429, {"retryAfter": "2026-03-02T15:00:20Z"}, date=date)
    assert by_header == by_body == Throttled(20.0)


@pytest.mark.parametrize(
    "status",
    [
        *(204, 205, 206, 301, 302, 304, 307, 308, 400, 405, 408, 410, 412, 418, 422, 451),
        *(500, 502, 503, 504, 520, 596, 599, 700, 999),
    ],
)
def test_every_other_status_is_trouble(status: int) -> None:
    answer = read(status, record(status="completed"))
    assert isinstance(answer, Trouble)
    assert str(status) in answer.reason
    assert not answer.network


def test_trouble_tells_the_servers_words() -> None:
    answer = read(596, {"error": {"code": 596, "message": "Session expired"}})
    assert answer == Trouble("The API answered 596: Session expired", of_request=True)


def test_halves_of_characters_do_not_make_a_record_unreadable() -> None:
    body = json.dumps(record(prompt="a\ud800b")).encode()
    answer = read_answer(200, {}, body, JOBID, NOW)
    assert isinstance(answer, Found)
    assert answer.raw == body
