"""A job record as the API sends it (docs/api.md, "The record"), read tolerantly.

What is unknown is kept in the raw JSON; what has an unexpected type reads as absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dreamina_desktop.core.jobs import job_id
from dreamina_desktop.core.jobs.found_images import (
    documented,
    elsewhere,
    names_video,
    opened,
    were_elsewhere,
)
from dreamina_desktop.core.text.dates import parse_time
from dreamina_desktop.core.text.redaction import without_tokens

# Characters that are read, and so shown and indexed. All else stays in the raw record.
MOST_PROSE = 20_000  # of a prompt or an error; the rest is cut
MOST_WORD = 200  # of a status, a model; the rest is cut
MOST_LINK = 16_000  # of a link or a reference: one that is longer is none
_MEANINGS = {  # of a status, in any case; the first of each is documented
    **dict.fromkeys(("created",), "created"),
    **dict.fromkeys(
        ("completed", "complete", "succeeded", "success", "successful", "finished", "done"),
        "completed",
    ),
    **dict.fromkeys(
        ("failed", "failure", "error", "moderated", "cancelled", "canceled", "rejected", "aborted"),
        "failed",
    ),
}
_MAX_CODE = 40
_FIRST_YEAR = 2020  # no job is older
_MOST_NESTED = 4  # objects around a record, or in an error
_MOST_LAYERS = 50  # objects beside each other that are looked into
_PARTS = ("request", "response", "error", "errorDetails")  # of a record: no other lies in them
_FIRST_HTTP_ERROR, _LAST_HTTP_ERROR = 400, 599
# Codes of this range that say why a job failed; the others only say that something did.
_TELLING = ("408", "412", "422", "429", "596")
_NO_CODE = ("", "0", "200")
_CODE_NAMES = ("code", "fail_code", "failCode", "error_code", "errorCode", "errcode", "ret")
_CODE_IN_TEXT = re.compile(
    r"(?:\b(?:fail|failure|err|error)_?code|\berrno|\bret|[\"']code)[^\w-]{1,8}(-?\d{1,9})\b",
    re.ASCII | re.IGNORECASE,
)
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
    reply_ref: str | None = None  # what the user's program called the job
    error: str | None = None
    error_details: str | None = None
    code: str | None = None  # as text, whether it came as a number or a string
    images: tuple[ImageEntry, ...] = ()
    elsewhere: bool = False  # its images were found elsewhere than in `response.images`

    @property
    def is_video(self) -> bool:
        """By its type, else by the letter in its ID (inferred)."""
        is_named = self.type is not None and self.type.lower().startswith("video")
        return is_named or job_id.is_video(self.jobid)

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
    """The record in the answer to a job's own URL, or in its row: its ID may be left out or have
    another key, and the record may lie in an envelope. None where it is none, or another job's."""
    found = [
        (each, record)
        for each in _layers(value, _MOST_NESTED)
        if (record := _named(each, jobid)) is not None
    ]
    return max(found, key=lambda pair: _says(*pair), default=(None, None))[1]


def _says(value: Mapping[str, Any], record: Mapping[str, Any]) -> int:
    """How surely an object is the record, and not an envelope with a state of its own."""
    parts = (value.get("request"), value.get("response"))
    return 2 * any(isinstance(part, Mapping) for part in parts) + (value is record)


def _layers(value: object, depth: int) -> Iterator[Mapping[str, Any]]:
    """An object and those in which a record may lie, the outer ones first."""
    value = opened(value)
    if depth == 0:
        return
    if isinstance(value, Mapping):
        yield value
        inside = [inner for name, inner in value.items() if name not in _PARTS]
    else:
        inside = value if isinstance(value, list) else []
    for inner in inside[:_MOST_LAYERS]:
        yield from _layers(inner, depth - 1)


