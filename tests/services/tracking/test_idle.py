from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import pytest
from fakes import completed, completed_raw, created, failed, found, job_id
from world import World, with_world

from dreamina_desktop.core.jobs.answer import (
    DiskTrouble,
    JobAnswer,
    LinkDied,
    NotFound,
    Refused,
    Throttled,
    Trouble,
    TryLater,
)
from dreamina_desktop.core.jobs.history import AssetPage
from dreamina_desktop.services.holds import Work

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
async def test_a_retry_after_that_is_shorter_is_waited_out(world: World) -> None:
    answers = iter([Throttled(50.0)])
    world.answer(lambda jobid, _: next(answers, failed(jobid)))
    await world.start()
    await world.track(ONE)
    assert await world.idle.wait(None, 60, never()) is None
    assert world.clock.monotonic() > 50


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


# -- every kind of trouble ends it, N seconds after the last progress, and is named --------------


def at_once_failing(world: World) -> None:
    world.answer(lambda *_: Trouble("The API answered 500."))


def throttled(world: World) -> None:
    world.answer(lambda *_: Throttled(3600.0))


def throttled_without_a_time(world: World) -> None:
    world.answer(lambda *_: Throttled(None))


def raising(world: World) -> None:
    def mistake(*_: object) -> JobAnswer:
        raise ValueError("a mistake of ours")

    world.answer(mistake)


def not_written(world: World) -> None:
    world.answer(lambda jobid, _: completed(jobid, URL))
    world.repository.broken = True


def paused(world: World) -> None:
    world.poller.pause()


JOB_TROUBLES = [
    (at_once_failing, "The API answered 500."),
    (throttled, "The API asks for a pause, of 3,5"),
    (throttled_without_a_time, "The API asks for a pause, of "),
    (raising, "Something went wrong in Dreamina Desktop while a job was checked."),
    (not_written, "The disk is full."),
    (paused, "Checking is paused."),
]


@pytest.mark.parametrize("give_up_s", [5, 30])
@pytest.mark.parametrize(("trouble", "named"), JOB_TROUBLES)
@with_world(expects_errors=True)
async def test_each_trouble_of_the_api_ends_it_and_is_named(
    world: World, trouble: Callable[[World], None], named: str, give_up_s: int
) -> None:
    await world.start()
    await world.track(ONE)
    trouble(world)
    reason = await world.idle.wait(None, give_up_s, never())
    assert world.clock.monotonic() == pytest.approx(give_up_s, abs=1)
    assert (reason or "").startswith(f"Gave up: {named}")
    assert (reason or "").endswith("(1 job still open)")


def host_down(world: World) -> None:
    world.source.script[URL] = [TryLater("The image host does not answer.", network=True)]


def host_pausing(world: World) -> None:
    world.source.script[URL] = [TryLater("The image host answered 429.", 3600.0)]


def disk_refusing(world: World) -> None:
    world.source.script[URL] = [DiskTrouble("The disk refused the image: no space.")]


def disk_full(world: World) -> None:
    world.files.free = 1_000


def saving_raising(world: World) -> None:
    world.imaging.broken = ValueError("a mistake of ours")


def record_not_written(world: World) -> None:
    world.repository.broken = True


def saving_paused(world: World) -> None:
    world.downloader.pause()


IMAGE_TROUBLES = [
    (host_down, "The image host does not answer."),
    (host_pausing, "The image host answered 429. It asks for a pause, of 3,600 seconds."),
    (disk_refusing, "Images cannot be saved. The disk refused the image: no space."),
    (disk_full, "Saving has stopped: 0 MB of the disk are free"),
    (saving_raising, "Something went wrong in Dreamina Desktop while an image was saved."),
    (record_not_written, "The disk is full."),
    (saving_paused, "Saving is paused."),
]


@pytest.mark.parametrize("give_up_s", [5, 30])
@pytest.mark.parametrize(("trouble", "named"), IMAGE_TROUBLES)
@with_world(expects_errors=True)
async def test_each_trouble_with_images_ends_it_and_is_named(
    world: World, trouble: Callable[[World], None], named: str, give_up_s: int
) -> None:
    await world.add_completed(URL)
    trouble(world)
    await world.start()
    reason = await world.idle.wait(None, give_up_s, never())
    assert world.clock.monotonic() == pytest.approx(give_up_s, abs=1)
    assert (reason or "").startswith(f"Gave up: {named}")
    assert (reason or "").endswith("(1 image still open)")


