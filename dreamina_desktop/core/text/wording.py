"""How many of something in words, as many words as have room, a wrong clock, and a batch by the
moment of its paste: "Tuesday 08:44, 40 IDs".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dreamina_desktop.core.text.dates import DAYS

TELLING_S = 120.0  # less is no wonder and does no harm
_UNITS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"))


def skew_words(skew_s: float) -> str:
    """`skew_s`: how far this machine's clock is ahead of the server's; "" for up to two minutes."""
    if abs(skew_s) <= TELLING_S:
        return ""
    side = "ahead of" if skew_s > 0 else "behind"
    return f"This machine's clock is {_span(abs(skew_s))} {side} the server's."


def _span(seconds: float) -> str:
    unit_s, word = next((unit for unit in _UNITS if seconds >= 0.95 * unit[0]), _UNITS[-1])
    count = round(seconds / unit_s)
    return f"{count:,} {word}{'' if count == 1 else 's'}"


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


def counted(number: int, word: str) -> str:
    """`1 image`, `1,812 images`"""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def plural(number: int, one: str, many: str) -> str:
    """The sentence for so many, both given whole: `many` has `{n}` where the number stands.

    `plural(n, "1 image is here.", "{n} images are here.")`
    """
    return one if number == 1 else many.format(n=f"{number:,}")


def some_of(names: Sequence[object], most: int) -> str:
    """`214-1, 214-2`; of many the first ones: `214-1, 214-2 and 1,036 more`."""
    named = ", ".join(map(str, names[:most]))
    more = len(names) - most
    return f"{named} and {more:,} more" if more > 0 else named


def shortened(text: str, most: int) -> str:
    """`text` in at most so many characters: what is left out at its end is an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def middle_shortened(text: str, most: int) -> str:
    """`text` in at most so many characters, with its beginning and its end: what a message advises
    stands at its end."""
    if len(text) <= most:
        return text
    head = (most - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"
