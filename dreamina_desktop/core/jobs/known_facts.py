"""What is known of a job beside its raw record: facts that an earlier answer said and this one
leaves out or garbles. No answer takes away what is known, and none is changed for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dreamina_desktop.core.jobs.found_images import ELSEWHERE
from dreamina_desktop.core.jobs.record import ImageEntry, JobRecord

_LASTING = (  # said while a job runs, and the same ever after
    "type",
    "model",
    "created",
    "prompt",
    "ratio",
    "resolution",
    "source_jobid",
    "source_index",
    "reply_ref",
)


def completed(record: JobRecord, known: JobRecord) -> JobRecord:
    """A record with the facts of `known` that it lacks; the same where it lacks none."""
    missing = {
        name: fact
        for name in _LASTING
        if getattr(record, name) is None and (fact := getattr(known, name)) is not None
    }
    return replace(record, **missing) if missing else record


def as_json(record: JobRecord) -> dict[str, Any]:
    """A record in the API's form: `core.record.parse_record` reads the same from it."""
    request = {
        "prompt": record.prompt,
        "ratio": record.ratio,
        "resolution": record.resolution,
        "jobid": record.source_jobid,
        "imageIndex": record.source_index,
        "replyRef": record.reply_ref,
        **{f"imageRef_{number}": reference for number, reference in record.references},
    }
    value = {
        "jobid": record.jobid,
        "status": record.status,
        "type": record.type,
        "model": record.model,
        "created": record.created and record.created.isoformat(),
        "updated": record.updated and record.updated.isoformat(),
        "request": _said(request),
        "response": {
            "images": [image_json(entry) for entry in record.images],
            **({ELSEWHERE: True} if record.elsewhere else {}),
        },
        "error": record.error,
        "errorDetails": record.error_details,
        "code": record.code,
    }
    return _said(value)


def image_json(entry: ImageEntry) -> dict[str, Any]:
    """An element of `images`."""
    return _said(
        {
            "imageUrl": entry.url,
            "imageUri": entry.uri,
            "width": entry.width,
            "height": entry.height,
            "format": entry.format,
            "assetId": entry.asset_id,
            "assetRef": entry.asset_ref,
            "itemId": entry.item_id,
        }
    )


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: fact for name, fact in fields.items() if fact is not None}
