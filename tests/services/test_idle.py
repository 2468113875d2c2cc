from __future__ import annotations

import asyncio

import pytest
from fakes import completed_raw, created, failed, found, job_id
from world import World, with_world

from dreamina_desktop.core.answer import JobAnswer, NotFound, Refused, Throttled, Trouble, TryLater

ONE = job_id(1)
URL = "https://a.example.com/1"


def never() -> asyncio.Event:
    return asyncio.Event()


@with_world()
async def test_an_empty_library_is_idle(world: World) -> None:
    await world.start()
    assert await world.idle.wait(None, 300, never()) is None


@with_world()
async def test_idle_is_when_no_job_polls_and_no_image_is_pending(world: World) -> None:
    world.answer(lambda jobid, n: found(completed_raw(jobid, URL)) if n else created(jobid))
    world.source.script[URL] = [TryLater("503"), world.source.whole()]
    await world.start()
    await world.track(ONE)
    assert await world.idle.wait(None, 300, never()) is None
    assert world.clock.monotonic() == pytest.approx(12.5, abs=0.5)
    assert len(world.files.kept) == 1


@with_world()
async def test_not_found_and_failed_are_outcomes(world: World) -> None:
    world.answer(lambda jobid, _: NotFound() if jobid == ONE else failed(jobid))
    await world.start()
    await world.track(ONE, job_id(2))
    assert await world.idle.wait(None, 300, never()) is None


@with_world()
async def test_only_some_jobs_are_waited_for(world: World) -> None:
    world.answer(lambda jobid, _: failed(jobid) if jobid == ONE else created(jobid))
    await world.start()
    await world.track(ONE, job_id(2))
    assert await world.idle.wait({1}, 300, never()) is None


@with_world(given=None)
async def test_a_missing_token_ends_it_after_the_images(world: World) -> None:
    await world.add_completed(URL, index=1)
    await world.track(job_id(2))
    await world.start()
    reason = await world.idle.wait(None, 300, never())
    assert "no token" in (reason or "")
    assert len(world.files.kept) == 1


@with_world(given=None)
async def test_without_a_polling_job_no_token_is_needed(world: World) -> None:
    await world.add_completed("https://a.example.com/1?x-expires=5", index=1)
    await world.start()
    assert await world.idle.wait(None, 300, never()) is None


@with_world()
async def test_a_refused_token_ends_it(world: World) -> None:
    world.answer(lambda *_: Refused(401, "Unauthorized"))
    await world.start()
    await world.track(ONE)
    assert await world.idle.wait(None, 300, never()) == "The API refused the token."
    assert world.clock.monotonic() < 1


@with_world()
async def test_a_missing_subscription_ends_it_with_its_name(world: World) -> None:
    world.answer(lambda *_: Refused(402, "Subscription expired"))
    await world.start()
    await world.track(ONE)
    assert "Subscription expired" in (await world.idle.wait(None, 300, never()) or "")


@pytest.mark.parametrize("network", [True, False])
@with_world()
async def test_it_is_given_up_when_all_has_been_failing_for_so_long(
    world: World, network: bool
) -> None:
    world.answer(lambda *_: Trouble("The API answered 500.", network=network))
    await world.start()
    await world.track(ONE)
    reason = await world.idle.wait(None, 60, never())
    assert reason == "Gave up: The API answered 500. (1 job still open)"
    assert world.clock.monotonic() == pytest.approx(60, abs=1)


@with_world()
async def test_without_a_network_jobs_whose_turn_has_not_come_fail_too(world: World) -> None:
    world.answer(lambda *_: Trouble("No route.", network=True))
    await world.start()
    await world.track_many(300)
    assert "Gave up" in (await world.idle.wait(None, 60, never()) or "")
    assert world.clock.monotonic() < 70


@with_world()
async def test_a_job_that_runs_is_not_failing(world: World) -> None:
    def script(jobid: str, _: int) -> JobAnswer:
        if jobid == ONE:
            return Trouble("500") if world.clock.monotonic() < 700 else failed(jobid)
        return created(jobid) if world.clock.monotonic() < 1400 else failed(jobid)

    world.answer(script)
    await world.start()
    await world.track(ONE, job_id(2))
    assert await world.idle.wait(None, 60, never()) is None


@with_world()
async def test_waiting_out_a_retry_after_is_not_failing(world: World) -> None:
    answers = iter([Trouble("500"), Throttled(900.0)])
    world.answer(lambda jobid, _: next(answers, failed(jobid)))
    await world.start()
    await world.track(ONE)
    assert await world.idle.wait(None, 60, never()) is None
    assert world.clock.monotonic() > 900


@with_world()
async def test_a_429_that_asks_for_no_time_is_given_up(world: World) -> None:
    world.answer(lambda jobid, _: Throttled(None))
    await world.start()
    await world.track(ONE)
    reason = await world.idle.wait(None, 120, never())
    assert reason is not None
    assert reason.startswith("Gave up")
    assert 120 <= world.clock.monotonic() < 600


@with_world()
async def test_an_image_that_never_comes_is_given_up(world: World) -> None:
    world.source.script[URL] = [TryLater("The image host answered 503.")]
    await world.add_completed(URL)
    await world.start()
    reason = await world.idle.wait(None, 60, never())
    assert reason == "Gave up: The image host answered 503. (1 image still open)"


@with_world()
async def test_a_full_disk_is_given_up(world: World) -> None:
    world.files.free = 1_000
    await world.add_completed(URL, "https://a.example.com/2")
    await world.start()
    assert "Gave up" in (await world.idle.wait(None, 60, never()) or "")
    assert world.clock.monotonic() == pytest.approx(60, abs=1)


@with_world()
async def test_stopping_ends_it_with_what_is_open(world: World) -> None:
    await world.start()
    await world.track(ONE, job_id(2))
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(3, stop.set)
    assert await world.idle.wait(None, 300, stop) == "Stopped with 2 jobs still open."
