"""Tasks have an owner, their errors a place, and none outlives the end."""

from __future__ import annotations

import asyncio

import pytest

from dreamina_desktop.services.session import supervisor as module
from dreamina_desktop.services.session.supervisor import Supervisor


@pytest.fixture
def told() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def supervisor(told: list[tuple[str, str]]) -> Supervisor:
    return Supervisor(lambda name, error: told.append((name, str(error))))


async def fail() -> None:
    raise ValueError("why")


async def test_an_error_is_told_once_with_the_tasks_name(
    supervisor: Supervisor, told: list[tuple[str, str]]
) -> None:
    await asyncio.wait([supervisor.spawn(fail(), "look")])
    assert told == [("look", "why")]


async def test_what_is_kept_runs_anew_after_an_error(
    supervisor: Supervisor, told: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN_AFTER_S", 0.0)
    done = asyncio.Event()

    async def work() -> None:
        if len(told) < 2:
            await fail()
        done.set()

    supervisor.keep(work, "poll")
    await asyncio.wait_for(done.wait(), 20)
    assert told == [("poll", "why")] * 2


async def test_the_end_cancels_what_runs_and_begins_nothing_more(
    supervisor: Supervisor, told: list[tuple[str, str]]
) -> None:
    began: list[str] = []

    async def work(name: str) -> None:
        began.append(name)
        await asyncio.Event().wait()

    before = supervisor.spawn(work("before"), "before")
    await asyncio.sleep(0)
    await supervisor.aclose(20.0)
    after = supervisor.spawn(work("after"), "after")
    await asyncio.wait([after])
    assert before.cancelled()
    assert after.cancelled()
    assert (began, told) == (["before"], [])