def _named(value: Mapping[str, Any], jobid: str) -> Mapping[str, Any] | None:
    """A record of that job, with its ID under our key."""
    named = [value[name] for name in value if isinstance(name, str) and _is_id_name(name)]
    ids = [each for each in named if each is not None]
    if any(each != jobid for each in ids):
        return None
    if not ids and value.get("id") != jobid and not _is_like_record(value):
        return None
    record = value if value.get("jobid") == jobid else {**value, "jobid": jobid}
    return record if is_record(record) else None


def _is_id_name(name: str) -> bool:
    return name.lower().replace("_", "") == "jobid"


def _is_like_record(value: Mapping[str, Any]) -> bool:
    """What has a status may be anything: a record without its ID has more of one."""
    return isinstance(value.get("status"), str) and (
        value["status"] in _MEANINGS.values() or isinstance(value.get("request"), Mapping)
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


def parse_record(value: Mapping[str, Any], seen: datetime | None = None) -> JobRecord:
    """Read a decoded record. `seen`: when it came, so that a date which it leaves out can be read
    from its ID (inferred), which has no year. Raises ValueError when `is_record` says no."""
    if not is_record(value):
        raise ValueError("not a job record: it has no jobid or no status")
    jobid, status = value["jobid"], _status(value)
    request = _mapping(opened(value.get("request")))
    updated = parse_time(value.get("updated"))
    record = JobRecord(
        jobid=jobid,
        status=status,
        type=_word(value.get("type")) or ("video" if names_video(value) else None),
        model=_word(value.get("model")) or _word(request.get("model")),
        created=parse_time(value.get("created")) or _created_by_id(jobid, updated or seen),
        updated=updated,
        prompt=_prose(request.get("prompt")),
        ratio=_word(request.get("ratio")),
        resolution=_word(request.get("resolution")),
        source_jobid=_link(request.get("jobid")),
        source_index=_integer(request.get("imageIndex")),
        references=_references(request),
        reply_ref=_name(request.get("replyRef")) or _name(value.get("replyRef")),
        error=_error(value, status),
        error_details=_said(value.get("errorDetails")),
        code=_code(value, status),
        images=_entries(documented(value)),
    )
    if record.images:
        return replace(record, elsewhere=True) if were_elsewhere(value) else record
    return record if record.is_video else _with_others(record, value)


def _with_others(record: JobRecord, value: Mapping[str, Any]) -> JobRecord:
    """With images that are elsewhere, once the job has them."""
    found = _entries(elsewhere(value)) if record.status == "completed" else ()
    return replace(record, images=found, elsewhere=True) if found else record


def _status(value: Mapping[str, Any]) -> str:
    """`created`, `completed` or `failed`, whatever word says it. One that is unknown is the
    job's end where it comes with an error (inferred), and else stays as it came."""
    meaning = _meaning(value["status"])
    if meaning in _MEANINGS.values():
        return meaning
    code = _code_text(value.get("code"))
    is_error = code.isdigit() and int(code) >= _FIRST_HTTP_ERROR
    return "failed" if is_error or value.get("error") else meaning


def _meaning(status: str) -> str:
    word = _clean(status[:MOST_WORD])
    return _MEANINGS.get(word.strip().lower(), word)


def _created_by_id(jobid: str, at: datetime | None) -> datetime | None:
    """`at`: a time soon after it. A clock that stands before the service began gives no year."""
    inner = job_id.parts(jobid, at) if at is not None and at.year >= _FIRST_YEAR else None
    return inner.created if inner else None


def _references(request: Mapping[str, Any]) -> tuple[tuple[int, str], ...]:
    found = [
        (int(name[1]), text)
        for key in request
        if isinstance(key, str)
        and (name := _REFERENCE.fullmatch(key))
        and (text := _link(request[key]))
    ]
    if not found and (text := _link(request.get("imageRef"))):
        return ((1, text),)  # as the only one was called before
    return tuple(sorted(found))


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


def _name(value: object) -> str | None:
    """What a program gave, which may be a number."""
    return _prose(value) or parse_id(value)


def _entries(images: list[Mapping[str, Any]]) -> tuple[ImageEntry, ...]:
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
        for index, item in enumerate(images)
    )


