from __future__ import annotations

from fake_clock import WALL_AT_START
from fakes import completed_raw, created, failed, found, job_id
from world import World, with_world

from dreamina_desktop.core.jobs import link_recovery
from dreamina_desktop.core.jobs.answer import LinkDied, NotFound, Trouble, TryLater
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.services.tracking.since_last_run import Meanwhile

OLD = f"https://a.example.com/old?x-expires={WALL_AT_START - 9:.0f}"


async def next_start(world: World) -> World:
    again = World(repository=world.repository)
    await again.library.load()
    Meanwhile(again.library, again.poller, again.messages)
    return again


@with_world()
async def test_one_message_says_what_happened_since_the_last_run(world: World) -> None:
    await world.track_many(4)
    await world.add_completed(OLD, index=90)
    again = await next_start(world)
    again.source.script[OLD] = [LinkDied("The link had expired.")]
    again.answer(
        lambda jobid, _: (
            NotFound()
            if jobid in (job_id(1), job_id(90))
            else created(jobid)
            if jobid == job_id(2)
            else found(completed_raw(jobid, f"https://a.example.com/{jobid[-40:-35]}"))
        )
    )
    await again.start()
    await again.advance(60)
    assert again.said == ["Since the last time: 2 finished, 2 saved, 1 link had expired."]
    await again.end()


@with_world()
async def test_nothing_is_said_when_nothing_was_open(world: World) -> None:
    await world.add_completed(None)
    again = await next_start(world)
    await again.start()
    await again.track(job_id(5))
    await again.advance(60)
    assert again.said == []
    await again.end()


@with_world()
async def test_nothing_is_said_when_nothing_happened(world: World) -> None:
    await world.track_many(2)
    again = await next_start(world)
    await again.start()
    await again.advance(60)
    assert again.said == []
    await again.end()


@with_world()
async def test_without_a_network_it_waits_for_the_answers(world: World) -> None:
    await world.track_many(2)
    again = await next_start(world)
    again.answer(lambda jobid, n: failed(jobid) if n else Trouble("No route.", network=True))
    await again.start()
    await again.advance(5)
    assert again.said == []
    await again.advance(60)
    assert again.said == ["Since the last time: 2 finished."]
    await again.end()


@with_world()
async def test_an_image_that_does_not_come_does_not_hold_the_message_back(world: World) -> None:
    await world.track_many(1)
    await world.add_completed("https://a.example.com/1", index=90)
    again = await next_start(world)
    again.source.script["https://a.example.com/1"] = [TryLater("503")]
    again.answer(lambda jobid, _: failed(jobid))
    await again.start()
    await again.advance(10)
    assert again.said == ["Since the last time: 1 finished."]
    await again.end()


@with_world()
async def test_an_image_at_rest_does_not_hold_the_message_back(world: World) -> None:
    await world.track_many(1)
    await world.add_completed("https://a.example.com/1", index=90)
    key = ImageKey(2, 0)
    await world.library.change_image(
        key, lambda image: link_recovery.unverified(image, "Kept.", rests=True)
    )
    again = await next_start(world)
    again.answer(lambda jobid, _: failed(jobid))
    await again.start()
    await again.advance(10)
    assert again.said == ["Since the last time: 1 finished."]
    await again.end()


@with_world()
async def test_it_waits_for_fresh_links_and_not_for_what_keeps_them_away(world: World) -> None:
    await world.add_completed(OLD, index=90, items=["7"])
    await world.add_completed("https://a.example.com/2", index=91)
    again = await next_start(world)
    again.source.script[OLD] = [LinkDied("The link had expired.")]
    again.answer(lambda *_: Trouble("The API answered 500."))
    await again.start()
    await again.advance(30)
    assert again.said == ["Since the last time: 1 saved, 1 fresh link looked for."]
    await again.end()
