"""Times from elsewhere, and spans of days by names that stay right: "last 7 days" is not the same
tomorrow."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

SPANS = {
    "today": "Today",
    "yesterday": "Yesterday",
    "7 days": "Last 7 days",
    "last week": "Last week",
    "30 days": "Last 30 days",
    "this year": "This year",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NUMBER = re.compile(r"\d{9,19}(?:\.\d{1,9})?", re.ASCII)
_LONGEST_TIME = 100  # characters
_UNITS = (1, 1e3, 1e6, 1e9)  # to a second
_FIRST_SECOND, _LAST_SECOND = 1e8, 1e11
_DAY = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?", re.ASCII)


def span(name: str, now: datetime) -> tuple[float, float] | None:
    """From and until when, in Unix seconds, in `now`'s time zone: a name of SPANS, a day
    ("2026-03-02") or a month ("2026-03"). None where there is no such time."""
    days = _named(name, now.date()) or _calendar(name)
    if days is None:
        return None
    try:
        first, after = (datetime.combine(day, time(), now.tzinfo) for day in days)
        return first.timestamp(), after.timestamp()
    except (OverflowError, ValueError, OSError):
        return None


def span_words(name: str) -> str:
    """As people read it."""
    if name in SPANS:
        return SPANS[name]
    days = _calendar(name)
    if days is None:
        return name
    first = days[0]
    if name.count("-") == 2:
        return f"{first.day} {_MONTHS[first.month - 1]} {first.year}"
    return f"{_MONTHS[first.month - 1]} {first.year}"


def utc_time(seconds: float) -> datetime:
    """Unix seconds from anywhere, as UTC; what is before or after the calendar is its first or last
    moment. Never raises."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=UTC) if seconds > 0 else datetime.min.replace(tzinfo=UTC)


def parse_time(value: object) -> datetime | None:
    """A time from anywhere as an aware UTC datetime: ISO 8601, RFC 2822, or a number of seconds,
    milliseconds, … since 1970, also as a text. None where it cannot be read."""
    if isinstance(value, str):
        text = value.strip()
        return _counted(float(text)) if _NUMBER.fullmatch(text) else _written(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _counted(value)


def _counted(number: float) -> datetime | None:
    """By its size: no time that anybody tells is before 1973 or after 5138."""
    for unit in _UNITS:
        if _FIRST_SECOND <= number / unit < _LAST_SECOND:
            return utc_time(number / unit)
    return None


def _written(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, _iso_with_zone, _mail_date):
        try:
            time = read(text[:_LONGEST_TIME])
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _iso_with_zone(text: str) -> datetime:
    return datetime.fromisoformat(re.sub(r"\s?(?:UTC|GMT)$", "Z", text).replace("/", "-"))


def _mail_date(text: str) -> datetime:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 (few answers hold any)

    return parsedate_to_datetime(text)


def local_time(at: datetime | float) -> datetime:
    """A time from anywhere (aware, or Unix seconds) in local time; in UTC on the first and last
    days of the calendar, which no local time has. Never raises."""
    moment = at if isinstance(at, datetime) else utc_time(at)
    try:
        return moment.astimezone()
    except (OverflowError, ValueError, OSError):
        return moment.astimezone(UTC)


def day_words(day: date) -> str:
    """`Wednesday, 25 November 2026`: strftime's names would follow the system's language."""
    return f"{DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def zip_date(at: datetime) -> tuple[int, int, int, int, int, int]:
    """The time of a file in a zip, which knows the years from 1980 to 2107."""
    if at.year < 1980:
        return 1980, 1, 1, 0, 0, 0
    if at.year > 2107:
        return 2107, 12, 31, 23, 59, 58
    return at.year, at.month, at.day, at.hour, at.minute, at.second


def _named(name: str, today: date) -> tuple[date, date] | None:
    tomorrow = today + timedelta(1)
    monday = today - timedelta(today.weekday())
    return {
        "today": (today, tomorrow),
        "yesterday": (today - timedelta(1), today),
        "7 days": (today - timedelta(6), tomorrow),
        "last week": (monday - timedelta(7), monday),
        "30 days": (today - timedelta(29), tomorrow),
        "this year": (date(today.year, 1, 1), tomorrow),
    }.get(name)


def _calendar(name: str) -> tuple[date, date] | None:
    found = _DAY.fullmatch(name)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        if day:
            return (first := date(year, month, day)), first + timedelta(1)
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    except (ValueError, OverflowError):
        return None
