"""Each odd answer of the sandbox, met over HTTP as the program meets it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dreamina_desktop.api.client import DreaminaClient
from dreamina_desktop.core.jobs.answer import Ending, Found, JobAnswer, NotFound
from dreamina_desktop.core.jobs.failure import explain
from dreamina_desktop.core.jobs.job_id import parts
from dreamina_desktop.core.jobs.record import JobRecord
from dreamina_desktop.core.text.urls import parse_api_url
from dreamina_desktop.sandbox.odd_answers import ODD_ANSWERS


async def ask(odd_sandbox: Any, kind: str) -> JobAnswer:
    client = DreaminaClient(
        parse_api_url(odd_sandbox.api_url), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )
    client.use_token(odd_sandbox.token)
    try:
        return await client.job(odd_sandbox.jobs[kind][0])
    finally:
        await client.aclose()


async def record_of(odd_sandbox: Any, kind: str) -> JobRecord:
    answer = await ask(odd_sandbox, kind)
    assert isinstance(answer, Found), answer
    assert answer.record.jobid == odd_sandbox.jobs[kind][0]
    return answer.record


def created_by_id(record: JobRecord) -> datetime:
    inner = parts(record.jobid, datetime.now(UTC))
    assert inner is not None
    assert inner.created is not None
    return inner.created


def is_whole(record: JobRecord) -> bool:
    """Completed, with its image, and when it was created."""
    (image,) = record.images
    created = record.created
    assert created is not None
    return (
        record.status == "completed"
        and (image.url or "").startswith("http://127.0.0.1:")
        and abs((created - created_by_id(record)).total_seconds()) < 1
        and record.duration_s is not None
        and 19 <= record.duration_s <= 21
    )


def fails_as(short: str) -> Callable[[JobRecord], bool]:
    return lambda record: record.status == "failed" and explain(record).short == short


def fails_saying(words: str) -> Callable[[JobRecord], bool]:
    return lambda record: record.status == "failed" and words in explain(record).cause


RECORDS: dict[str, Callable[[JobRecord], bool]] = {
    **dict.fromkeys(
        (
            *("odd_completed_in_capitals", "odd_succeeded"),
            *("odd_images_as_strings", "odd_url", "odd_download_url", "odd_images_elsewhere"),
            *("odd_image_alone", "odd_seconds", "odd_milliseconds", "odd_mail_dates"),
            *("odd_without_created", "odd_envelope", "odd_job_id_key", "odd_without_id"),
            "odd_http_202",
        ),
        is_whole,
    ),
    "odd_failed_in_capitals": fails_saying("no"),
    "odd_moderated": fails_as("moderated"),
    "odd_cancelled": fails_as("cancelled"),
    "odd_canceled": fails_as("cancelled"),
    "odd_unknown_end": fails_saying("It has gone"),
    "odd_unknown_status": lambda record: record.status == "thinking" and not record.is_final,
    "odd_no_images": lambda record: record.is_final and not record.images,
    "odd_video": lambda record: record.is_video and not record.images,
    "odd_error_object": fails_saying("no: reason: InputImageRisk"),
    "odd_error_list": fails_saying("one; two"),
    "odd_error_details_object": fails_saying("reason: InputImageRisk, index: 1"),
    "odd_error_details_list": fails_saying("InputImageRisk"),
    "odd_code_412": fails_as("out of credits"),
    "odd_code_422": fails_as("moderated"),
    "odd_code_429": fails_as("quota used up"),
    "odd_ret_1006": fails_as("out of credits"),
    "odd_code_in_json": fails_as("content filter"),
    "odd_image_ref": lambda record: [slot for slot, _ in record.references] == [1],
}
ENDINGS = {
    "odd_http_400": Ending.UNREADABLE_ID,
    "odd_http_403": Ending.FORBIDDEN,
    "odd_http_404_words": Ending.UNKNOWN,
    "odd_http_410": Ending.EXPIRED,
}


def test_each_odd_answer_has_its_test() -> None:
    assert {*RECORDS, *ENDINGS} == set(ODD_ANSWERS)


@pytest.mark.parametrize("kind", RECORDS)
async def test_a_record_is_understood(odd_sandbox: Any, kind: str) -> None:
    assert RECORDS[kind](await record_of(odd_sandbox, kind))


@pytest.mark.parametrize("kind", ENDINGS)
async def test_an_end_without_a_record_is_understood(odd_sandbox: Any, kind: str) -> None:
    assert await ask(odd_sandbox, kind) == NotFound(ENDINGS[kind])
