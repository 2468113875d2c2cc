"""An HTTP answer of the API -> what it says about the job: tolerant of the new, strict on the
needed (docs/api.md, section 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from dreamina_desktop.api.json_fields import UNREADABLE, decoded
from dreamina_desktop.core.jobs.answer import (
    Ending,
    Found,
    JobAnswer,
    NotFound,
    Refused,
    Throttled,
    Trouble,
)
from dreamina_desktop.core.jobs.record import is_record, parse_record, record_about
from dreamina_desktop.core.text.dates import parse_time, utc_time
from dreamina_desktop.core.text.redaction import without_tokens

_WITH_RECORD = (200, 201, 202, 203)  # the first is documented
_MAX_MESSAGE = 200  # characters of the server's own words that are shown
_MOST_SAID = 2_000  # of them that are looked at
# A user, an account or a thing that the words of a 403 name.
_RESOURCE = r"\buser:\s*\d|\b(?:an)?other user|\bresource\b|(?<![/\w-])job|\b(?:US|CA):\S+@"
_JOB = r"(?<![/\w-])job"  # and not a part of a path
_ENDINGS = {  # by status: what it means where the words say this (in any case)
    400: (Ending.UNREADABLE_ID, r"\bjob[\s_-]?id\b"),
    403: (Ending.FORBIDDEN, _RESOURCE),
    404: (Ending.UNKNOWN, _JOB),
    410: (Ending.EXPIRED, _JOB),
}


def read_answer(
    status: int, headers: Mapping[str, str], body: bytes, jobid: str, now: float
) -> JobAnswer:
    """What an answer says about `jobid`. Header names in lower case, `now` in Unix seconds."""
    if status in _WITH_RECORD:
        return _read_record(status, body, jobid, now)
    if (ending := _ending(status, body)) is not None:
        return NotFound(ending)
    return read_error(status, headers, body, now)


def _ending(status: int, body: bytes) -> Ending | None:
    """What an error says for good about the job that was asked for. A gateway or a wrong path
    answers with the same statuses, and not in these words."""
    ending, words = _ENDINGS.get(status, (None, ""))
    return ending if ending and re.search(words, _said(decoded(body)), re.IGNORECASE) else None


def names_resource(value: object) -> bool:
    """Whether the words of a 403 name what is not ours: a user, an account, a job."""
    return bool(re.search(_RESOURCE, _said(value), re.IGNORECASE))


def read_error(
    status: int, headers: Mapping[str, str], body: bytes, now: float
) -> Refused | Throttled | Trouble:
    """What an answer other than 200 says, whatever was asked for."""
    value = decoded(body)
    message = message_of(value)
    if status in (401, 402):
        return Refused(status, message or f"The API answered {status}.")
    if status == 429:
        return Throttled(_retry_after(headers, value, now))
    if 300 <= status < 400:
        return Trouble(f"The API answered {status}: it wants to redirect, which is not followed.")
    reason = f"The API answered {status}{f': {message}' if message else '.'}"
    about_request = status == 596 or (400 <= status < 500 and status not in _ENDINGS)
    return Trouble(reason, of_request=about_request)


def retry_after_s(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds by the header Retry-After: a number, or a date by the server's own clock."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    at = _http_date(text)
    return None if at is None else max(0.0, at.timestamp() - _server_time(headers, now))


def kind_of(body: bytes) -> str:
    """What an unreadable body is, in words."""
    start = body[:200].lstrip().lower()
    if not start:
        return "nothing"
    return "a web page" if start.startswith((b"<!doctype", b"<html")) else "unreadable JSON"


def _read_record(status: int, body: bytes, jobid: str, now: float) -> JobAnswer:
    value = decoded(body)
    if value is UNREADABLE:
        return Trouble(f"The API answered {status} with {kind_of(body)} instead of a record.")
    if (about := record_about(value, jobid)) is not None:
        return Found(parse_record(about, utc_time(now)), body)
    if is_record(value):
        return Trouble("The API's answer is about another job.")
    message = message_of(value)
    said = f": {message}" if message else "."
    return Trouble(f"The API answered {status} without a record{said}")


def message_of(value: object) -> str:
    """The server's own words, as they are shown: bounded, and without the token."""
    said = next(iter(_sayings(value)), "")[:_MOST_SAID]
    shown = "".join(character if character.isprintable() else " " for character in said)
    return without_tokens(shown).strip()[:_MAX_MESSAGE]


def _said(value: object) -> str:
    """All that an error says in words."""
    return "\n".join(said[:_MOST_SAID] for said in _sayings(value))


def _sayings(value: object) -> Iterator[str]:
    """`error` is a string or an object {code, message, status, details}; some say `message`."""
    if not isinstance(value, Mapping):
        return
    error = value.get("error")
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("details") or error.get("status")
    yield from (said for said in (error, value.get("message")) if isinstance(said, str) and said)


def _retry_after(headers: Mapping[str, str], value: Any, now: float) -> float | None:
    seconds = retry_after_s(headers, now)
    if seconds is not None or not isinstance(value, Mapping):
        return seconds
    at = parse_time(value.get("retryAfter"))
    return None if at is None else max(0.0, at.timestamp() - _server_time(headers, now))


def server_time(headers: Mapping[str, str]) -> float | None:
    """The server's clock in Unix seconds, by the header Date: ours may be wrong by days."""
    sent = _http_date(headers.get("date", ""))
    return None if sent is None else sent.timestamp()


def _server_time(headers: Mapping[str, str], now: float) -> float:
    sent = server_time(headers)
    return now if sent is None else sent


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
