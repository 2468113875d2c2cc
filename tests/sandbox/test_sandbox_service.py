"""The ASGI applications with a clock and a studio of the test's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from dreamina_desktop.sandbox import service as service_module
from dreamina_desktop.sandbox.sample import DAY_S, Picture, SampleImage, SampleJob
from dreamina_desktop.sandbox.service import Service
from dreamina_desktop.sandbox.signing import Signer
from dreamina_desktop.sandbox.studio import Studio
from dreamina_desktop.sandbox.timeline import Timeline

START = 1_780_000_000.0
IMAGE = SampleImage(Picture("A boat", 0, 64, 36), "tos-x/abc", "7612453183683579150")
ACCOUNT = "US:user@example.com"


def job(jobid: str, takes_s: float) -> SampleJob:
    return SampleJob(jobid, "running", ACCOUNT, START, takes_s, "seedream-4.6", {}, (IMAGE,))


@dataclass
class Bench:
    service: Service
    client: httpx.AsyncClient
    now: float = START

    async def record(self, jobid: str) -> Any:
        answer = await self.client.get(
            f"http://x/v1/dreamina/images/{jobid}", headers={"Authorization": "Bearer token"}
        )
        return answer.json()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    def clock() -> float:
        return bench.now

    service = Service(
        (job("quick", 30), job("slow", 1e9)),
        "token",
        Timeline(START),
        Signer(b"key"),
        Studio(lambda picture: b"jpeg"),
        "http://images",
        clock,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.api)) as client:
        bench = Bench(service, client)
        yield bench


async def test_a_job_goes_from_created_to_completed_at_its_time(bench: Bench) -> None:
    bench.now = START + 29.9
    assert (await bench.record("quick"))["status"] == "created"
    bench.now = START + 30
    record = await bench.record("quick")
    assert (record["status"], record["updated"]) == ("completed", "2026-05-28T20:27:10.000Z")
    assert record["response"]["images"][0]["assetRef"] == (
        f"{ACCOUNT}-image:w64:h36:s4-uri:tos-x/abc"
    )


async def test_a_job_that_never_ends_fails_after_an_hour(bench: Bench) -> None:
    bench.now = START + 3599
    assert (await bench.record("slow"))["status"] == "created"
    bench.now = START + 3600
    record = await bench.record("slow")
    assert (record["status"], record["code"], record["error"]) == (
        *("failed", 408),
        "Generation timed out",
    )


async def test_a_job_is_forgotten_after_30_days(bench: Bench) -> None:
    bench.now = START + 30 * DAY_S + 1
    assert await bench.record("quick") == {"error": "Job not found"}


async def test_a_record_does_not_wait_for_its_pictures_for_ever(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(picture: Picture) -> bytes:
        raise TimeoutError

    monkeypatch.setattr(service_module, "PATIENCE_S", 0.01)
    monkeypatch.setattr(Studio, "file", lambda self, picture: never(picture))
    bench.now = START + 60
    assert (await bench.record("quick"))["status"] == "created"
