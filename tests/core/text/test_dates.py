from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from dreamina_desktop.core.text.dates import (
    SPANS,
    day_words,
    local_time,
    parse_time,
    span,
    span_words,
    utc_time,
)

NOW = datetime(2026, 11, 25, 21, 30, tzinfo=UTC)  # a Wednesday


def days(name: str) -> tuple[str, str] | None:
    found = span(name, NOW)
    if found is None:
        return None
    first, after = (datetime.fromtimestamp(at, UTC) for at in found)
    return f"{first:%Y-%m-%d}", f"{after:%Y-%m-%d}"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("today", ("2026-11-25", "2026-11-26")),
        ("yesterday", ("2026-11-24", "2026-11-25")),
        ("7 days", ("2026-11-19", "2026-11-26")),
        ("last week", ("2026-11-16", "2026-11-23")),
        ("this year", ("2026-01-01", "2026-11-26")),
        ("2026-12", ("2026-12-01", "2027-01-01")),
        ("2026-02-28", ("2026-02-28", "2026-03-01")),
        ("2026-02-30", None),
        ("someday", None),
        ("9999-12", None),
        ("0000-00", None),
    ],
)
def test_spans(name: str, wanted: tuple[str, str] | None) -> None:
    assert days(name) == wanted


ZONES = ("UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Shanghai", "Etc/GMT+12")
EDGES = ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00")


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """This machine's time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("edge", EDGES)
def test_the_ends_of_the_calendar_are_read_in_every_zone(zone: str, edge: str) -> None:
    at = datetime.fromisoformat(edge)
    local = local_time(at)
    assert local == at
    assert local.tzinfo is not None
    assert day_words(local.date())
    assert local_time(at.timestamp()).year in (1, 9998, 9999)


@pytest.mark.parametrize(
    ("seconds", "year"),
    [(1e30, 9999), (float("inf"), 9999), (-1e30, 1), (float("-inf"), 1), (float("nan"), 1)],
)
def test_seconds_beyond_the_calendar_are_its_ends(zone: str, seconds: float, year: int) -> None:
    assert utc_time(seconds).year == year
    assert local_time(seconds).year == year


def test_any_other_time_is_local(zone: str) -> None:
    assert local_time(NOW) == NOW
    assert local_time(NOW).utcoffset() == NOW.astimezone().utcoffset()
    assert local_time(NOW.timestamp()) == NOW


def test_every_name_has_a_span_that_ends_no_later_than_today() -> None:
    for name in SPANS:
        found = span(name, NOW)
        assert found is not None
        assert found[0] < found[1] <= (NOW + timedelta(days=1)).timestamp()


def test_words() -> None:
    assert span_words("7 days") == "Last 7 days"
    assert span_words("2026-03-02") == "2 March 2026"
    assert span_words("2026-03") == "March 2026"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T14:05:30.123Z", datetime(2026, 3, 2, 14, 5, 30, 123_000, tzinfo=UTC)),
        ("2026-03-02T15:05:30+01:00", datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        ("2026-03-02T14:05:30", datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:00", None),
        ("yesterday", None),
        ("\ud800", None),
        ("", None),
        (1772460330, datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        (1772460330.5, datetime(2026, 3, 2, 14, 5, 30, 500_000, tzinfo=UTC)),
        ("1772460330", datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        (1772460330123, datetime(2026, 3, 2, 14, 5, 30, 123_000, tzinfo=UTC)),
        ("1772460330123", datetime(2026, 3, 2, 14, 5, 30, 123_000, tzinfo=UTC)),
        (1772460330123456, datetime(2026, 3, 2, 14, 5, 30, 123_456, tzinfo=UTC)),
        (1772460330000000000, datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 14:05:30 GMT", datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 15:05:30 +0100", datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        ("2 Mar 2026 14:05:30 -0000", datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        ("Mon Mar  2 14:05:30 2026", datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        ("2026-03-02 14:05:30 UTC", datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        ("2026-03-02T14:05:30.123+0000", datetime(2026, 3, 2, 14, 5, 30, 123_000, tzinfo=UTC)),
        ("2026/03/02 14:05:30", datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        (" 2026-03-02T14:05:30Z ", datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)),
        ("Mon, 99 Foo 2026", None),
        (True, None),
        (0, None),
        (17, None),
        (-1772460330, None),
        (1e300, None),
        (float("nan"), None),
        ("9" * 4000, None),
        ({"seconds": 1772460330}, None),
        (None, None),
    ],
)
def test_times_are_utc_or_none(text: object, expected: datetime | None) -> None:
    assert parse_time(text) == expected
