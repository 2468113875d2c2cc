"""A batch by the moment of its paste: "Tuesday 08:44, 40 IDs"."""

from __future__ import annotations

from datetime import datetime, timedelta

_RECENT = timedelta(days=6)


def batch_label(at: datetime, count: int, now: datetime) -> str:
    """`at` and `now` in local time; older than a week, the day has its date."""
    ids = "1 ID" if count == 1 else f"{count:,} IDs"
    day = f"{at:%A}" if now - at < _RECENT else f"{at.day} {at:%B %Y}"
    return f"{day} {at:%H:%M}, {ids}"
