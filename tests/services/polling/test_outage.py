"""Outages and sleep, with hundreds of jobs and images waiting: few requests while it lasts, and no
burst when it is over."""

from __future__ import annotations

import asyncio
import itertools
import random

import pytest
from fakes import created, failed, job_id
from world import World, with_world

from dreamina_desktop.core.jobs.answer import JobAnswer, NotFound, Trouble, TryLater
from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.services.downloads import downloader
from dreamina_desktop.services.session.messages import Condition
from dreamina_desktop.services.traffic.poll_status import Connection, PollLimits

NO_NETWORK = Trouble("The API does not answer: no route.", network=True)
OUTAGES = (
    (NO_NETWORK, 0.01),  # and how long each takes
    (Trouble("The API does not answer: no answer in time.", network=True), 30.0),
    (Trouble("The API answered 503."), 0.05),
    (Trouble("The API answered 596: Session expired"), 0.05),
    (Trouble("The API answered 200 with a web page instead of a record."), 0.05),
)
outages = pytest.mark.parametrize(("trouble", "latency_s"), OUTAGES)


class Outage:
    """Every request fails for so long, then none does."""

    def __init__(self, world: World, trouble: Trouble, latency_s: float, lasts_s: float) -> None:
        self.ends_at = world.clock.monotonic() + lasts_s
        self.answered: dict[str, float] = {}
        self._world = world
        self._trouble = trouble
        world.api.counts = False
        world.api.latency_s = latency_s
        world.answer(self._answer)

    def _answer(self, jobid: str, _before: int) -> JobAnswer:
        now = self._world.clock.monotonic()
        if now < self.ends_at:
            return self._trouble
        self._world.api.latency_s = 0.05
        self.answered[jobid] = now
        return failed(jobid)


def busiest_second(times: list[float]) -> int:
    """The most requests that start within any second."""
    return max(sum(at <= other < at + 1 - 1e-9 for other in times) for at in times)


@outages
@with_world()
async def test_ten_minutes_with_500_jobs_cost_few_requests_and_end_without_a_burst(
    world: World, trouble: Trouble, latency_s: float
) -> None:
    outage = Outage(world, trouble, latency_s, lasts_s=600)
    await world.start()
    await world.track_many(500)
    await world.advance(599)
    in_vain = len(world.api.asked)
    assert in_vain <= 60
    called = Connection.OFFLINE if trouble.network else Connection.DOWN
    assert world.poller.status.connection is called
    assert world.holds(Condition.OFFLINE if trouble.network else Condition.DOWN)
    assert world.poller.status.reason
    assert all(world.poller.failing_for(number) is not None for number in (1, 250, 500))

    longest_probe_s = 30 if trouble.network else 300
    await world.advance(1 + longest_probe_s + latency_s + 500 / 4 + 1)
    assert len(outage.answered) == 500
    began = min(outage.answered.values())
    assert max(outage.answered.values()) - began <= 500 / 4 + 1
    times = [at for at, _ in world.api.asked[in_vain:]]
    assert busiest_second(times) <= 4
    assert min(later - at for at, later in itertools.pairwise(times)) >= 0.25 - 1e-9
    assert world.poller.status.connection is Connection.ONLINE
    assert world.messages.lasting is None
    assert world.poller.status.polling == 0


@outages
@with_world()
async def test_an_outage_amid_the_work_has_the_same_end(
    world: World, trouble: Trouble, latency_s: float
) -> None:
    """Jobs that ran well before it: their further looks, not their first ones, are due after."""
    world.api.counts = False
    await world.start()
    await world.track_many(500)
    await world.advance(300)
    before = len(world.api.asked)
    outage = Outage(world, trouble, latency_s, lasts_s=600)
    await world.advance(600)
    assert len(world.api.asked) - before <= 60
    longest_probe_s = 30 if trouble.network else 300
    await world.advance(longest_probe_s + latency_s + 500 / 4 + 1)
    assert len(outage.answered) == 500
    assert max(outage.answered.values()) - min(outage.answered.values()) <= 500 / 4 + 1


@outages
@with_world(limits=PollLimits(interval_s=0.2, per_second=None))
async def test_without_a_ceiling_requests_start_slowly_after_an_outage(
    world: World, trouble: Trouble, latency_s: float
) -> None:
    outage = Outage(world, trouble, latency_s, lasts_s=60)
    await world.start()
    await world.track_many(500)
    await world.advance(60)
    assert len(world.api.asked) <= 60
    await world.advance(120)
    assert len(outage.answered) == 500
    began = min(outage.answered.values())
    starts = [at for at, _ in world.api.asked if at >= began]
    # The first good answer lets one request go on, that one two, and those four.
    for in_s, most in ((0.04, 1), (0.09, 3), (0.14, 7)):
        assert sum(at < began + in_s for at in starts) <= most
    assert world.api.most_under_way == 8


