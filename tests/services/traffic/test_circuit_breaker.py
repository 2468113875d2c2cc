from __future__ import annotations

from collections.abc import Callable

import pytest
from world import World, with_world

from dreamina_desktop.services.traffic.circuit_breaker import Breaker

INTERVAL_S = 10.0


def breaker(world: World, jitter: Callable[[], float] = lambda: 0.0) -> Breaker:
    return Breaker(world.clock, jitter)


def fail(made: Breaker, times: int = 1, *, network: bool = False) -> None:
    for _ in range(times):
        made.failed(INTERVAL_S, network=network)


@with_world()
async def test_it_opens_after_five_failures_in_a_row(world: World) -> None:
    made = breaker(world)
    fail(made, 4)
    assert not made.is_open
    assert made.opens_at(7, 8) == 0.0
    fail(made)
    assert made.is_open
    assert made.opens_at(0, 8) == 5.0
    assert made.opens_at(1, 8) is None


@with_world()
async def test_failures_with_good_answers_between_never_open_it(world: World) -> None:
    made = breaker(world)
    for _ in range(50):
        fail(made, 4)
        assert not made.succeeded()
    assert not made.is_open
    assert made.opens_at(7, 8) == 0.0


@pytest.mark.parametrize(
    ("network", "expected"),
    [(False, [5, 10, 20, 40, 80, 160, 300, 300]), (True, [5, 10, 20, 30, 30, 30, 30, 30])],
)
@with_world()
async def test_probes_that_fail_are_further_and_further_apart(
    world: World, network: bool, expected: list[float]
) -> None:
    made = breaker(world)
    fail(made, 5, network=network)
    waits = []
    for _ in expected:
        opens_at = made.opens_at(0, 8)
        assert opens_at is not None
        waits.append(opens_at - world.clock.monotonic())
        await world.advance(waits[-1])
        fail(made, network=network)
    assert waits == expected


@with_world()
async def test_the_distance_has_jitter_and_is_never_longer_than_its_longest(world: World) -> None:
    made = breaker(world, lambda: 1.0)
    fail(made, 5)
    assert made.opens_at(0, 8) == pytest.approx(5.5)
    for _ in range(8):
        await world.advance((made.opens_at(0, 8) or 0.0) - world.clock.monotonic())
        fail(made)
    assert (made.opens_at(0, 8) or 0.0) - world.clock.monotonic() == pytest.approx(270)


@with_world()
async def test_answers_to_requests_from_before_do_not_lengthen_the_distance(world: World) -> None:
    made = breaker(world)
    fail(made, 5)
    await world.advance(1)
    fail(made, 3)
    assert made.opens_at(0, 8) == 5.0


@with_world()
async def test_a_good_answer_closes_it_and_requests_start_slowly(world: World) -> None:
    made = breaker(world)
    fail(made, 9)
    assert made.succeeded()
    assert not made.is_open
    assert made.failing_since is None
    for under_way in (1, 2, 3):
        assert made.opens_at(under_way, 8) is None
        assert made.opens_at(under_way - 1, 8) == 0.0
        assert not made.succeeded()
    for _ in range(20):
        made.succeeded()
    assert made.opens_at(7, 8) == 0.0
    assert made.opens_at(8, 8) is None


@with_world()
async def test_a_failure_during_a_slow_start_begins_it_anew(world: World) -> None:
    made = breaker(world)
    fail(made, 5)
    for _ in range(4):
        made.succeeded()
    fail(made)
    assert made.opens_at(0, 8) == 0.0
    assert made.opens_at(1, 8) is None


@with_world()
async def test_after_an_outage_the_next_one_begins_with_a_short_distance(world: World) -> None:
    made = breaker(world)
    fail(made, 5)
    for _ in range(6):
        await world.advance(300)
        fail(made)
    made.succeeded()
    fail(made, 5)
    assert (made.opens_at(0, 8) or 0.0) - world.clock.monotonic() == 5.0


@with_world()
async def test_a_hurry_does_not_wait_with_the_next_probe(world: World) -> None:
    made = breaker(world)
    fail(made, 5)
    made.hurry()
    assert made.opens_at(0, 8) == 0.0
    assert made.opens_at(1, 8) is None


@with_world()
async def test_it_knows_since_when_it_fails(world: World) -> None:
    made = breaker(world)
    await world.advance(7)
    fail(made)
    await world.advance(7)
    fail(made)
    assert made.failing_since == 7
