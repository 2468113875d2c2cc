"""Clocks that are wrong or that are set: the schedule does not look at them, and the server's times
are read by the server's clock."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from fake_clock import WALL_AT_START
from fakes import FakeRepository, found, job_id, raw_record
from world import World, with_world

from dreamina_desktop.core.jobs.answer import LinkDied, NotFound
from dreamina_desktop.core.jobs.job import Tracking
from dreamina_desktop.services.traffic.server_clock import ServerClock

ONE = job_id(1)
TWO_DAYS = 2 * 86400.0
jumps = pytest.mark.parametrize("jump", [-TWO_DAYS, -3600.0, -5.0, 5.0, 3600.0, TWO_DAYS])


# -- the server's clock ------------------------------------------------------------------------


@with_world()
async def test_before_any_answer_this_machines_clock_is_all_there_is(world: World) -> None:
    server = ServerClock(world.clock)
    assert server.known_time() is None
    assert server.time() == world.clock.time()
    assert server.skew_s == 0.0


@with_world()
async def test_the_servers_clock_goes_on_between_its_answers(world: World) -> None:
    server = ServerClock(world.clock)
    server.heard(WALL_AT_START + TWO_DAYS)
    await world.advance(100)
    assert server.time() == WALL_AT_START + TWO_DAYS + 100
    assert server.skew_s == -TWO_DAYS


@jumps
@with_world()
async def test_setting_this_machines_clock_does_not_set_the_servers(
    world: World, jump: float
) -> None:
    server = ServerClock(world.clock)
    server.heard(WALL_AT_START)
    world.clock.jump(jump)
    assert server.time() == WALL_AT_START
    assert server.skew_s == jump


@with_world()
async def test_whole_seconds_and_slow_answers_do_not_make_it_tremble(world: World) -> None:
    server = ServerClock(world.clock)
    server.heard(WALL_AT_START)
    for late_s in (0.3, 1.7, 0.9):
        await world.advance(10)
        server.heard(world.clock.time() - late_s)
        assert server.skew_s == 0.0
    server.heard(world.clock.time() + 30)
    assert server.skew_s == -30.0


@with_world()
async def test_a_server_without_a_clock_is_not_believed(world: World) -> None:
    server = ServerClock(world.clock)
    server.heard(0.0)
    assert server.time() == world.clock.time()


# -- the schedule ------------------------------------------------------------------------------


@jumps
@with_world()
async def test_a_job_is_not_older_or_younger_after_the_clock_was_set(
    world: World, jump: float
) -> None:
    """An old job is asked less often: old by the time that passed, not by the date."""
    await world.start()
    await world.track(ONE)
    await world.advance(100)
    world.clock.jump(jump)
    await world.advance(70)
    assert len(world.api.times(ONE)) == 17  # each 10.05 s
    await world.advance(700)
    before = len(world.api.times(ONE))
    await world.advance(20)
    assert len(world.api.times(ONE)) == before + 1  # each 20.05 s by now


@with_world()
async def test_a_clock_that_was_ahead_by_days_does_not_make_a_new_job_old(world: World) -> None:
    """It was set right while the program did not run: the server knows when the job began."""
    repository = FakeRepository()
    first = World(repository=repository)
    await first.start()
    await first.track(ONE)
    await first.advance(1)
    await first.end()

    again = World(repository=repository)
    again.clock.jump(TWO_DAYS)
    again.server_clock.heard(WALL_AT_START + again.clock.monotonic())
    born = "2026-03-02T08:26:40.000Z"  # WALL_AT_START
    again.answer(lambda jobid, _: found(raw_record(jobid, created=born)))
    await again.start()
    await again.advance(100)
    assert len(again.api.times(ONE)) == 10
    await again.end()


@with_world()
async def test_another_time_zone_and_summer_time_change_nothing(world: World, zones: None) -> None:
    await world.start()
    await world.track(ONE)
    for zone in ("UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin", "UTC"):
        os.environ["TZ"] = zone
        time.tzset()
        await world.advance(30)
    gaps = list(world.spacing())
    assert len(gaps) == 14
    assert gaps == pytest.approx([10.05] * 14, abs=0.01)


@pytest.fixture
def zones() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


# -- 404 ---------------------------------------------------------------------------------------


@jumps
@with_world()
async def test_two_404_within_seconds_are_not_believed_because_the_clock_was_set(
    world: World, jump: float
) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.advance(100)
    await world.track(ONE)
    await world.advance(1)
    world.clock.jump(jump)
    world.poller.check_now([1])
    await world.advance(1)
    assert len(world.api.asked) == 2
    assert world.job().tracking is Tracking.POLLING
    await world.advance(12)
    assert world.job().tracking is Tracking.NOT_FOUND


@with_world()
async def test_a_404_of_the_last_run_is_confirmed_an_interval_apart_in_this_one(
    world: World,
) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.track(ONE)
    await world.advance(1)
    again = World(repository=world.repository)
    again.answer(lambda *_: NotFound())
    again.clock.jump(TWO_DAYS)
    await again.start()
    await again.advance(5)
    assert again.job().tracking is Tracking.POLLING
    await again.advance(10)
    assert again.job().tracking is Tracking.NOT_FOUND
    await again.end()


@pytest.mark.parametrize("skew_s", [-TWO_DAYS, 40 * 86400.0])
@with_world()
async def test_whether_an_id_is_too_old_is_said_by_the_servers_clock(
    world: World, skew_s: float
) -> None:
    """The date in an ID has no year: for a clock that is behind, today's ID is a year old."""
    world.clock.jump(skew_s)
    world.server_clock.heard(WALL_AT_START)
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.track("j0301140530000000001i-u12345-US:user@example.com-bot:dreamina")  # 1 March
    await world.advance(15)
    assert world.job().tracking is Tracking.NOT_FOUND
    assert "is recent" in world.job().note
    assert "too old" not in world.job().note


