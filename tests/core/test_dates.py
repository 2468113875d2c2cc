from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from dreamina_desktop.core.dates import (
    SPANS,
    day_words,
    local_time,
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
