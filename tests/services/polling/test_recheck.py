"""Many jobs are asked about again, by hand."""

from __future__ import annotations

from fakes import failed, job_id
from world import World, with_world

from dreamina_desktop.core.jobs.answer import Trouble
from dreamina_desktop.services.polling.recheck import FEW
from dreamina_desktop.services.session.messages import Remedy

COUNT = 3 * FEW
TROUBLE = Trouble("The API answered 400.", of_request=True)  # about this job alone


async def finished(world: World) -> range:
    """So many failed jobs, each of which was asked once."""
    await world.start()
    await world.track_many(COUNT)
    await world.advance(2 * COUNT)
    assert len(world.api.asked) == COUNT
    return range(1, COUNT + 1)


@with_world()
async def test_many_are_asked_with_their_progress_and_an_end(world: World) -> None:
    world.answer(lambda jobid, _: failed(jobid))
    world.recheck.start(await finished(world))
    await world.advance(COUNT / 10)
    progress = world.messages.lasting
    assert progress is not None
    assert progress.text.startswith(f"Checking {COUNT} jobs again: ")
    assert progress.remedy is Remedy.STOP
    await world.advance(2 * COUNT)
    assert len(world.api.asked) == 2 * COUNT
    assert world.messages.lasting is None
    assert world.said[-1] == f"{COUNT} jobs were checked."


@with_world()
async def test_stopped_the_rest_is_not_asked(world: World) -> None:
    world.answer(lambda jobid, _: failed(jobid))
    world.recheck.start(await finished(world))
    await world.advance(COUNT / 10)
    world.recheck.stop()
    asked = len(world.api.asked)
    assert COUNT < asked < 2 * COUNT
    await world.advance(2 * COUNT)
    assert len(world.api.asked) == asked
    assert world.messages.lasting is None
    assert world.said[-1].startswith("Stopped: ")
    assert not world.poller.asked_by_hand


@with_world()
async def test_stopping_leaves_what_polls_to_its_turn(world: World) -> None:
    await world.start(polls=False)
    await world.track_many(COUNT)
    world.recheck.start(range(1, COUNT + 1))
    await world.advance(0)
    world.recheck.stop()
    assert world.poller.status.polling == COUNT
    assert world.poller.due_in(1) == 0


@with_world()
async def test_failures_are_counted_and_not_said_one_by_one(world: World) -> None:
    world.answer(lambda jobid, n: TROUBLE if n else failed(jobid))
    world.recheck.start(await finished(world))
    before = len(world.said)
    for _ in range(100):
        await world.advance(COUNT)
    assert (
        world.said[-1]
        == f"{COUNT} jobs were checked, but {COUNT} of them gave no answer that helps."
    )
    assert len(world.said) - before < FEW


@with_world()
async def test_few_are_asked_without_a_word(world: World) -> None:
    world.answer(lambda jobid, _: failed(jobid))
    await finished(world)
    world.recheck.start([1, 2])
    await world.advance(10)
    assert [jobid for _, jobid in world.api.asked[COUNT:]] == [job_id(1), job_id(2)]
    assert world.messages.lasting is None