@with_world()
async def test_bad_answers_about_one_job_among_good_ones_stop_nothing(world: World) -> None:
    bad = job_id(1)
    world.answer(
        lambda jobid, _: Trouble("The API answered 500.") if jobid == bad else created(jobid)
    )
    await world.start()
    await world.track_many(3)
    await world.advance(600)
    assert world.poller.status.connection is Connection.ONLINE
    assert len(world.api.times(job_id(2))) > 30
    assert world.poller.failing_for(2) is None
    assert world.poller.failing_for(1) == pytest.approx(600, abs=1)


@pytest.mark.parametrize(
    "answer", [NotFound(), Trouble("The API answered 422: What?", of_request=True)]
)
@with_world()
async def test_what_is_not_the_origins_trouble_does_not_count(
    world: World, answer: JobAnswer
) -> None:
    world.answer(lambda *_: answer)
    await world.start()
    await world.track_many(40)
    await world.advance(9.9)
    assert len(world.api.asked) == 40
    assert world.poller.status.connection is Connection.ONLINE


@with_world()
async def test_a_new_job_does_not_wait_for_the_next_probe(world: World) -> None:
    outage = Outage(world, Trouble("The API answered 503."), 0.05, lasts_s=400)
    await world.start()
    await world.track_many(10)
    await world.advance(405)
    assert world.poller.status.next_in_s is not None
    assert world.poller.status.next_in_s > 60
    await world.track(job_id(11))
    await world.advance(0.1)
    assert job_id(11) in outage.answered


@pytest.mark.parametrize("how", ["resume", "token", "check now"])
@with_world()
async def test_what_the_user_does_does_not_wait_for_the_next_probe_either(
    world: World, how: str
) -> None:
    outage = Outage(world, Trouble("The API answered 503."), 0.05, lasts_s=400)
    await world.start()
    await world.track_many(10)
    await world.advance(405)
    assert (world.poller.status.next_in_s or 0) > 60
    if how == "resume":
        world.poller.pause()
        world.poller.resume()
    elif how == "token":
        await world.token.try_and_keep("user:12345-another")
    else:
        world.poller.check_now([1])
    await world.advance(0.4)
    assert outage.answered


@with_world()
async def test_after_an_outage_nobody_waits_out_his_own_back_off(world: World) -> None:
    """Two jobs: each failed again and again, and would wait for minutes."""
    outage = Outage(world, Trouble("The API answered 503."), 0.05, lasts_s=500)
    await world.start()
    await world.track_many(2)
    await world.advance(505)
    assert (world.poller.due_in(2) or 0) > 60
    assert outage.answered == {}
    world.poller.check_now([1])
    await world.advance(1)
    assert len(outage.answered) == 2


@with_world()
async def test_a_wait_for_nothing_but_an_api_that_is_down_is_given_up(world: World) -> None:
    Outage(world, Trouble("The API answered 503."), 0.05, lasts_s=1e9)
    await world.start()
    await world.track_many(500)
    began = world.clock.monotonic()
    said = await world.idle.wait(None, 300, asyncio.Event())
    assert said == "Gave up: The API answered 503. (500 jobs still open)"
    assert world.clock.monotonic() - began == pytest.approx(300, abs=5)


# -- sleep -------------------------------------------------------------------------------------


@with_world()
async def test_after_a_night_of_sleep_500_jobs_come_back_without_a_burst(world: World) -> None:
    world.api.counts = False
    await world.start()
    await world.track_many(500)
    await world.advance(300)
    before = len(world.api.asked)
    world.api.latency_s = 3.0
    world.api.most_under_way = 0
    world.answer(lambda jobid, _: failed(jobid))
    world.clock.sleep_machine(8 * 3600)
    await world.advance(3.0)
    assert world.api.most_under_way == 1  # then one more with each good answer
    await world.advance(500 / 8 * 3 + 10)
    times = [at for at, _ in world.api.asked[before:]]
    assert busiest_second(times) <= 4
    assert world.poller.status.polling == 0


@with_world()
async def test_a_machine_that_wakes_without_a_network_goes_on_soon_after_it_has_one(
    world: World,
) -> None:
    await world.start()
    await world.track_many(50)
    await world.advance(60)
    outage = Outage(world, NO_NETWORK, 0.01, lasts_s=8 * 3600 + 20)
    world.clock.sleep_machine(8 * 3600)
    before = len(world.api.asked)
    await world.advance(20)
    assert len(world.api.asked) - before <= 10
    await world.advance(20)
    assert outage.answered


@with_world()
async def test_a_probe_that_was_far_off_comes_at_once_after_a_sleep(world: World) -> None:
    outage = Outage(world, Trouble("The API answered 503."), 0.05, lasts_s=650)
    await world.start()
    await world.track_many(20)
    await world.advance(640)
    assert (world.poller.status.next_in_s or 0) > 100
    world.clock.sleep_machine(60)
    await world.advance(3)
    assert outage.answered


# -- image hosts -------------------------------------------------------------------------------


def urls(host: str, count: int) -> list[str]:
    return [f"https://{host}.example.com/{n}" for n in range(count)]


