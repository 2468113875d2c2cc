"""Failures in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dreamina_desktop.core.jobs.failure import explain, explain_not_found
from dreamina_desktop.core.jobs.record import parse_record

ONE = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
SOON = datetime(2026, 3, 3, tzinfo=UTC)
INFERRED = [
    "1057",
    "1006",
    "1015",
    "1018",
    "1019",
    "1021",
    "2035",
    "2039",
    "2041",
    "2042",
    "2043",
    "2048",
    "2050",
    "1159",
    "2047",
]


def failed(**fields: Any) -> Any:
    return parse_record({"jobid": ONE, "status": "failed", **fields})


@pytest.mark.parametrize(
    ("code", "short", "remedy"),
    [
        (408, "timed out", "Submitting it again may help"),
        (596, "account session expired", "Add the account again"),
        (2038, "content filter", "Change the prompt"),
        (2057, "processing error", "Submitting it again may help"),
    ],
)
@pytest.mark.parametrize("kind", [int, str])
def test_documented_codes_are_explained(code: int, short: str, remedy: str, kind: type) -> None:
    failure = explain(failed(code=kind(code), error=f"fail_code: {code}"))
    assert (failure.code, failure.short, failure.inferred) == (str(code), short, False)
    assert failure.cause.endswith(".")
    assert failure.remedy.startswith(remedy)
    assert "robably" not in failure.cause


@pytest.mark.parametrize("code", INFERRED)
def test_codes_seen_elsewhere_are_only_probable(code: str) -> None:
    failure = explain(failed(code=200, error=f"fail_code: {code}"))
    assert (failure.code, failure.inferred) == (code, True)
    assert failure.cause.startswith("Probably ")
    assert "!" not in failure.short + failure.cause + failure.remedy


@pytest.mark.parametrize(
    ("fields", "short"),
    [
        ({"error": "ContentFiltered"}, "content filter"),
        ({"error": "Failed", "errorDetails": "ContentFiltered"}, "content filter"),
        ({"error": "Generation timed out", "code": 200}, "timed out"),
    ],
)
def test_documented_words_are_enough_without_a_code(fields: dict[str, Any], short: str) -> None:
    assert explain(failed(**fields)).short == short


def test_a_cancelled_job_says_so_whatever_its_code() -> None:
    failure = explain(failed(error="Cancelled by user", code=2057))
    assert (failure.code, failure.short) == ("2057", "cancelled")


@pytest.mark.parametrize(
    ("fields", "short", "cause"),
    [
        ({"code": 9999}, "code 9999", "Failed with code 9999."),
        ({"code": 9999, "error": "odd"}, "code 9999: odd", "The API said: code 9999: odd."),
        ({"error": "fail_code: 9999"}, "fail_code: 9999", "The API said: fail_code: 9999."),
        ({"error": "a", "errorDetails": "b."}, "a: b.", "The API said: a: b."),
        ({}, "no reason given", "No reason was given."),
        ({"code": 200}, "no reason given", "No reason was given."),
    ],
)
def test_what_is_unknown_is_shown_raw(fields: dict[str, Any], short: str, cause: str) -> None:
    failure = explain(failed(**fields))
    assert (failure.short, failure.cause, failure.remedy) == (short, cause, "")


def test_a_long_reason_is_short_in_lists_and_whole_in_the_cause() -> None:
    failure = explain(failed(error="word\n" * 100))
    assert len(failure.short) <= 80
    assert "\n" not in failure.short
    assert failure.cause.count("word") == 100


@pytest.mark.parametrize(
    ("jobid", "user", "now", "likely"),
    [
        (ONE, 12345, datetime(2026, 4, 2, tzinfo=UTC), "Probably too old"),
        (ONE, None, datetime(2026, 4, 2, tzinfo=UTC), "created on 2026-03-02"),
        (ONE, 99, SOON, "user 12345, and your token to user 99"),
        (ONE, 99, datetime(2026, 4, 2, tzinfo=UTC), "Probably another user's"),
        (ONE, 12345, SOON, "Probably mistyped: by its ID it is recent and it is yours"),
        (ONE, None, SOON, "Probably mistyped: by its ID it is recent (created on 2026-03-02)"),
        ("jabc:dreamina", 12345, SOON, "probably mistyped"),
        (ONE.replace("0302", "1302"), 12345, SOON, "does not exist"),
    ],
)
def test_a_404_says_what_it_may_mean_and_what_is_likely(
    jobid: str, user: int | None, now: datetime, likely: str
) -> None:
    words = explain_not_found(jobid, user, now)
    assert all(meaning in words for meaning in ("mistyped", "older than 30 days", "another user's"))
    assert likely in words


def test_a_job_of_thirty_days_is_not_yet_too_old() -> None:
    assert "too old" not in explain_not_found(ONE, 12345, datetime(2026, 4, 1, 14, tzinfo=UTC))
