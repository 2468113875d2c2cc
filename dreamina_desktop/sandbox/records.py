"""A sample job as the API's record at one moment, as in the vendor's samples (docs/api.md)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from dreamina_desktop.sandbox.catalog import SampleJob
from dreamina_desktop.sandbox.gallery import image_uri

TIMED_OUT_S = 3600.0
KEPT = timedelta(days=30)
_COST = {"credits": 0, "isFree": True}


def status_at(job: SampleJob, age_s: float) -> str:
    """The API's word; `age_s` is in job time."""
    if age_s < job.takes_s and age_s < TIMED_OUT_S:
        return "created"
    return "completed" if job.code == 200 and job.takes_s <= TIMED_OUT_S else "failed"


def record(
    job: SampleJob, age_s: float, real_s: float, sizes_bytes: list[int], links: list[str]
) -> dict[str, Any]:
    """`real_s`: how long the job took by the clock; sizes and links of its images if it is
    completed."""
    status = status_at(job, age_s)
    fields: dict[str, Any] = {
        "jobid": job.jobid,
        "type": "upscale" if job.source else "image",
        "status": status,
        "model": job.model,
        "created": _iso(job.created),
    }
    if status != "created":
        fields["updated"] = _iso(job.created + timedelta(seconds=real_s))
    fields["request"] = _request(job)
    if status == "created":
        fields["response"] = {"forecastCost": _COST}
    elif status == "completed":
        fields["response"] = _response(job, sizes_bytes, links)
    else:
        fields["error"] = job.error
        if job.error_details:
            fields["errorDetails"] = job.error_details
    fields["code"] = job.code if status == "failed" else 200
    return fields


def _request(job: SampleJob) -> dict[str, Any]:
    if job.source:
        return {"jobid": job.source.jobid, "imageIndex": 0, "resolution": "4k"}
    return {
        "prompt": job.prompt,
        "model": job.model,
        "ratio": job.ratio,
        "resolution": "2k",
        "inputMode": "text",
    }


def _response(job: SampleJob, sizes_bytes: list[int], links: list[str]) -> dict[str, Any]:
    # In the vendor's samples finishTime lies two years before `created`.
    finished = (job.created - timedelta(days=730)).timestamp()
    return {
        "images": [
            _image(job, index, sizes_bytes[index], links[index]) for index in range(len(job.sizes))
        ],
        "forecastCost": _COST,
        "historyRecordId": str(_number(job.jobid)),
        "finishTime": int(finished),
    }


def _image(job: SampleJob, index: int, size_bytes: int, link: str) -> dict[str, Any]:
    width, height = job.sizes[index]
    uri = image_uri(job, index)
    item = str(_number(uri))
    return {
        "imageUrl": link,
        "imageUri": uri,
        "width": width,
        "height": height,
        "format": "jpeg",
        "assetId": f"{job.account}-asset:{item}",
        "assetRef": f"{job.account}-image:w{width}:h{height}:s{size_bytes}-uri:{uri}",
        "itemId": item,
    }


def _number(text: str) -> int:
    return 7_000_000_000_000_000_000 + int(hashlib.sha256(text.encode()).hexdigest()[:14], 16)


def _iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"
