"""Links that died: what is asked, how often, and what becomes of the images."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from fake_clock import WALL_AT_START
from fakes import ACCOUNT, FakeSettings, completed_raw, created, found, job_id
from world import World, with_world

from dreamina_desktop.core.jobs.answer import (
    JobAnswer,
    LinkDied,
    NotFound,
    Refused,
    Throttled,
    Trouble,
    TryLater,
)
from dreamina_desktop.core.jobs.history import Asset, AssetPage, HistoryAnswer, NoHistory
from dreamina_desktop.core.jobs.job import ImageKey, ImageState, Search

DEAD = LinkDied("The link had expired.")
MADE = datetime(2026, 3, 2, 12, tzinfo=UTC)  # the records' `created`
TWO = "CA:studio@example.com"
ONE_ACCOUNT = "Unable to find configuration for account"


def old(name: str) -> str:
    return f"https://a.example.com/{name}?x-expires={WALL_AT_START - 60:.0f}"


def new(name: str) -> str:
    return f"https://b.example.com/{name}"


def page(*names: str, more: str | None = None, at: datetime = MADE) -> AssetPage:
    return AssetPage(tuple(Asset(name, new(name)) for name in names), more, at)


async def add_dead(world: World, *names: str, index: int = 1) -> None:
    """A finished job whose links have died; its images' items have the same names. The job is
    asked again in vain."""
    for name in names:
        world.source.script[old(name)] = [DEAD]
    await world.add_completed(*map(old, names), index=index, items=names)
    raws = {job.jobid: world.repository.raw[job.number] for job in world.repository.jobs.values()}
    world.answer(lambda jobid, _: found(raws[jobid]) if jobid in raws else created(jobid))


async def idle(world: World, give_up_s: float = 300.0) -> str | None:
    return await world.idle.wait(None, give_up_s, asyncio.Event())


def states(world: World) -> list[ImageState]:
    return [image.state for job in world.repository.jobs.values() for image in job.images]


def offsets(world: World) -> list[str | None]:
    return [offset for _, _, offset in world.api.walked]


# -- what is found -----------------------------------------------------------------------------


@with_world()
async def test_an_image_whose_link_died_is_saved_by_the_one_in_the_history(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("6", "7", more="100")
    await world.start()
    assert await idle(world) is None
    assert states(world) == [ImageState.SAVED]
    assert world.source.urls() == [old("7"), new("7")]
    assert len(world.api.asked) == 1
    assert [(account, offset) for _, account, offset in world.api.walked] == [(ACCOUNT, None)]
    assert world.image().note == ""


@with_world()
async def test_while_it_is_looked_for_the_image_is_pending_and_says_so(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("7")
    await world.start()
    await world.advance(1.5)
    assert world.image().state is ImageState.PENDING
    assert world.image().note == "The link no longer works. A fresh one is being looked for."
    assert world.downloader.status.pending == 0


@with_world()
async def test_what_is_not_in_the_history_is_lost_with_the_reason_and_the_time(
    world: World,
) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("6")
    await world.start()
    assert await idle(world) is None
    assert states(world) == [ImageState.LOST]
    assert world.image().note.startswith("The link had expired on 2026-03-0")
    assert world.image().note.endswith(", and no fresh one was found.")
    assert world.image().entry.asset_ref


@with_world()
async def test_a_job_that_the_server_has_forgotten_is_looked_for_in_the_history(
    world: World,
) -> None:
    await add_dead(world, "7")
    world.answer(lambda *_: NotFound())
    world.api.history = lambda *_: page("7")
    await world.start()
    assert await idle(world) is None
    assert states(world) == [ImageState.SAVED]


@with_world()
async def test_an_image_without_a_link_is_looked_for_by_its_item(world: World) -> None:
    raw = completed_raw(job_id(1), None, items=["7"])
    world.answer(lambda jobid, _: found(raw))
    world.api.history = lambda *_: page("7")
    await world.start()
    await world.track(job_id(1))
    assert await idle(world) is None
    assert states(world) == [ImageState.SAVED]
    assert len(world.api.asked) == 1


@with_world()
async def test_a_fresh_link_of_the_job_needs_no_walk(world: World) -> None:
    await add_dead(world, "7")
    world.answer(lambda jobid, _: found(completed_raw(jobid, new("7"), items=["7"])))
    await world.start()
    assert await idle(world) is None
    assert states(world) == [ImageState.SAVED]
    assert world.api.walked == []


# -- one walk for all --------------------------------------------------------------------------


@with_world()
async def test_one_walk_serves_all_images_of_an_account(world: World) -> None:
    for index in range(1, 41):
        await add_dead(world, f"{index}a", f"{index}b", index=index)
    names = [f"{index}{letter}" for index in range(40, 0, -1) for letter in "ab"]
    pages: dict[str | None, AssetPage] = {
        None: page(*names[:30], more="100"),
        "100": page(*names[30:60], more="200"),
        "200": page(*names[60:79], more="300"),
        "300": page("other"),
    }
    world.api.history = lambda _, offset: pages[offset]
    await world.start()
    assert await idle(world) is None
    assert sum(state is ImageState.SAVED for state in states(world)) == 79
    assert sum(state is ImageState.LOST for state in states(world)) == 1
    assert offsets(world) == [None, "100", "200", "300"]
    assert len(world.api.asked) == 40


@with_world()
async def test_the_walk_ends_when_all_are_found(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda _, offset: page("7" if offset else "6", more=f"{offset}0")
    await world.start()
    assert await idle(world) is None
    assert offsets(world) == [None, "None0"]


@with_world()
async def test_the_walk_ends_at_the_oldest_job_that_misses_a_link(world: World) -> None:
    await add_dead(world, "7")
    times = {None: MADE, "1": MADE - timedelta(minutes=50), "2": MADE - timedelta(hours=2)}

    def history(_: str, offset: str | None) -> HistoryAnswer:
        return page("6", more=str(int(offset or 0) + 1), at=times[offset])

    world.api.history = history
    await world.start()
    assert await idle(world) is None
    assert offsets(world) == [None, "1", "2"]
    assert states(world) == [ImageState.LOST]


@pytest.mark.parametrize("offset_after", ["1", "5"])
@with_world()
async def test_a_history_that_goes_round_in_circles_is_left(
    world: World, offset_after: str
) -> None:
    await add_dead(world, "7")
    following = {None: "1", "1": "5", "5": offset_after}
    world.api.history = lambda _, offset: page("6", more=following[offset])
    await world.start()
    assert await idle(world) is None
    assert offsets(world) == [None, "1", "5"]
    assert states(world) == [ImageState.LOST]


@with_world()
async def test_a_history_without_end_is_left_after_a_hundred_pages(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda _, offset: page(more=f"{int(offset or 0) + 1}")
    await world.start()
    assert await idle(world) is None
    assert len(world.api.walked) == 100
    assert states(world) == [ImageState.LOST]


@with_world()
async def test_each_account_has_its_own_walk(world: World) -> None:
    await add_dead(world, "7")
    jobid = job_id(2).replace(ACCOUNT, TWO)
    raw = completed_raw(jobid, old("8"), items=["8"]).replace(ACCOUNT.encode(), TWO.encode())
    world.source.script[old("8")] = [DEAD]
    await world.library.add(world.clock.time(), [jobid], {jobid: raw})
    world.answer(lambda *_: NotFound())
    world.api.history = lambda account, _: page("7") if account == ACCOUNT else page("8")
    await world.start()
    assert await idle(world) is None
    assert states(world) == [ImageState.SAVED] * 2
    assert sorted(account for _, account, _ in world.api.walked) == [TWO, ACCOUNT]


# -- how often ---------------------------------------------------------------------------------


@with_world()
async def test_an_account_is_walked_at_most_once_in_ten_minutes_by_itself(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("6", at=MADE - timedelta(days=1))
    await world.start()
    assert await idle(world) is None
    await add_dead(world, "8", index=2)
    await world.advance(300)
    assert len(world.api.walked) == 1
    assert world.image(2).state is ImageState.PENDING
    assert "A fresh one is looked for at " in world.image(2).note
    world.api.history = lambda *_: page("8")
    assert await idle(world, give_up_s=400) is None
    assert world.image(2).state is ImageState.SAVED
    first, second = (at for at, _, _ in world.api.walked)
    assert 600 <= second - first < 605


@with_world()
async def test_what_the_last_walk_saw_serves_those_that_come_later(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("7", "8")
    await world.start()
    assert await idle(world) is None
    await add_dead(world, "8", index=2)
    await world.advance(5)
    assert world.image(2).state is ImageState.SAVED
    assert len(world.api.walked) == 1


@with_world()
async def test_by_hand_an_account_is_walked_at_any_time(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("6")
    await world.start()
    assert await idle(world) is None
    assert states(world) == [ImageState.LOST]
    world.api.history = lambda *_: page("7")
    world.downloader.retry([ImageKey(1, 0)])
    await world.advance(10)
    assert states(world) == [ImageState.SAVED]
    assert len(world.api.walked) == 2


@with_world()
async def test_by_hand_a_waiting_image_does_not_wait(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("6", at=MADE - timedelta(days=1))
    await world.start()
    assert await idle(world) is None
    await add_dead(world, "8", index=2)
    await world.advance(30)
    world.api.history = lambda *_: page("8")
    world.downloader.retry([ImageKey(2, 0)])
    await world.advance(5)
    assert world.image(2).state is ImageState.SAVED
    await world.advance(700)
    assert len(world.api.walked) == 2


@with_world()
async def test_the_next_run_remembers_when_it_was_walked(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("6", at=MADE - timedelta(days=1))
    await world.start()
    assert await idle(world) is None
    await world.end()
    again = World(repository=world.repository, settings=world.settings)
    await again.start()
    await add_dead(again, "8", index=2)
    await again.advance(300)
    assert again.api.walked == []
    again.api.history = lambda *_: page("8")
    await again.advance(305)
    assert again.image(2).state is ImageState.SAVED
    assert ACCOUNT not in str(world.settings.values)
    await again.end()


@with_world()
async def test_a_walk_that_was_cut_by_the_end_of_a_run_is_made_again_soon(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("6", more="1")
    world.api.latency_s = 20
    await world.start()
    await world.advance(30)
    assert offsets(world) == [None]
    await world.end()
    again = World(repository=world.repository, settings=world.settings)
    again.api.history = lambda *_: page("7")
    await again.start()
    await again.advance(30)
    assert again.api.walked == []
    await again.advance(35)
    assert states(again) == [ImageState.SAVED]
    await again.end()


@with_world(settings=FakeSettings())
async def test_a_wall_clock_that_was_wrong_forbids_no_walk(world: World) -> None:
    await add_dead(world, "7")
    await world.start()
    world.clock.jump(86_400)
    assert await idle(world) is None
    await world.end()
    again = World(repository=world.repository, settings=world.settings)
    await again.start()
    await add_dead(again, "8", index=2)
    again.api.history = lambda *_: page("8")
    await again.advance(10)
    assert again.image(2).state is ImageState.SAVED
    await again.end()


@with_world()
async def test_a_host_that_refuses_every_link_is_not_asked_for_ever(world: World) -> None:
    await add_dead(world, "7")
    world.source.script[new("7")] = [LinkDied("The image host refused the link (403).")]
    world.source.script["https://c.example.com/7"] = [DEAD]
    world.answer(
        lambda jobid, n: found(
            completed_raw(jobid, "https://c.example.com/7" if n == 0 else old("7"), items=["7"])
        )
    )
    world.api.history = lambda *_: page("7")
    await world.start()
    assert await idle(world) is None
    await world.advance(2000)
    assert states(world) == [ImageState.LOST]
    assert world.source.urls() == [old("7"), "https://c.example.com/7", new("7")]
    assert len(world.api.asked) == len(world.api.walked) == 1
    assert "refused the link (403) on 2026-03-0" in world.image().note


@with_world()
async def test_a_link_that_worked_for_hours_may_die_again(world: World) -> None:
    await add_dead(world, "7")
    urls = [f"https://c.example.com/{n}" for n in range(4)]
    for url in urls[:3]:
        world.source.script[url] = [TryLater("503")] * 20 + [DEAD]
    world.answer(lambda jobid, n: found(completed_raw(jobid, urls[n], items=["7"])))
    await world.start()
    await world.advance(5 * 3600)
    assert states(world) == [ImageState.SAVED]
    assert world.api.walked == []


# -- restarts ----------------------------------------------------------------------------------


@with_world()
async def test_a_restart_goes_on_where_the_job_was_to_be_asked(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("7")
    await world.start(polls=False)
    await world.advance(1)
    assert world.image().search is Search.JOB
    await world.end()
    again = World(repository=world.repository, settings=world.settings)
    again.answer(lambda *_: NotFound())
    again.api.history = lambda *_: page("7")
    await again.start()
    assert await idle(again) is None
    assert states(again) == [ImageState.SAVED]
    assert again.source.urls() == [new("7")]
    assert len(again.api.asked) == 1
    await again.end()


@with_world()
async def test_a_restart_goes_on_with_the_history_and_asks_no_job_again(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: Trouble("The API answered 500.")
    await world.start()
    await world.advance(1.5)
    assert world.image().search is Search.HISTORY
    await world.end()
    again = World(repository=world.repository, settings=world.settings)
    again.api.history = lambda *_: page("7")
    await again.start()
    assert await idle(again) is None
    assert states(again) == [ImageState.SAVED]
    assert again.api.asked == []
    await again.end()


@with_world()
async def test_a_found_link_survives_a_restart(world: World) -> None:
    await add_dead(world, "7")
    world.source.script[new("7")] = [TryLater("503")]
    world.api.history = lambda *_: page("7")
    await world.start()
    await world.advance(10)
    assert world.image().url == new("7")
    await world.end()
    again = World(repository=world.repository, settings=world.settings)
    await again.start()
    assert await idle(again) is None
    assert again.source.urls() == [new("7")]
    await again.end()


# -- when the API cannot be asked --------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "note", "reason"),
    [
        (Refused(401, "Unauthorized"), "when the API takes the token", "refused the token"),
        (Refused(402, "Expired"), "when the API's subscription is renewed", "subscription"),
        (Trouble("No route.", network=True), "when there is a connection", "Gave up"),
        (Trouble("The API answered 500."), "could not be looked for yet", "Gave up"),
    ],
)
@with_world()
async def test_while_the_job_cannot_be_asked_the_image_is_pending_and_says_why(
    world: World, answer: JobAnswer, note: str, reason: str
) -> None:
    await add_dead(world, "7")
    world.answer(lambda *_: answer)
    await world.start()
    assert reason in (await idle(world, give_up_s=60) or "")
    await world.advance(5)
    assert world.image().state is ImageState.PENDING
    assert note in world.image().note
    world.answer(lambda *_: NotFound())
    world.api.history = lambda *_: page("7")
    world.poller.token_changed(present=True, user_number=1, is_another=False)
    assert await idle(world, give_up_s=600) is None
    assert states(world) == [ImageState.SAVED]


@pytest.mark.parametrize(
    ("answer", "note", "reason"),
    [
        (Refused(401, "Unauthorized"), "when the API takes the token", "refused the token"),
        (
            Trouble("Not yours.", of_request=True),
            "could not be looked for yet: Not yours.",
            "Gave up",
        ),
        (Trouble("No route.", network=True), "when there is a connection", "Gave up"),
        (Trouble("The API answered 500."), "yet: The API answered 500.", "The API answered 500."),
    ],
)
@with_world()
async def test_while_the_history_cannot_be_asked_the_image_is_pending_and_says_why(
    world: World, answer: HistoryAnswer, note: str, reason: str
) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: answer
    await world.start()
    assert reason in (await idle(world, give_up_s=60) or "")
    await world.advance(5)
    assert world.image().state is ImageState.PENDING
    assert note in world.image().note
    world.api.history = lambda *_: page("7")
    world.poller.token_changed(present=True, user_number=1, is_another=False)
    assert await idle(world, give_up_s=900) is None
    assert states(world) == [ImageState.SAVED]


@with_world()
async def test_a_history_that_may_not_be_asked_does_not_stop_the_jobs(world: World) -> None:
    await add_dead(world, "7")
    await world.track(job_id(50))
    world.api.history = lambda *_: Trouble("Not yours.", of_request=True)
    await world.start()
    await world.advance(30)
    assert len(world.api.times(job_id(50))) >= 3


@with_world(given=None)
async def test_without_a_token_it_ends_with_what_is_missing(world: World) -> None:
    await add_dead(world, "7")
    await world.start()
    assert "no token" in (await idle(world) or "")
    await world.advance(5)
    assert world.image().state is ImageState.PENDING
    assert world.image().note.endswith("A fresh one is looked for when there is a token.")
    assert world.messages.lasting is not None
    assert "token is needed" in world.messages.lasting.text


@with_world()
async def test_a_pause_asks_nothing_and_the_image_says_so(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("7")
    world.poller.pause()
    await world.start()
    await world.advance(60)
    assert world.api.asked == world.api.walked == []
    assert world.image().note.endswith("A fresh one is looked for when checking goes on.")
    world.poller.resume()
    assert await idle(world) is None
    assert states(world) == [ImageState.SAVED]


@with_world()
async def test_a_retry_after_holds_the_walk_and_the_jobs(world: World) -> None:
    await add_dead(world, "7")
    answers: list[HistoryAnswer] = [Throttled(100.0), page("7")]
    world.api.history = lambda *_: answers.pop(0)
    await world.start()
    await world.advance(20)
    await world.track(job_id(50))
    assert world.image().note.endswith("A fresh one is looked for when the API's pause is over.")
    assert await world.idle.wait({1}, 100, asyncio.Event()) is None
    assert states(world) == [ImageState.SAVED]
    first, second = (at for at, _, _ in world.api.walked)
    assert second - first >= 100
    assert min(world.api.times(job_id(50))) - first >= 100


@with_world()
async def test_a_walk_that_was_interrupted_goes_on_where_it_was(world: World) -> None:
    await add_dead(world, "7")
    answers: list[HistoryAnswer] = [
        page("5", more="100"),
        Trouble("The API answered 500."),
        Trouble("No route.", network=True),
        page("7"),
    ]
    world.api.history = lambda *_: answers.pop(0)
    await world.start()
    assert await idle(world) is None
    assert states(world) == [ImageState.SAVED]
    assert offsets(world) == [None, "100", "100", "100"]


@with_world()
async def test_a_walk_that_was_held_up_for_long_begins_anew(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda _, offset: Trouble("Gone off") if offset else page("5", more="1")
    await world.start()
    await world.advance(900)
    assert offsets(world)[0] is None
    assert None in offsets(world)[1:]
    world.api.history = lambda *_: page("7")
    assert await idle(world, give_up_s=2000) is None
    assert states(world) == [ImageState.SAVED]


@pytest.mark.parametrize(
    ("answer", "walks"),
    [(NoHistory(f"{ONE_ACCOUNT} {ACCOUNT}"), 1), (NoHistory("Not found", is_sure=False), 3)],
)
@with_world()
async def test_an_account_without_a_history_is_believed(
    world: World, answer: NoHistory, walks: int
) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: answer
    await world.start()
    assert await idle(world) is None
    assert states(world) == [ImageState.LOST]
    assert len(world.api.walked) == walks


@with_world()
async def test_a_database_that_refuses_loses_nothing(world: World) -> None:
    await add_dead(world, "7")

    def history(*_: object) -> HistoryAnswer:
        world.repository.broken = True
        return page("7")

    world.api.history = history
    await world.start()
    assert "Gave up" in (await idle(world, give_up_s=30) or "")
    assert world.image().search is Search.HISTORY
    world.repository.broken = False
    await world.advance(10)
    assert states(world) == [ImageState.SAVED]
    assert len(world.api.walked) == 1


@with_world()
async def test_a_removed_job_is_not_looked_for_until_it_is_back(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda *_: page("7")
    await world.start()
    await world.advance(1)
    await world.tracker.remove([1])
    await world.advance(60)
    assert world.api.walked == []
    await world.undo.undo()
    await world.advance(10)
    assert states(world) == [ImageState.SAVED]


# -- the limits of the API ---------------------------------------------------------------------


@with_world()
async def test_the_ceiling_counts_the_walk_and_jobs_and_pages_take_turns(world: World) -> None:
    await add_dead(world, "7")
    world.api.history = lambda _, offset: page(more=f"{int(offset or 0) + 1}")
    await world.track(*(job_id(index) for index in range(100, 400)))
    await world.start()
    await world.advance(130)
    pages = [at for at, _, _ in world.api.walked]
    jobs = [at for at, _ in world.api.asked]
    assert _closest(pages + jobs) >= 0.25 - 1e-9
    after = pages[0]
    assert sum(at > after for at in pages) >= 40
    assert sum(at > after for at in jobs) >= 40


def _closest(times: Sequence[float]) -> float:
    ordered = sorted(times)
    return min(b - a for a, b in itertools.pairwise(ordered))
