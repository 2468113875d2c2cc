"""What a job ID is: what may be sent as one, and what its inner form says (docs/api.md)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dreamina_desktop.core.text.unescape import without_invisible

MAX_LENGTH = 256
END = ":dreamina"
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp", "Zs"))
_VIDEO = re.compile(r"j\d{19}[vV](?![A-Za-z0-9])", re.ASCII)
_INNER = re.compile(
    r"j(?P<time>\d{10})(?P<ms>\d{3})\d{6}(?P<type>[A-Za-z])-u(?P<user>\d{1,12})-"
    r"(?P<account>.+?)(?:-bot)?:dreamina",  # the vendor's page prints it without -bot
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class JobIdParts:
    """What an ID says about its job (inferred from other clients' code)."""

    created: datetime | None  # UTC; the year is the one nearest before `now`
    type_letter: str
    user_number: int | None
    account: str | None  # `US:user@example.com`


def is_possible(word: str) -> bool:
    """Whether a word may be sent as a job ID at all: 1 to 256 characters, no white space,
    control or invisible character, slash, `?`, `#`, `%`; not `.` or `..`."""
    return not why_impossible(word)


def why_impossible(word: str) -> str:
    """Why a word can never be sent as an ID, in words; "" when it can."""
    if word in ("", ".", ".."):
        return "not a job ID"
    if len(word) > MAX_LENGTH:
        return f"too long: {len(word):,} characters, and a job ID has at most {MAX_LENGTH}"
    for character in word:
        if character in "/?#%":
            return f"a job ID has no {character} in it"
        if character == "\ufffd":
            return "a character in it is broken"
        if _is_unseen(character):
            return "a job ID has no white space or invisible character in it"
    return ""


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN or not without_invisible(character)


def is_video(jobid: str) -> bool:
    """By its type letter (inferred): `v` video, `V` video upscale."""
    return _VIDEO.match(jobid) is not None


def parts(jobid: str, now: datetime) -> JobIdParts | None:
    """The inner form of an ID, None where it is unknown."""
    found = _INNER.fullmatch(jobid)
    if found is None:
        return None
    return JobIdParts(
        created=_created(found["time"], found["ms"], now),
        type_letter=found["type"],
        user_number=int(found["user"]),
        account=found["account"],
    )


def _created(time: str, ms: str, now: datetime) -> datetime | None:
    """The ID has no year: the latest that is not in the future (a day's leeway for clocks)."""
    month, day, hour, minute, second = (int(time[place : place + 2]) for place in range(0, 10, 2))
    last = min(now.year + 1, 9999)
    for year in range(last, now.year - 9, -1):  # 29 February may be eight years ago
        try:
            at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            continue
        if at - now <= timedelta(days=1):
            return at + timedelta(milliseconds=int(ms))
    return None
