"""A job record as the API sends it (docs/api.md, "The record"), read tolerantly.

What is unknown is kept in the raw JSON; what has an unexpected type reads as absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dreamina_desktop.core.bearer_token import without_tokens

MOST_IMAGES = 9_999  # of a job: names of files have four digits for them
# Characters that are read, and so shown and indexed. All else stays in the raw record.
MOST_PROSE = 20_000  # of a prompt or an error; the rest is cut
MOST_WORD = 200  # of a status, a model; the rest is cut
MOST_LINK = 16_000  # of a link or a reference: one that is longer is none
_STATUSES = ("created", "completed", "failed")
_MAX_CODE = 40
_REFERENCE = re.compile(r"imageRef_([1-9]\d?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """One element of `response.images`. Sizes in pixels; numbers sent as strings are read."""

    index: int
    url: str | None = None
    uri: str | None = None
    width: int | None = None
    height: int | None = None
    format: str | None = None
    asset_id: str | None = None
    asset_ref: str | None = None
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class JobRecord:
    """The fields of a record the program works with."""

    jobid: str
    status: str
    type: str | None = None
    model: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    prompt: str | None = None
    ratio: str | None = None
    resolution: str | None = None
    source_jobid: str | None = None  # upscales: the job that was enlarged
    source_index: int | None = None  # upscales: its image, from 0
    references: tuple[tuple[int, str], ...] = ()  # (N, imageRef_N), by N
    error: str | None = None
    error_details: str | None = None
    code: str | None = None  # as text, whether it came as a number or a string
    images: tuple[ImageEntry, ...] = ()

    @property
    def duration_s(self) -> float | None:
        """Seconds from created to updated: `finishTime` is not to be trusted (docs/api.md)."""
        if self.created is None or self.updated is None:
            return None
        return max(0.0, (self.updated - self.created).total_seconds())

    @property
    def is_final(self) -> bool:
        return self.status in ("completed", "failed")


def record_about(value: object, jobid: str) -> Mapping[str, Any] | None:
    """The record in the answer to a job's own URL, or in its row: its ID may be left out. None
    where it is none, or another job's."""
    if not isinstance(value, Mapping):
        return None
    if value.get("jobid") is None and _is_like_record(value):
        return {**value, "jobid": jobid}
    return value if is_record(value) and value["jobid"] == jobid else None


def _is_like_record(value: Mapping[str, Any]) -> bool:
    """What has a status may be anything: a record without its ID has more of one."""
    return isinstance(value.get("status"), str) and (
        value["status"] in _STATUSES or isinstance(value.get("request"), Mapping)
    )


def is_record(value: object) -> bool:
    """Whether a decoded JSON value is a job record: an object with a job ID and a status."""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("jobid"), str)
        and bool(value["jobid"])
        and isinstance(value.get("status"), str)
        and bool(value["status"])
    )


def parse_record(value: Mapping[str, Any]) -> JobRecord:
    """Read a decoded record. Raises ValueError when `is_record` says no."""
    if not is_record(value):
        raise ValueError("not a job record: it has no jobid or no status")
    request = _mapping(value.get("request"))
    response = _mapping(value.get("response"))
    return JobRecord(
        jobid=value["jobid"],
        status=_clean(value["status"][:MOST_WORD]),
        type=_word(value.get("type")),
        model=_word(value.get("model")) or _word(request.get("model")),
        created=parse_time(value.get("created")),
        updated=parse_time(value.get("updated")),
        prompt=_prose(request.get("prompt")),
        ratio=_word(request.get("ratio")),
        resolution=_word(request.get("resolution")),
        source_jobid=_link(request.get("jobid")),
        source_index=_integer(request.get("imageIndex")),
        references=_references(request),
        error=_error_text(value.get("error")),
        error_details=_prose(value.get("errorDetails")),
        code=_code(value),
        images=_images(response.get("images")),
    )


def _references(request: Mapping[str, Any]) -> tuple[tuple[int, str], ...]:
    found = [
        (int(name[1]), text)
        for key in request
        if isinstance(key, str)
        and (name := _REFERENCE.fullmatch(key))
        and (text := _link(request[key]))
    ]
    return tuple(sorted(found))


def parse_time(value: object) -> datetime | None:
    """An ISO 8601 time as an aware UTC datetime; None where it cannot be read."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    try:
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None


def parse_text(value: object) -> str | None:
    """A text that can be kept; None where there is none."""
    return _clean(value) if isinstance(value, str) and value else None


def _word(value: object) -> str | None:
    return parse_text(value[:MOST_WORD]) if isinstance(value, str) else None


def _prose(value: object) -> str | None:
    return parse_text(value[:MOST_PROSE]) if isinstance(value, str) else None


def _link(value: object) -> str | None:
    """One that is cut would be another."""
    return parse_text(value) if isinstance(value, str) and len(value) <= MOST_LINK else None


def parse_id(value: object) -> str | None:
    """An opaque ID as text, whether it came as a number or a string."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**40:
        return str(value)
    return _link(value)


def _images(value: object) -> tuple[ImageEntry, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        ImageEntry(
            index=index,
            url=_link(item.get("imageUrl")),
            uri=_link(item.get("imageUri")),
            width=_integer(item.get("width")),
            height=_integer(item.get("height")),
            format=_word(item.get("format")),
            asset_id=_link(item.get("assetId")),
            asset_ref=_link(item.get("assetRef")),
            item_id=parse_id(item.get("itemId")),
        )
        for index, item in enumerate(map(_mapping, value[:MOST_IMAGES]))
    )


def _code(value: Mapping[str, Any]) -> str | None:
    """The record's code; where it is missing or 200 on a failed job, the one in `error`."""
    code = _code_text(value.get("code"))
    if value["status"] != "failed" or code not in ("", "200"):
        return code or None
    error = value.get("error")
    inner = _code_text(error.get("code")) if isinstance(error, Mapping) else ""
    if inner not in ("", "200"):
        return inner
    said = f"{_error_text(error)} {_prose(value.get('errorDetails'))}"
    found = re.search(r"fail_code[^\w-]{1,4}(-?\d{1,9})\b", said, re.ASCII)
    return found[1] if found else code or None


def _code_text(code: object) -> str:
    """A code comes as a number or a string (docs/api.md); "" where it is neither."""
    if isinstance(code, str):
        return _clean(code.strip()[:_MAX_CODE])
    if isinstance(code, bool) or not isinstance(code, int | float) or not abs(code) < 1e9:
        return ""
    return str(int(code)) if code == int(code) else str(code)


def _error_text(value: object) -> str | None:
    """`error` is a string, or an object {code, message, status, details} (docs/api.md)."""
    if isinstance(value, Mapping):
        return _prose(value.get("message")) or _prose(value.get("details"))
    return _prose(value)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _clean(text: str) -> str:
    """Without a token, and without halves of characters ("\\ud800" is valid JSON): neither files,
    databases nor windows take them."""
    whole = text if text.isascii() else text.encode(errors="replace").decode()
    return without_tokens(whole)


def _integer(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and len(value) <= 9 and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 <= value < 1_000_000_000 else None
