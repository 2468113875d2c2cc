"""What closing the window does, and what it would leave undone."""

from __future__ import annotations

import pytest
from fakes import completed, created, job_id
from world import World, with_world

from dreamina_desktop.core.jobs.answer import Refused, TryLater
from dreamina_desktop.services.tracking.background import OnClose, Unfinished

URL = "https://a.example.com/1"


async def run_jobs(world: World) -> None:
    """Two jobs that run, and one whose image does not come."""
    world.source.script[URL] = [TryLater("The image host answered 503.")]
    world.answer(lambda jobid, _: completed(jobid, URL) if jobid == job_id(1) else created(jobid))
    await world.start()
    await world.track_many(3)
    await world.advance(5)


@with_world()
async def test_with_nothing_open_closing_ends_the_program(world: World) -> None:
    await world.start()
    await world.track(job_id(1))
    world.answer(lambda jobid, _: completed(jobid, URL))
    await world.advance(20)
    assert world.background.on_close() is OnClose.QUIT


@with_world()
async def test_with_work_open_it_is_offered_until_it_is_decided(world: World) -> None:
    await run_jobs(world)
    assert world.background.unfinished() == Unfinished(jobs=2, images=1)
    assert world.background.on_close() is OnClose.OFFER
    assert world.background.on_close() is OnClose.OFFER
    world.background.decide(keeps=False)
    assert world.background.on_close() is OnClose.QUIT


@with_world()
async def test_once_it_is_wanted_closing_hides_also_with_nothing_open(world: World) -> None:
    await world.start()
    world.background.decide(keeps=True)
    assert world.background.keeps
    assert world.background.on_close() is OnClose.HIDE
    await world.advance(1)
    assert world.settings.values["background"] is True


@with_world(demo=True)
async def test_a_demo_is_neither_offered_nor_kept(world: World) -> None:
    await run_jobs(world)
    assert world.background.on_close() is OnClose.QUIT
    world.background.decide(keeps=True)
    assert world.background.on_close() is OnClose.QUIT
    assert not world.background.keeps


@with_world()
async def test_while_it_is_paused_nothing_would_go_on(world: World) -> None:
    await run_jobs(world)
    world.poller.pause()
    world.downloader.pause()
    assert world.background.on_close() is OnClose.QUIT


@with_world(given=None)
async def test_jobs_that_cannot_be_asked_do_not_count(world: World) -> None:
    await world.start()
    await world.track_many(2)
    await world.advance(1)
    assert world.background.on_close() is OnClose.QUIT


@with_world()
async def test_images_count_also_when_the_token_is_refused(world: World) -> None:
    world.source.script[URL] = [TryLater("The image host answered 503.")]
    world.answer(lambda *_: Refused(401, "Unauthorized"))
    await world.start()
    await world.add_completed(URL)
    await world.track(job_id(2))
    await world.advance(5)
    assert world.background.unfinished() == Unfinished(jobs=0, images=1)
    assert world.background.on_close() is OnClose.OFFER


@with_world()
async def test_the_system_is_asked_about_the_start_at_login_and_written_when_it_differs(
    world: World,
) -> None:
    assert not await world.background.starts_at_login()
    await world.background.start_at_login(False)
    assert world.autostart.writes == 0
    await world.background.start_at_login(True)
    assert await world.background.starts_at_login()
    world.autostart.broken = True
    with pytest.raises(OSError, match="cannot be written"):
        await world.background.start_at_login(False)


@with_world()
async def test_a_setting_of_another_kind_means_undecided(world: World) -> None:
    world.settings.values = {"background": "yes"}
    await world.preferences.load()
    assert world.preferences.background is None
