"""The cases of tests/cases/answers: each an answer of GET /images/{jobid}, and what it must (not)
be taken for.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dreamina_desktop.api.wire import read_answer

CASES = sorted((Path(__file__).parents[1] / "cases" / "answers").glob("*.json"))
JOBID = "j0719093015123456789i-u1234-US:jane.doe@example.com-bot:dreamina"


def test_there_are_cases() -> None:
    assert CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_an_answer_is_taken_for_what_it_is(case: Path) -> None:
    given = json.loads(case.read_text("utf-8"))
    expected = json.loads(case.with_suffix(".expected").read_text("utf-8"))
    body = json.dumps(given["body"]).encode()
    taken_for = type(read_answer(given["status"], {}, body, JOBID, 0.0)).__name__
    assert taken_for in expected.get("is_", [taken_for])
    assert taken_for not in expected.get("is_not", [])
