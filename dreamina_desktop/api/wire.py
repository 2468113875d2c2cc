"""An HTTP answer of the API -> what it says about the job: tolerant of the new, strict on the
needed (docs/api.md, section 1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from dreamina_desktop.core.answer import (
    Found,
    JobAnswer,
    NotFound,
    Refused,
    Throttled,
    Trouble,
)
from dreamina_desktop.core.record import is_record, parse_record, parse_time, read_json

_MAX_MESSAGE = 200  # characters of the server's own words that are shown
UNREADABLE = object()  # no JSON


def read_answer(
    status: int, headers: Mapping[str, str], body: bytes, jobid: str, now: float
) -> JobAnswer:
    """What an answer says about `jobid`. Header names in lower case, `now` in Unix seconds."""
    if status == 200:
        return _read_record(body, jobid)
    if status == 404 and message_of(decoded(body)) == "Job not found":
        return NotFound()
    return read_error(status, headers, body, now)


def read_error(
    status: int, headers: Mapping[str, str], body: bytes, now: float
) -> Refused | Throttled | Trouble:
    """What an answer other than 200 says, whatever was asked for."""
    value = decoded(body)
    message = message_of(value)
    if status in (401, 402, 403):
        return Refused(status, message or f"The API answered {status}.")
    if status == 429:
        return Throttled(_retry_after(headers, value, now))
    if 300 <= status < 400:
        return Trouble(f"The API answered {status}: it wants to redirect, which is not followed.")
    reason = f"The API answered {status}{f': {message}' if message else '.'}"
    return Trouble(reason, of_request=400 <= status < 500)


def retry_after_s(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds by the header Retry-After: a number, or a date by the server's own clock."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    at = _http_date(text)
    return None if at is None else max(0.0, at.timestamp() - _server_time(headers, now))


def decoded(body: bytes) -> Any:
    """The JSON value of a body; `UNREADABLE` where it has none. What the fast reader refuses, the
    tolerant one may take."""
    try:
        return msgspec.json.decode(body)
    # A UnicodeDecodeError is a ValueError; nested too deeply is a RecursionError.
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    try:
        return read_json(body)
    except ValueError:
        return UNREADABLE


def kind_of(body: bytes) -> str:
    """What an unreadable body is, in words."""
    start = body[:200].lstrip().lower()
    if not start:
        return "nothing"
    return "a web page" if start.startswith((b"<!doctype", b"<html")) else "unreadable JSON"


def _read_record(body: bytes, jobid: str) -> JobAnswer:
    value = decoded(body)
    if value is UNREADABLE:
        return Trouble(f"The API answered 200 with {kind_of(body)} instead of a record.")
    if not is_record(value):
        message = message_of(value)
        return Trouble(f"The API answered 200 without a record{f': {message}' if message else '.'}")
    record = parse_record(value)
    if record.jobid != jobid:
        return Trouble("The API's answer is about another job.")
    return Found(record, body)


def message_of(value: object) -> str:
    """The server's own words: `error` is a string or an object {code, message, status,
    details}."""
    error = value.get("error") if isinstance(value, Mapping) else None
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("details") or error.get("status")
    if not isinstance(error, str):
        return ""
    shown = "".join(character if character.isprintable() else " " for character in error)
    return shown.strip()[:_MAX_MESSAGE]


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