def _code(value: Mapping[str, Any], status: str) -> str | None:
    """The record's code; where it is missing or tells nothing of a failed job, the one in what is
    said about the error."""
    code = _code_text(value.get("code"))
    if status != "failed" or not _tells_nothing(code):
        return code or None
    inner = (each for each in _codes_in(value) if each not in _NO_CODE)
    return next(inner, code or None)


def _tells_nothing(code: str) -> bool:
    if code in _NO_CODE:
        return True
    is_http = code.isdigit() and _FIRST_HTTP_ERROR <= int(code) <= _LAST_HTTP_ERROR
    return is_http and code not in _TELLING


def _codes_in(value: Mapping[str, Any]) -> Iterator[str]:
    """Codes in `error` and `errorDetails`: fields of an object, or in a text."""
    for part in (value.get("error"), value.get("errorDetails")):
        yield _code_text(None if isinstance(part, str) else part)
        yield from _codes(part, _MOST_NESTED)


def _codes(value: object, depth: int) -> Iterator[str]:
    value = opened(value)
    if isinstance(value, str):
        yield from (found[1] for found in _CODE_IN_TEXT.finditer(value[:MOST_PROSE]))
    elif depth and isinstance(value, Mapping | list):
        inside = list(value.values() if isinstance(value, Mapping) else value)
        yield from (_code_text(_mapping(value).get(name)) for name in _CODE_NAMES)
        for each in inside[:_MOST_LAYERS]:
            yield from _codes(each, depth - 1)


def _code_text(code: object) -> str:
    """A code comes as a number or a string (docs/api.md); "" where it is neither."""
    if isinstance(code, str):
        return _clean(code.strip()[:_MAX_CODE]).removesuffix(".0")
    if isinstance(code, bool) or not isinstance(code, int | float) or not abs(code) < 1e9:
        return ""
    return str(int(code)) if code == int(code) else str(code)


def _error(value: Mapping[str, Any], status: str) -> str | None:
    """What went wrong; of a job that says no more, the word that says how it ended."""
    said, word = _said(value.get("error")), value["status"].strip()
    is_telling = status == "failed" and word.lower() not in ("failed", "failure", "error")
    return said or (_word(word) if is_telling else None)


def _said(value: object) -> str | None:
    """All that an error says, as one text: a string, an object {code, message, status, details}
    (docs/api.md), another one, or a list."""
    return _prose(": ".join(_sayings(value, _MOST_NESTED))) or None


def _sayings(value: object, depth: int) -> Iterator[str]:
    value = opened(value)
    if depth == 0 or value is None or isinstance(value, bool):
        return
    if isinstance(value, Mapping):
        yield from _of_object(value, depth - 1)
    elif isinstance(value, list):
        said = (": ".join(_sayings(each, depth - 1)) for each in value[:_MOST_LAYERS])
        if text := "; ".join(filter(None, said)):
            yield text
    elif text := value[:MOST_PROSE] if isinstance(value, str) else _number_text(value):
        yield text


def _of_object(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    """The message first, then its details, then what else there is by its names."""
    is_named = isinstance(value.get("message"), str) and value["message"]
    for name in ("message", "details"):
        yield from _sayings(value.get(name), depth)
    known = ("message", "details", *(("code", "status") if is_named else ()))
    others = [
        f"{name}: {said}"
        for name in list(value)[:_MOST_LAYERS]
        if name not in known and (said := ": ".join(_sayings(value[name], depth)))
    ]
    if others:
        yield ", ".join(others)


def _number_text(value: object) -> str:
    """Of a number that has no end nobody reads the digits."""
    return str(value) if isinstance(value, float) or _code_text(value) else ""


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