@with_world(expects_errors=True)
async def test_work_that_raises_each_time_ends_it(world: World) -> None:
    async def mistake() -> None:
        raise ValueError("a mistake of ours")

    await world.start(polls=False)
    world.supervisor.keep(mistake, "poller", Work.JOBS)
    await world.track(ONE)
    reason = await world.idle.wait(None, 30, never())
    assert reason == (
        "Gave up: Something went wrong in Dreamina Desktop (poller). (1 job still open)"
    )
    assert world.clock.monotonic() == pytest.approx(30, abs=1)


@with_world()
async def test_a_start_that_never_gets_ready_ends_it(world: World) -> None:
    await world.start(downloads=False)
    reason = await world.idle.wait(None, 5, never())
    assert reason == "Gave up: It is still looking at what is here."
    assert world.clock.monotonic() == pytest.approx(35, abs=1)


@with_world()
async def test_a_history_that_may_not_be_asked_ends_it(world: World) -> None:
    world.answer(lambda jobid, _: completed(jobid, None))
    world.source.script[URL] = [LinkDied("The image host refused the link (403).")]
    world.api.history = lambda *_: Trouble("Not this account.", of_request=True)
    await world.add_completed(URL, items=["7"])
    await world.start()
    reason = await world.idle.wait(None, 30, never())
    assert reason == "Gave up: Not this account. (1 image still open)"
    assert world.clock.monotonic() < 40


@with_world()
async def test_a_history_that_was_walked_through_lately_ends_it(world: World) -> None:
    world.answer(lambda jobid, _: completed(jobid, None))
    world.source.script[URL] = [LinkDied("The image host refused the link (403).")]
    world.api.history = lambda *_: AssetPage((), None)
    await world.add_completed(URL, items=["7"])
    await world.start()
    world.recovery._limit.begins("US:user@example.com")
    reason = await world.idle.wait(None, 30, never())
    assert (reason or "").startswith("Gave up: A fresh one is looked for at ")
    assert world.clock.monotonic() < 40


# -- what counts as progress ---------------------------------------------------------------------


@with_world()
async def test_the_clock_begins_anew_with_each_record_and_at_the_next_failure(
    world: World,
) -> None:
    """Failing, answered, failing: each stretch is shorter than N."""
    answers = itertools.cycle([Trouble("500."), Trouble("500."), created(ONE)])
    world.answer(lambda *_: next(answers) if world.clock.monotonic() < 900 else failed(ONE))
    await world.start()
    await world.track(ONE)
    assert await world.idle.wait(None, 90, never()) is None


@with_world()
async def test_what_goes_well_is_waited_for_however_long_something_else_fails(
    world: World,
) -> None:
    world.source.script[URL] = [TryLater("The image host answered 503.")]
    world.answer(
        lambda jobid, _: created(jobid) if world.clock.monotonic() < 400 else failed(jobid)
    )
    await world.add_completed(URL)
    await world.start()
    await world.track(job_id(2))
    reason = await world.idle.wait(None, 5, never())
    assert reason == "Gave up: The image host answered 503. (1 image still open)"
    assert 405 <= world.clock.monotonic() < 470


@with_world()
async def test_an_api_that_takes_a_minute_is_waited_for(world: World) -> None:
    world.api.latency_s = 60.0
    world.answer(lambda jobid, _: failed(jobid))
    await world.start()
    await world.track(ONE)
    assert await world.idle.wait(None, 5, never()) is None


@pytest.mark.parametrize(("bytes_per_s", "is_given_up"), [(100, True), (100_000, False)])
@with_world()
async def test_bytes_of_an_image_are_progress_as_far_as_they_lead_anywhere(
    world: World, bytes_per_s: int, is_given_up: bool
) -> None:
    """Another image of the job fails all the while; this one was begun before."""
    slow = "https://b.example.com/2"
    world.source.script[URL] = [TryLater("The image host answered 503.")]
    world.source.script[slow] = [TryLater("The connection was cut."), world.source.whole()]
    await world.add_completed(URL, slow)
    await world.start()
    await world.advance(1)
    world.source.latency_s = 100.0

    async def flow() -> None:
        for second in range(120):
            world.source.here[slow] = second * bytes_per_s
            await world.advance(1)

    world.supervisor.spawn(flow(), "flow")
    reason = await world.idle.wait(None, 30, never())
    assert (reason or "").startswith("Gave up: ")
    assert (world.clock.monotonic() < 60) is is_given_up


@pytest.mark.parametrize("give_up_s", [5, 30])
@with_world()
async def test_an_api_that_knows_no_job_ends_it(world: World, give_up_s: int) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.track_many(6)
    reason = await world.idle.wait(None, give_up_s, never())
    assert (reason or "").startswith("Gave up: The API has no record of one job after another")
    assert (reason or "").endswith("(6 jobs still open)")
    assert world.clock.monotonic() == pytest.approx(give_up_s, abs=3)
