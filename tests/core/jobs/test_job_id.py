"""What a job ID is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dreamina_desktop.core.jobs.job_id import JobIdParts, is_possible, is_video, parts

ONE = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
NOW = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize("word", ["a", "x" * 256, ONE, "...", "é", "a:b@c+d", "a\\b", "日本"])
def test_a_possible_word_may_be_sent(word: str) -> None:
    assert is_possible(word)


@pytest.mark.parametrize(
    "word",
    [
        "",
        ".",
        "..",
        "x" * 257,
        "a/b",
        "a?b",
        "a#b",
        "a%b",
        "a b",
        "a\u00a0b",
        "a\tb",
        "a\nb",
        "a\x00",
        "a\x7f",
        "a\x85b",
        "\ufeffa",
        "a\u200db",
        "a\u2028b",
        "a\ud800",
        "a\ufe0f",
        "a\u3164",
        "\ufffd",
    ],
)
def test_an_impossible_word_is_never_sent(word: str) -> None:
    assert not is_possible(word)


def test_an_id_says_when_whose_and_what_its_job_is() -> None:
    assert parts(ONE, NOW) == JobIdParts(
        created=datetime(2026, 3, 2, 14, 5, 30, 123_000, tzinfo=UTC),
        type_letter="i",
        user_number=12345,
        account="US:user@example.com",
    )


@pytest.mark.parametrize(
    ("time", "now", "year"),
    [
        ("0302140530", datetime(2026, 3, 2, 14, 0, tzinfo=UTC), 2026),  # clocks differ a little
        ("0305140530", datetime(2026, 3, 2, 14, 0, tzinfo=UTC), 2025),
        ("1231235959", datetime(2026, 1, 1, tzinfo=UTC), 2025),
        ("0101000000", datetime(2025, 12, 31, 23, 59, tzinfo=UTC), 2026),
        ("0229120000", datetime(2027, 6, 1, tzinfo=UTC), 2024),
        ("0229120000", datetime(2103, 6, 1, tzinfo=UTC), 2096),
    ],
)
def test_the_year_is_the_nearest_one_that_is_not_in_the_future(
    time: str, now: datetime, year: int
) -> None:
    inner = parts(ONE.replace("0302140530", time), now)
    assert inner is not None
    assert inner.created is not None
    assert inner.created.year == year


def test_a_date_that_does_not_exist_is_none() -> None:
    inner = parts(ONE.replace("0302140530", "1302140530"), NOW)
    assert inner is not None
    assert inner.created is None


@pytest.mark.parametrize("jobid", ["jabc:dreamina", "", "..", ONE[:-1], f"{ONE}\n"])
def test_an_unknown_form_has_no_parts(jobid: str) -> None:
    assert parts(jobid, NOW) is None


@pytest.mark.parametrize(
    ("letter", "expected"), [("v", True), ("V", True), ("i", False), ("I", False), ("vi", False)]
)
def test_the_type_letter_tells_a_video(letter: str, expected: bool) -> None:
    assert is_video(ONE.replace("789i", f"789{letter}")) is expected


def test_an_unknown_form_is_no_video() -> None:
    assert not is_video("jvideo:dreamina")
