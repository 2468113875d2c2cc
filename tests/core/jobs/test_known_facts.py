"""No answer takes away what is known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dreamina_desktop.core.jobs.record import JobRecord, parse_record
from dreamina_desktop.core.jobs.transition import as_json, completed

WHOLE: dict[str, Any] = {
    "jobid": "j1:dreamina",
    "status": "created",
    "type": "upscale",
    "model": "seedream-4.6",
    "created": "2026-03-02T14:05:30.123Z",
    "request": {
        "prompt": "An aurora",
        "ratio": "16:9",
        "resolution": "2k",
        "jobid": "j0:dreamina",
        "imageIndex": 2,
    },
}
KNOWN = parse_record(WHOLE)


def record(**fields: Any) -> JobRecord:
    return parse_record({"jobid": "j1:dreamina", "status": "completed", **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"request": None, "created": "soon", "type": 5},
        {"request": "garbage", "model": ["x"]},
        {"request": {"prompt": "", "imageIndex": "two", "replyRef": "mine"}},
    ],
)
def test_what_is_left_out_or_garbled_is_known_all_the_same(fields: dict[str, Any]) -> None:
    found = completed(record(**fields), KNOWN)
    for name in ("type", "model", "created", "prompt", "ratio", "resolution"):
        assert getattr(found, name) == getattr(KNOWN, name)
    assert (found.source_jobid, found.source_index) == ("j0:dreamina", 2)
    assert found.status == "completed"


def test_what_is_new_goes_before_what_is_known() -> None:
    assert completed(record(model="seedream-5.0"), KNOWN).model == "seedream-5.0"


def test_a_record_that_lacks_nothing_is_the_same() -> None:
    whole = parse_record(WHOLE | {"status": "completed"})
    assert completed(whole, KNOWN) is whole


@pytest.mark.parametrize(
    "fields",
    [
        {},
        WHOLE,
        {"status": "failed", "error": "fail_code: 2038", "errorDetails": "x", "code": 200},
        {"status": "failed", "code": "2038", "error": {"message": "m", "code": 5}},
        {"updated": "2026-03-02T14:05:30+02:00", "request": {"imageRef_2": "r", "imageRef_1": "q"}},
        {"response": {"images": [{"imageUrl": "u", "width": "7"}, None, {"itemId": 12}]}},
    ],
)
def test_a_record_in_the_apis_form_reads_as_the_same_record(fields: dict[str, Any]) -> None:
    before = record(**fields)
    assert parse_record(json.loads(json.dumps(as_json(before)))) == before
