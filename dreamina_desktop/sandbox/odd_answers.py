"""Answers that differ from the documented form, as they were seen at this and other services: each
made from the answer that a completed job with one image would get.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from dreamina_desktop.sandbox.record import Record

Answer = tuple[int, Any]  # the HTTP status and the body


def _with(**fields: Any) -> Callable[[Record], Answer]:
    """The record with other fields."""
    return lambda record: (200, record | fields)


def _failed(**fields: Any) -> Callable[[Record], Answer]:
    """A job that came to nothing."""
    return lambda record: (200, _without(record, "response") | {"status": "failed"} | fields)


def _ended(status: str, **fields: Any) -> Callable[[Record], Answer]:
    """A job without a response whose status is another word."""
    return lambda record: (200, _without(record, "response") | {"status": status} | fields)


def _responding(change: Callable[[Record], Any]) -> Callable[[Record], Answer]:
    """With another response, made from the image."""
    return lambda record: (200, record | {"response": change(record["response"]["images"][0])})


def _timed(change: Callable[[datetime], Any]) -> Callable[[Record], Answer]:
    """With its times in another form."""

    def answer(record: Record) -> Answer:
        times = ((name, datetime.fromisoformat(record[name])) for name in ("created", "updated"))
        return 200, record | {name: change(time) for name, time in times}

    return answer


def _around(change: Callable[[Record], Any], status: int = 200) -> Callable[[Record], Answer]:
    """The record within something else."""
    return lambda record: (status, change(record))


def _refused(status: int, **body: Any) -> Callable[[Record], Answer]:
    """No record at all."""
    return lambda _record: (status, body)


def _without(record: Record, name: str) -> Record:
    return {key: value for key, value in record.items() if key != name}


def _renamed(record: Record, old: str, new: str) -> Record:
    return {new if key == old else key: value for key, value in record.items()}


ODD_ANSWERS: Mapping[str, Callable[[Record], Answer]] = {
    # words for an end
    "odd_completed_in_capitals": _with(status="COMPLETED"),
    "odd_succeeded": _with(status="succeeded"),
    "odd_failed_in_capitals": _ended("FAILED", error="no", code=500),
    "odd_moderated": _ended("moderated", error="Your prompt was moderated", code=422),
    "odd_cancelled": _ended("cancelled", error="Cancelled by user", code=499),
    "odd_canceled": _ended("canceled", code=200),
    "odd_unknown_end": _ended("evaporated", error="It has gone"),
    "odd_unknown_status": _ended("thinking", code=200),
    # places of images
    "odd_images_as_strings": _responding(lambda image: {"images": [image["imageUrl"]]}),
    "odd_url": _responding(lambda image: {"images": [_renamed(image, "imageUrl", "url")]}),
    "odd_download_url": _responding(
        lambda image: {"images": [_renamed(image, "imageUrl", "downloadUrl")]}
    ),
    "odd_images_elsewhere": _responding(lambda image: {"output": {"files": [image]}}),
    "odd_image_alone": _responding(
        lambda image: {"imageUrl": image["imageUrl"], "coverUrl": image["imageUrl"] + "0"}
    ),
    "odd_no_images": _responding(lambda _image: {"result": "elsewhere"}),
    "odd_video": lambda record: (
        200,
        record
        | {
            "type": "video",
            "response": {
                "videoUrl": record["response"]["images"][0]["imageUrl"],
                "coverUrl": record["response"]["images"][0]["imageUrl"],
            },
        },
    ),
    # causes
    "odd_error_object": _failed(error={"message": "no", "reason": "InputImageRisk"}, code=500),
    "odd_error_list": _failed(error=["one", {"message": "two"}], code=500),
    "odd_error_details_object": _failed(
        error="generation failed", errorDetails={"reason": "InputImageRisk", "index": 1}, code=500
    ),
    "odd_error_details_list": _failed(error="no", errorDetails=["InputImageRisk"], code=500),
    "odd_code_412": _failed(error="no", code=412),
    "odd_code_422": _failed(error="no", code="422"),
    "odd_code_429": _failed(error="no", code=429),
    "odd_ret_1006": _failed(error="ret: 1006 Not enough credits", code=500),
    "odd_code_in_json": _failed(
        error=json.dumps({"fail_code": 2038, "fail_msg": "InputTextRisk"}), code=500
    ),
    # times
    "odd_seconds": _timed(lambda time: int(time.timestamp())),
    "odd_milliseconds": _timed(lambda time: round(time.timestamp() * 1000)),
    "odd_mail_dates": _timed(format_datetime),
    "odd_without_created": _around(lambda record: _without(record, "created")),
    # what is around a record
    "odd_envelope": _around(lambda record: {"code": 0, "message": "ok", "data": record}),
    "odd_job_id_key": _around(lambda record: _renamed(record, "jobid", "jobId")),
    "odd_without_id": _around(lambda record: _without(record, "jobid")),
    "odd_http_202": _around(lambda record: record, 202),
    "odd_image_ref": lambda record: (
        200,
        record
        | {
            "request": record["request"] | {"imageRef": record["response"]["images"][0]["assetRef"]}
        },
    ),
    # ends without a record
    "odd_http_400": _refused(400, error="Invalid job ID format"),
    "odd_http_403": _refused(403, error="Unauthorized access to user:999 detected in job"),
    "odd_http_404_words": _refused(404, message="Job not found."),
    "odd_http_410": _refused(410, error="Job has expired"),
}
