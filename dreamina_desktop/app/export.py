"""The tracked jobs as JSON (README.md, "Command line"), built from the raw records so that every
field of the API leaves as it came.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from dreamina_desktop.core.job import Image, ImageState, Job
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


async def export(library: Library, only: Collection[int] | None) -> bytes:
    """UTF-8 JSON, a list in tracking order; `only`: numbers, None for every shown job."""
    rows = [
        _row(job, _fields(await library.raw_record(job.number)))
        for job in tuple(library.shown())
        if only is None or job.number in only
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n"


def _row(job: Job, fields: Fields) -> dict[str, Any]:
    entries = _image_fields(fields)
    return {
        "number": job.number,
        "jobid": job.jobid,
        **{name: fields.get(name) for name in _JOB_FIELDS},
        "tracking": job.tracking.value,
        "note": job.note or None,
        "images": [
            _image_row(image, entries[image.key.index] if image.key.index < len(entries) else {})
            for image in job.images
        ],
    }


def _image_row(image: Image, fields: Fields) -> dict[str, Any]:
    saved = image.state is ImageState.SAVED
    return {
        "index": image.key.index,
        **{name: fields.get(name) for name in _IMAGE_FIELDS},
        "state": image.state.value,
        "file": image.file if saved else None,
        "fileWidth": image.file_width if saved else None,
        "fileHeight": image.file_height if saved else None,
        "sha256": image.sha256 if saved else None,
        "note": image.note or None,
    }


def _fields(raw: bytes | None) -> Fields:
    return _decode(raw, Fields, {}) if raw else {}


def _image_fields(fields: Fields) -> list[Fields]:
    response = _decode(bytes(fields.get("response", b"{}")), Fields, {})
    images = _decode(bytes(response.get("images", b"[]")), list[msgspec.Raw], [])
    return [_decode(bytes(image), Fields, {}) for image in images]


def _decode(raw: bytes, kind: Any, otherwise: Any) -> Any:
    """What is not of the expected kind counts as absent, here as in core.record."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return otherwise
