from __future__ import annotations

from world import World, with_world

from dreamina_desktop.services.session.messages import Condition
from dreamina_desktop.services.traffic.poll_status import PollLimits
from dreamina_desktop.services.traffic.rate_gate import Origin


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
        made.failed("No route.", network=True)
        await world.advance(1)
        assert made.is_offline is expected
    assert made.failing_since == 0.0
    assert made.reason == "No route."
    assert not made.is_down
    assert made.opens_at(7) == 0.0
    assert world.holds(Condition.OFFLINE) == (
        "No route. Checking goes on by itself when there is a connection."
    )
    assert made.reached()
    assert not made.is_offline
    assert made.failing_since is None
    assert not made.reached()


@with_world()
async def test_it_is_down_after_five_failures_of_any_kind(world: World) -> None:
    made = origin(world)
    for network in (True, True, False, True, False):
        assert not made.is_down
        made.failed("The API answered 503: Busy", network=network)
    assert made.is_down
    assert not made.is_offline
    assert made.opens_at(0) == 5.0
    assert made.opens_at(1) is None
    assert world.holds(Condition.DOWN) == (
        "The API answered 503: Busy. Checking goes on by itself when the API works again."
    )
    made.reached()
    assert made.is_down  # a bad answer is an answer, and no good one
    assert made.answered_well()
    assert not made.is_down
    assert made.failing_since is None
    assert world.holds(Condition.DOWN) is None
    assert not made.answered_well()


@with_world()
async def test_when_nothing_is_to_be_asked_nothing_is_said(world: World) -> None:
    made = origin(world)
    made.throttled(600.0)
    for _ in range(5):
        made.failed("No route.", network=True)
    assert world.holds(Condition.THROTTLED)
    assert world.holds(Condition.OFFLINE)
    made.failed("The API answered 503.", network=False)
    assert world.holds(Condition.DOWN)
    made.nothing_to_ask()
    assert world.messages.lasting is None
    assert made.is_throttled
    assert made.is_down
