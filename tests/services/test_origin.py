from __future__ import annotations

import pytest
from fake_clock import FakeClock
from world import World, with_world

from dreamina_desktop.services.hosts import Hosts
from dreamina_desktop.services.messages import Condition
from dreamina_desktop.services.origin import Origin
from dreamina_desktop.services.poll_status import PollLimits


def origin(world: World) -> Origin:
    return Origin(PollLimits(), world.messages, world.clock, lambda: 0.0)


@with_world()
async def test_the_ceiling_is_a_distance_between_starts(world: World) -> None:
    made = origin(world)
    made.started()
    assert made.opens_at(1) == 0.25
    await world.advance(10)
    made.started()
    assert made.opens_at(1) == 10.25
    assert made.opens_at(8) is None


@with_world()
async def test_it_is_offline_after_three_requests_without_an_answer(world: World) -> None:
    made = origin(world)
    for expected in (False, False, True):
        made.unreachable("No route.")
        await world.advance(1)
        assert made.is_offline is expected
    assert made.offline_since == 0.0
    assert made.opens_at(0) == 12.0
    assert made.opens_at(1) is None
    assert made.reached()
    assert not made.is_offline
    assert not made.reached()


@with_world()
async def test_when_nothing_is_to_be_asked_nothing_is_said(world: World) -> None:
    made = origin(world)
    made.throttled(600.0)
    assert world.holds(Condition.THROTTLED)
    made.nothing_to_ask()
    assert world.holds(Condition.THROTTLED) is None
    assert made.is_throttled


@with_world()
async def test_hosts_wait_for_themselves(world: World) -> None:
    hosts = Hosts(FakeClock())
    assert hosts.wait("https://a.example.com/1", 60.0) == 60.0
    assert hosts.wait("https://A.example.com/2", 5.0) == 60.0
    assert hosts.opens_at("https://a.example.com/3") == 60.0
    assert hosts.opens_at("https://b.example.com/3") == 0.0
    assert hosts.opens_at("https://[") == 0.0
    assert hosts.wait("https://b.example.com/1", 1e9) == pytest.approx(3600)
