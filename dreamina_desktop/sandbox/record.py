"""Job records and assets in the API's form (docs/api.md, "The record" and section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dreamina_desktop.sandbox.sample import Fault, SampleImage, SampleJob, SampleVideo

# In the vendor's own samples `finishTime` is two years before `created`.
FINISH_TIME_SHIFT_S = 2 * 365 * 86_400

Record = dict[str, Any]


def created(job: SampleJob) -> Record:
    """A job that still runs."""
    return _head(job, "created", None) | {"response": {"forecastCost": 0}, "code": 200}


def completed(job: SampleJob, ended: float, images: Sequence[Record]) -> Record:
    """A job with its images (`image`). `ended` in Unix seconds."""
    response = {
        "images": list(images),
        "forecastCost": 0,
        "historyRecordId": job.history_record_id,
        "finishTime": int(ended) - FINISH_TIME_SHIFT_S,
    }
    return _head(job, "completed", ended) | {"response": response, "code": 200}


def failed(job: SampleJob, ended: float, fault: Fault) -> Record:
    """A job that came to nothing: it has no response."""
    said = {"error": fault.error}
    if fault.details:
        said["errorDetails"] = fault.details
    return _head(job, "failed", ended) | said | {"code": fault.code}


def image(job: SampleJob, sample: SampleImage, url: str, size_bytes: int) -> Record:
    """One element of `images`. `size_bytes`: the true size of the file behind `url`."""
    width, height = sample.picture.width, sample.picture.height
    return {
        "imageUrl": url,
        "imageUri": sample.uri,
        "width": width,
        "height": height,
        "format": "jpeg",
        "assetId": f"{job.account}-image:{sample.item_id}",
        "assetRef": f"{job.account}-image:w{width}:h{height}:s{size_bytes}-uri:{sample.uri}",
        "itemId": sample.item_id,
    }


def asset(job: SampleJob, sample: SampleImage, at: float, url: str, size_bytes: int) -> Record:
    """The same image as an account's history has it. `at`: when it was made, Unix seconds."""
    same = image(job, sample, url, size_bytes)
    del same["imageUri"]
    return same | {
        "historyRecordId": job.history_record_id,
        "type": "image",
        "coverUrl": url,
        "description": sample.picture.prompt,
        "createdAt": iso(at),
    }


def video(sample: SampleVideo, url: str) -> Record:
    """A video of the history: it has no assetRef."""
    return {
        "assetId": f"{sample.account}-video:{sample.item_id}",
        "historyRecordId": sample.history_record_id,
        "itemId": sample.item_id,
        "type": "video",
        "coverUrl": url,
        "description": sample.prompt,
        "videoUrl": url,
        "width": 1280,
        "height": 720,
        "format": "mp4",
        "createdAt": iso(sample.created),
    }


def iso(time: float) -> str:
    """`2026-03-02T14:05:30.123Z`"""
    # Half a millisecond more: 0.123 may be stored as 0.12299…, and isoformat cuts it off.
    moment = datetime.fromtimestamp(time + 0.0005, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _head(job: SampleJob, status: str, updated: float | None) -> Record:
    head: Record = {
        "jobid": job.jobid,
        "type": job.type,
        "status": status,
        "model": job.model,
        "created": iso(job.created),
    }
    if updated is not None:
        head["updated"] = iso(updated)
    return head | {"request": job.request}
