"""A batch by the moment of its paste: "Tuesday 08:44, 40 IDs"."""

from __future__ import annotations

from datetime import datetime, timedelta

from dreamina_desktop.core.text.dates import DAYS

_RECENT = timedelta(days=6)


def batch_label(at: datetime, count: int, now: datetime) -> str:
    """`at` and `now` in local time; for a batch older than a week the day is a date, and for one
    of the future too: a clock was set back since."""
    ids = "1 ID" if count == 1 else f"{count:,} IDs"
    return f"{_day(at, now)} {at:%H:%M}, {ids}"


def moment_label(at: datetime, now: datetime) -> str:
    """The moment alone; of today the time alone: "08:44"."""
    return f"{at:%H:%M}" if at.date() == now.date() else f"{_day(at, now)} {at:%H:%M}"


def _day(at: datetime, now: datetime) -> str:
    return DAYS[at.weekday()] if abs(now - at) < _RECENT else f"{at:%Y-%m-%d}"
