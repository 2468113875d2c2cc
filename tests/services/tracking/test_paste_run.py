"""A text of any length on its way into the library: in slices, with a limit that is said, and what
was done by then where it is stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from fakes import job_id, raw_record
from world import World, with_world

from dreamina_desktop.core.paste import text_slices
from dreamina_desktop.core.paste.lines import LONGEST_COLUMN, PastedLine
from dreamina_desktop.services.session.task_runner import Course, Progress
from dreamina_desktop.services.tracking import paste_run


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paste_run, "ADDED_AT_ONCE", 10)
    monkeypatch.setattr(paste_run, "ASKED_AT_ONCE", 7)
    monkeypatch.setattr(paste_run, "TURN_S", 0.0)
    monkeypatch.setattr(text_slices, "SLICE", 1_000)


def ids(count: int, first: int = 1) -> list[str]:
    return [job_id(number) for number in range(first, first + count)]


@with_world()
async def test_what_is_added_in_several_steps_is_one_paste_and_one_undo(world: World) -> None:
    tracked = await world.tracker.track("\n".join(ids(45)))
    assert tracked.new == tuple(range(1, 46))
    assert tracked.text == "Tracking 45 new jobs."
    assert [job.jobid for job in world.repository.jobs.values()] == ids(45)
    assert [batch.count for batch in world.library.batches] == [45]
    assert {job.batch for job in world.repository.jobs.values()} == {world.library.batches[0].id}
    assert [len(lines) for _, lines in world.repository.pastes if lines] == [45]
    await world.undo.undo()
    assert world.undo.label is None
    assert all(job.removed for job in world.repository.jobs.values())


@with_world()
async def test_of_very_many_new_ones_the_first_are_tracked_and_the_same_paste_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paste_run, "MOST_NEW", 20)
    text = "\n".join(ids(45))
    said = [(await world.tracker.track(text)).text for _ in range(4)]
    assert said == [
        "Tracking 20 new jobs. 25 more IDs are in that text: paste it again to track the next "
        "ones.",
        "Tracking 20 new jobs; 20 jobs already here. 5 more IDs are in that text: paste it again "
        "to track the next ones.",
        "Tracking 5 new jobs; 40 jobs already here.",
        "45 jobs already here.",
    ]
    assert [job.jobid for job in world.repository.jobs.values()] == ids(45)


@with_world()
async def test_what_is_above_the_limit_is_not_read_and_that_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n".join(ids(3))
    monkeypatch.setattr(paste_run, "LONGEST_TEXT", len("\n".join(ids(2))) + 1)
    tracked = await world.tracker.track(text)
    assert tracked.new == (1, 2)
    assert tracked.text.endswith(
        "Only the first 64 million characters were read: paste the rest by itself."
    )


@with_world()
async def test_one_that_is_stopped_keeps_what_came_and_can_be_taken_back(world: World) -> None:
    await world.track(job_id(99))
    run = world.tracker.run("\n".join(ids(45)))
    async with aclosing(run.steps()) as steps:
        async for _ in steps:
            if len(run.tracked.new) == 20:
                break
    assert [batch.count for batch in world.library.batches] == [1, 20]
    assert world.undo.label == "Track 20 IDs"
    # The next one is not kept out.
    assert len((await world.tracker.track("\n".join(ids(45)))).new) == 25


@with_world()
async def test_others_have_their_turn_while_a_text_is_read(world: World) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(count())
    shares = [share async for share in world.tracker.run("word " * 10_000).reading()]
    task.cancel()
    assert turns >= len(shares) > 50
    assert shares == sorted(shares)


@with_world()
async def test_what_was_previewed_is_not_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    monkeypatch.setattr(
        paste_run,
        "read_in_slices",
        lambda text, whole=paste_run.read_in_slices: read.append(text) or whole(text),
    )
    text = "\n".join(ids(30))
    preview = await world.tracker.preview_later(text, lambda: True)
    assert preview is not None
    assert preview.text == "30 found, all new"
    assert len((await world.tracker.track(text)).new) == 30
    assert read == [text]
    assert (await world.tracker.track(text)).text == "30 jobs already here."
    assert len(read) == 2  # it is not kept for ever


@with_world()
async def test_a_preview_ends_when_nobody_wants_it_any_more(world: World) -> None:
    wanted = iter([True, True, False])
    preview = await world.tracker.preview_later("word " * 10_000, lambda: next(wanted))
    assert preview is None


@with_world()
async def test_records_of_known_jobs_are_taken_in_several_steps(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paste_run, "SLICE", 4)
    await world.track(*ids(10))
    text = "\n".join(
        raw_record(one, request={"prompt": f"boat {number}"}).decode()
        for number, one in enumerate(ids(12))
    )
    tracked = await world.tracker.track(text)
    assert (len(tracked.new), len(tracked.known)) == (2, 10)
    prompts = [job.record.prompt if job.record else "" for job in world.repository.jobs.values()]
    assert prompts == [f"boat {number}" for number in range(12)]


@with_world()
async def test_a_log_is_kept_as_its_ids_line_by_line(world: World) -> None:
    line = "GET /images/{0} for {0}"
    named = [*ids(3), *ids(2)]
    text = "\n".join([*map(line.format, named), *("nothing" for _ in range(LONGEST_COLUMN))])
    await world.tracker.track(text)
    assert tuple(world.repository.pastes[-1][1]) == tuple(map(PastedLine, named))


@with_world()
async def test_work_that_is_given_up_before_it_began_lets_go_of_who_waits(world: World) -> None:
    """A field whose text waited behind another long work can be used again."""

    first = Course("One", endless, lambda: "", lambda: "Stopped.")
    second = Course("Two", endless, lambda: "", lambda: "Stopped.")
    over = [world.long_work.start(first), world.long_work.start(second)]
    await asyncio.sleep(0)
    world.long_work.stop()
    await asyncio.wait_for(asyncio.gather(*(each.wait() for each in over)), 60)
    assert world.said == ["Stopped."]


async def endless() -> AsyncGenerator[Progress, None]:
    while True:
        yield Progress("One", 0.0)
        await asyncio.sleep(0.01)