@pytest.mark.parametrize("network", [False, True])
@with_world()
async def test_an_image_host_that_is_down_gets_few_requests_and_the_others_go_on(
    world: World, network: bool
) -> None:
    down, up = urls("down", 200), urls("up", 20)
    for url in down:
        world.source.script[url] = [TryLater("The image host answered 503.", network=network)]
    await world.add_completed(*down)
    await world.add_completed(*up, index=2)
    await world.start(polls=False)
    await world.advance(600)
    assert all(image.state is ImageState.SAVED for image in world.job(2).images)
    in_vain = [at for at, url in world.source.fetched if "down" in url]
    assert len(in_vain) <= (40 if network else 20)
    key = world.job(1).images[199].key
    assert world.downloader.failing_for(key) == pytest.approx(600, abs=3)

    world.source.script.clear()
    before = len(world.source.fetched)
    await world.advance(30 if network else 300)
    await world.advance(60)
    assert all(image.state is ImageState.SAVED for image in world.job(1).images)
    times = [at for at, _ in world.source.fetched[before:]]
    assert times[1] - times[0] >= 0.2  # the first one had to end well
    assert sum(at < times[1] + 0.2 - 1e-9 for at in times) == 2
    assert world.downloader.failing_for(key) is None


@with_world()
async def test_a_bad_image_among_good_ones_does_not_stop_its_host(world: World) -> None:
    bad, *good = urls("a", 21)
    world.source.script[bad] = [TryLater("The image host answered 500.")]
    await world.add_completed(bad, *good)
    await world.start(polls=False)
    await world.advance(10)
    assert sum(image.state is ImageState.SAVED for image in world.job().images) == 20
    assert world.downloader.failing_for(world.image(1, 20).key) is None


@with_world()
async def test_a_pause_that_a_host_asks_for_is_not_its_failure(world: World) -> None:
    first, *others = urls("a", 8)
    for url in (first, *others):
        world.source.script[url] = [TryLater("429", 2.0), world.source.whole()]
    await world.add_completed(first, *others)
    await world.start(polls=False)
    await world.advance(60)
    assert all(image.state is ImageState.SAVED for image in world.job().images)


@with_world()
async def test_images_of_a_host_that_works_by_halves_are_retried_within_a_budget(
    world: World,
) -> None:
    """Two good ones a second come, and forty bad ones among them."""
    good, bad = urls("a", 120), [f"{url}/bad" for url in urls("a", 40)]
    for url in bad:
        world.source.script[url] = [TryLater("The image host answered 500.")]
    await world.start(polls=False)
    for index, url in enumerate(good):
        await world.add_completed(url, *bad[2 * index : 2 * index + 2], index=index + 1)
        await world.advance(0.5)
    asked = world.source.urls()
    assert sum(url in good for url in asked) == 120
    retries = sum(url in bad for url in asked) - 40
    assert 30 <= retries <= 10 + (120 + 40) / 5 + 10


@with_world()
async def test_images_behind_forty_that_fail_for_ever_do_not_wait_for_those(world: World) -> None:
    """The host seems to be down, and is probed with any image, not always with the first."""
    world.downloader._jitter = random.Random(1).random
    images = urls("a", 60)
    for url in images[:40]:
        world.source.script[url] = [TryLater("The image host answered 500.")]
    await world.add_completed(*images)
    await world.start(polls=False)
    await world.advance(150)
    assert sum(image.state is ImageState.SAVED for image in world.job().images) == 20


@with_world()
async def test_a_file_that_waits_for_its_record_does_not_wait_for_its_host(world: World) -> None:
    one, other = urls("a", 2)
    world.source.script[other] = [TryLater("429", 3600.0)]
    await world.add_completed(one)
    await world.start(polls=False)
    await world.advance(0.1)
    world.repository.broken = True
    await world.advance(0.5)
    world.repository.broken = False
    await world.add_completed(other, index=2)
    await world.advance(5)
    assert world.image(2).note == "429"
    assert world.image(1).state is ImageState.SAVED


@with_world()
async def test_downloads_go_on_at_once_after_a_sleep(world: World) -> None:
    down = urls("down", 6)
    for url in down:
        world.source.script[url] = [TryLater("The image host answered 503.")]
    await world.add_completed(*down)
    await world.start(polls=False)
    await world.advance(600)
    world.source.script.clear()
    await world.advance(30)
    assert all(image.state is ImageState.PENDING for image in world.job().images)
    world.clock.sleep_machine(60)
    await world.advance(5)
    assert all(image.state is ImageState.SAVED for image in world.job().images)


@with_world()
async def test_images_of_a_host_that_is_down_are_not_looked_at_again_and_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of them would keep the window from ever having its turn."""
    monkeypatch.setattr(downloader, "LOOKS", 10)
    images = urls("a", 200)
    for url in images:
        world.source.script[url] = [TryLater("The image host answered 500.")]
    looks: list[ImageKey] = []
    start = world.downloader._start
    monkeypatch.setattr(
        world.downloader, "_start", lambda key, now: (looks.append(key), start(key, now))
    )
    await world.add_completed(*images)
    await world.start(polls=False)
    await world.advance(1800)
    asked = len(world.source.urls())
    assert 5 < asked < 100
    assert len(looks) < len(images) + 3 * asked
    for url in images:
        world.source.script[url] = []
    await world.advance(1800)
    assert all(image.state is ImageState.SAVED for image in world.job().images)
