from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dreamina_desktop.core.dates import SPANS, span, span_words

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


def test_every_name_has_a_span_that_ends_no_later_than_today() -> None:
    for name in SPANS:
        found = span(name, NOW)
        assert found is not None
        assert found[0] < found[1] <= (NOW + timedelta(days=1)).timestamp()


def test_words() -> None:
    assert span_words("7 days") == "Last 7 days"
    assert span_words("2026-03-02") == "2 March 2026"
    assert span_words("2026-03") == "March 2026"
