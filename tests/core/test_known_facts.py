"""No answer takes away what is known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dreamina_desktop.core.answer import Found
from dreamina_desktop.core.known_facts import completed
from dreamina_desktop.core.record import parse_record

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


def answer(**fields: Any) -> Found:
    value = {"jobid": "j1:dreamina", "status": "completed", **fields}
    return Found(parse_record(value), json.dumps(value).encode())


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"request": None, "created": "soon", "type": 5},
        {"request": "garbage", "model": ["x"]},
        {"request": {"prompt": "", "imageIndex": "two", "replyRef": "mine"}},
    ],
)
def test_what_is_left_out_or_garbled_is_put_back(fields: dict[str, Any]) -> None:
    found = completed(answer(**fields), KNOWN)
    assert found.record == parse_record(json.loads(found.raw))
    for name in ("type", "model", "created", "prompt", "ratio", "resolution"):
        assert getattr(found.record, name) == getattr(KNOWN, name)
    assert (found.record.source_jobid, found.record.source_index) == ("j0:dreamina", 2)
    assert found.record.status == "completed"


def test_what_is_new_stays() -> None:
    found = completed(answer(model="seedream-5.0", request={"replyRef": "mine"}), KNOWN)
    assert found.record.model == "seedream-5.0"
    assert json.loads(found.raw)["request"]["replyRef"] == "mine"


def test_an_answer_that_lacks_nothing_stays_as_it_came() -> None:
    whole = answer(**{name: value for name, value in WHOLE.items() if name != "status"})
    assert completed(whole, KNOWN) is whole