# -- links -------------------------------------------------------------------------------------


@pytest.mark.parametrize("skew_s", [-TWO_DAYS, TWO_DAYS])
@with_world()
async def test_when_a_link_has_died_is_told_by_the_servers_clock(
    world: World, skew_s: float
) -> None:
    world.clock.jump(skew_s)
    world.server_clock.heard(WALL_AT_START)
    expired = f"https://a.example.com/1?x-expires={WALL_AT_START - 3600:.0f}"
    refused = f"https://a.example.com/2?x-expires={WALL_AT_START + 3600:.0f}"
    for url in (expired, refused):
        world.source.script[url] = [LinkDied("The image host refused the link (403).")]
    await world.start(polls=False)
    await world.add_completed(expired, refused)
    await world.advance(10)
    for index, at in enumerate((WALL_AT_START - 3600, WALL_AT_START)):
        when = datetime.fromtimestamp(at).astimezone()
        assert f"{when:%Y-%m-%d at %H:%M}" in world.image(1, index).died


@pytest.mark.parametrize("skew_s", [-TWO_DAYS, TWO_DAYS])
@with_world()
async def test_what_must_be_fetched_soon_is_known_by_the_servers_clock(
    world: World, skew_s: float
) -> None:
    world.clock.jump(skew_s)
    world.server_clock.heard(WALL_AT_START)
    await world.start(polls=False)
    world.downloader.pause()
    soon, later, dead = (
        f"https://a.example.com/{n}?x-expires={WALL_AT_START + in_s:.0f}"
        for n, in_s in enumerate((1200, 6 * 86400, -60))
    )
    await world.add_completed(soon, later, dead)
    world.supervisor.spawn(world.deadlines.run(), "deadlines")
    await world.advance(60)
    assert (world.deadlines.status.images, world.deadlines.status.expired) == (1, 1)


@jumps
@with_world()
async def test_what_must_be_fetched_soon_stays_so_when_the_clock_is_set(
    world: World, jump: float
) -> None:
    world.server_clock.heard(WALL_AT_START)
    await world.start(polls=False)
    world.downloader.pause()
    await world.add_completed(f"https://a.example.com/1?x-expires={WALL_AT_START + 1200:.0f}")
    world.supervisor.spawn(world.deadlines.run(), "deadlines")
    await world.advance(60)
    assert world.deadlines.status.images == 1
    world.clock.jump(jump)
    await world.advance(60)
    assert (world.deadlines.status.images, world.deadlines.status.expired) == (1, 0)
