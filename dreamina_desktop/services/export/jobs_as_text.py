"""Jobs as JSON or CSV, in pieces: a hundred thousand of them are never in memory at once. A job's
JSON (README.md, "Command line") is built from its raw record, so that every field of it is there.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from dreamina_desktop.core.export.csv_table import csv_headings, csv_rows
from dreamina_desktop.core.export.request import JobsForm
from dreamina_desktop.core.jobs.job import Image, ImageState, Job
from dreamina_desktop.core.jobs.record import record_about
from dreamina_desktop.core.jobs.transition import as_json, image_json
from dreamina_desktop.core.text.redaction import without_tokens_in_bytes
from dreamina_desktop.core.text.tolerant_json import read_json
from dreamina_desktop.services.library import Library

_JOB_FIELDS = (
    "type",
    "status",
    "model",
    "created",
    "updated",
    "request",
    "error",
    "errorDetails",
    "code",
)
_IMAGE_FIELDS = ("assetRef", "assetId", "itemId", "imageUri", "width", "height", "format")

Fields = dict[str, msgspec.Raw]
_NULL = msgspec.Raw(b"null")


def job_json(job: Job, raw: bytes | None) -> bytes:
    """An object in indented UTF-8, as an element of a list; `raw`: the record as it came. What it
    leaves out and is known all the same stands there too."""
    rows = [_row(job, _record_fields(job, raw))]
    encoded = msgspec.json.encode(rows)
    try:
        formatted = msgspec.json.format(encoded, indent=2)
    except msgspec.DecodeError:  # halves of characters in it, which json takes
        formatted = json.dumps(json.loads(encoded), indent=2).encode()
    return without_tokens_in_bytes(formatted.removeprefix(b"[\n").removesuffix(b"\n]"))


def _row(job: Job, fields: Fields) -> dict[str, Any]:
    entries = _image_fields(job, fields)
    known = as_json(job.record) if job.record is not None else {}
    said = {name: fields.get(name, _NULL) for name in _JOB_FIELDS}
    return {
        "number": job.number,
        "jobid": job.jobid,
        **{name: known.get(name) if fact == _NULL else fact for name, fact in said.items()},
        "status": known.get("status"),  # one of three words, whichever the server has for it
        "request": _request(said["request"], known.get("request", {})),
        "tracking": job.tracking.value,
        "note": job.note or None,
        "images": [
            _image_row(image, entries.get(image.key.index) or image_json(image.entry))
            for image in job.images
        ],
        "label": job.label or None,
    }


def _request(said: msgspec.Raw, known: Mapping[str, Any]) -> object:
    """As it came, with what it leaves out."""
    fields = _fields(bytes(said))
    missing = {name: fact for name, fact in known.items() if fields.get(name, _NULL) == _NULL}
    return {**fields, **missing} if missing else said


def _image_row(image: Image, fields: Mapping[str, Any]) -> dict[str, Any]:
    saved = image.state is ImageState.SAVED
    return {
        "index": image.key.index,
        **{name: fields.get(name) for name in _IMAGE_FIELDS},
        "state": image.state.value,
        "file": _path(image.file) if saved and image.file else None,
        "fileWidth": image.file_width if saved else None,
        "fileHeight": image.file_height if saved else None,
        "sha256": image.sha256 if saved else None,
        "note": image.note or None,
    }


def _fields(raw: bytes | None) -> Fields:
    """What is not of the expected kind counts as absent, here as in core.jobs.record."""
    if not raw:
        return {}
    try:
        return msgspec.json.decode(raw, type=Fields)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = _tolerant(raw)
    return {name: _raw(inner) for name, inner in value.items()} if isinstance(value, dict) else {}


def _record_fields(job: Job, raw: bytes | None) -> Fields:
    """The fields of a job's raw record, also where it lies in an envelope."""
    fields = _fields(raw)
    if raw is None or "jobid" in fields or "request" in fields or "response" in fields:
        return fields
    record = record_about(_tolerant(raw), job.jobid)
    return {name: _raw(inner) for name, inner in record.items()} if record else fields


def _image_fields(job: Job, fields: Fields) -> dict[int, Fields]:
    """Of the images that stand where the API puts them, and at the index that they have here."""
    if job.record is None or job.record.elsewhere:
        return {}
    response = _fields(bytes(fields.get("response", b"{}")))
    said = enumerate(map(bytes, _list(bytes(response.get("images", b"[]")))))
    here = {image.key.index: image.entry.uri for image in job.images}
    entries = ((index, _fields(image)) for index, image in said)
    return {
        index: entry for index, entry in entries if _text(entry.get("imageUri")) == here.get(index)
    }


def _text(raw: msgspec.Raw | None) -> str | None:
    value = None if raw is None else _tolerant(bytes(raw))
    return value if isinstance(value, str) and value else None


def _list(raw: bytes) -> list[msgspec.Raw]:
    try:
        return msgspec.json.decode(raw, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = _tolerant(raw)
    return [_raw(inner) for inner in value] if isinstance(value, list) else []


def _tolerant(raw: bytes) -> object:
    """Where the fast reader refuses; None where there is nothing to be read."""
    try:
        return read_json(raw)
    except ValueError:
        return None


def _path(file: str) -> str | msgspec.Raw:
    """One that is no text is written with escapes, which Python's json reads as it was."""
    try:
        file.encode()
    except UnicodeEncodeError:
        return _raw(file)
    return file


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


AT_ONCE = 200  # jobs in a piece


def jobs_as(
    form: JobsForm, library: Library, numbers: Sequence[int] | None = None
) -> AsyncIterator[bytes]:
    """A file of UTF-8 from its beginning to its end, with the window's turn between its pieces.
    `numbers`: these jobs in this order, as far as they are shown; None: all, in the order of
    tracking. Raises DatabaseError where the library cannot be read."""
    return (_json if form is JobsForm.JSON else _csv)(_slices(library, numbers), library)


async def _json(slices: AsyncIterator[Sequence[Job]], library: Library) -> AsyncIterator[bytes]:
    between = b"[\n"
    async for jobs in slices:
        rows = [job_json(job, await library.raw_record(job.number)) for job in jobs]
        yield between + b",\n".join(rows)
        between = b",\n"
    yield b"[]\n" if between == b"[\n" else b"\n]\n"


async def _csv(slices: AsyncIterator[Sequence[Job]], _library: Library) -> AsyncIterator[bytes]:
    yield csv_headings().encode()
    async for jobs in slices:
        yield csv_rows(jobs).encode()


async def _slices(library: Library, numbers: Sequence[int] | None) -> AsyncIterator[Sequence[Job]]:
    """None of them is empty."""
    jobs = list[Job]()
    async for job in library.shown() if numbers is None else _of(library, numbers):
        jobs.append(job)
        if len(jobs) == AT_ONCE:
            yield jobs
            jobs = []
    if jobs:
        yield jobs


async def _of(library: Library, numbers: Sequence[int]) -> AsyncIterator[Job]:
    for start in range(0, len(numbers), AT_ONCE):
        for job in await library.fetch(numbers[start : start + AT_ONCE]):
            if not job.removed:
                yield job
