from __future__ import annotations

import pytest
from fakes import created, job_id
from world import World, with_world

from dreamina_desktop.core.jobs.answer import JobAnswer, Trouble
from dreamina_desktop.services.traffic.poll_status import PollLimits
from dreamina_desktop.services.traffic.retry_budget import PER_MINUTE, SAVED, SHARE, RetryBudget

BAD = Trouble("The API answered 500.")


@with_world()
async def test_a_fresh_budget_lets_ten_retries_through_and_then_one_every_six_seconds(
    world: World,
) -> None:
    budget = RetryBudget(world.clock)
    for _ in range(10):
        assert budget.opens_at() <= world.clock.monotonic()
        budget.spend()
    assert budget.opens_at() == pytest.approx(6.0)
    await world.advance(3)
    assert budget.opens_at() == pytest.approx(6.0)
    await world.advance(3.001)
    assert budget.opens_at() <= world.clock.monotonic()


@with_world()
async def test_five_other_requests_allow_one_retry(world: World) -> None:
    budget = RetryBudget(world.clock)
    for _ in range(10):
        budget.spend()
    for _ in range(4):
        budget.earn()
    assert budget.opens_at() > world.clock.monotonic()
    budget.earn()
    assert budget.opens_at() == pytest.approx(world.clock.monotonic())


@with_world()
async def test_a_long_calm_saves_ten(world: World) -> None:
    budget = RetryBudget(world.clock)
    await world.advance(3600)
    for _ in range(10):
        assert budget.opens_at() <= world.clock.monotonic()
        budget.spend()
    assert budget.opens_at() > world.clock.monotonic()


@with_world()
async def test_many_good_requests_save_fifty(world: World) -> None:
    budget = RetryBudget(world.clock)
    for _ in range(1000):
        budget.earn()
    await world.advance(3600)
    for _ in range(50):
        assert budget.opens_at() <= world.clock.monotonic()
        budget.spend()
    assert budget.opens_at() > world.clock.monotonic()


@with_world()
async def test_on_loopback_there_is_no_bound(world: World) -> None:
    budget = RetryBudget(world.clock, limited=False)
    for _ in range(1000):
        budget.spend()
    assert budget.opens_at() == 0.0


@pytest.mark.parametrize("good_each", [2, 3, 5])
@with_world()
async def test_an_origin_that_works_by_halves_gets_fewer_requests_not_more(
    world: World, good_each: int
) -> None:
    """So many in a row fail that the breaker stays closed."""
    retries: list[bool] = []
    failed: set[str] = set()

    def script(jobid: str, _before: int) -> JobAnswer:
        retries.append(jobid in failed)
        failed.discard(jobid)
        if len(retries) % good_each == 0:
            return created(jobid)
        failed.add(jobid)
        return BAD

    world.api.counts = False
    world.answer(script)
    await world.start()
    await world.track_many(120)
    await world.advance(900)
    many, others = retries.count(True), retries.count(False)
    assert len({jobid for _, jobid in world.api.asked}) == 120
    assert many <= SAVED + SHARE * others + PER_MINUTE * 15
    assert many >= PER_MINUTE * 15  # what is allowed is used


@with_world(limits=PollLimits(interval_s=5.0))
async def test_retries_take_turns_so_that_none_is_forgotten(world: World) -> None:
    """Good answers between keep the breaker closed; forty jobs fail again and again."""
    world.api.counts = False
    good = {job_id(index) for index in range(41, 61)}
    world.answer(lambda jobid, _: created(jobid) if jobid in good else BAD)
    await world.start()
    await world.track_many(60)
    await world.advance(1800)
    asked = [jobid for _, jobid in world.api.asked]
    counts = [asked.count(job_id(index)) for index in range(1, 41)]
    assert max(counts) - min(counts) <= 2
    others = sum(jobid in good for jobid in asked) + 40
    assert sum(counts) - 40 <= SAVED + SHARE * others + PER_MINUTE * 30
