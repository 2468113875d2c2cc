from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from fakes import completed_raw, job_id
from world import World, with_world

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import ImageKey, ImageState, Job
from dreamina_desktop.services.library import SLICE, ChangeSet


def listen(world: World) -> list[ChangeSet]:
    heard: list[ChangeSet] = []
    world.library.subscribe(heard.append)
    return heard


@with_world()
async def test_jobs_are_found_by_number_and_by_id_whose_case_counts(world: World) -> None:
    await world.track_many(2)
    assert 2 in world.library
    assert 3 not in world.library
    assert world.library.last_number == 2
    assert world.library.number_of(job_id(2)) == 2
    assert world.library.number_of(job_id(2).lower()) is None
    assert world.library.number_of(job_id(3)) is None
    await world.track(job_id(3))
    assert world.library.number_of(job_id(3)) == 3


@with_world()
async def test_a_change_is_written_before_anyone_hears_of_it(world: World) -> None:
    await world.track(job_id(1))
    written: list[str] = []
    world.library.subscribe(lambda _: written.append(world.repository.jobs[1].note))
    await world.library.change(1, lambda job: replace(job, note="changed"))
    assert written == ["changed"]


@with_world()
async def test_a_write_that_fails_changes_nothing_and_is_not_told(world: World) -> None:
    await world.add_completed("https://a.example.com/1")
    heard = listen(world)
    world.repository.broken = True
    with pytest.raises(DatabaseError):
        await world.library.change(1, lambda job: replace(job, note="changed"))
    with pytest.raises(DatabaseError):
        await world.library.change_image(ImageKey(1, 0), lambda image: replace(image, note="x"))
    assert world.job().note == world.image().note == ""
    assert heard == []


@with_world()
async def test_adding_and_removing_change_what_is_listed(world: World) -> None:
    heard = listen(world)
    await world.library.add(1.0, [job_id(1)], {job_id(1): completed_raw(job_id(1), None)})
    await world.library.change(1, lambda job: replace(job, note="changed"))
    await world.library.change(1, lambda job: replace(job, removed=True))
    assert [changes.listed for changes in heard] == [True, False, True]
    assert heard[0] == ChangeSet(frozenset([1]), frozenset([ImageKey(1, 0)]), listed=True)
    assert [job async for job in world.library.shown()] == []


@with_world()
async def test_between_slices_of_many_others_have_their_turn(world: World) -> None:
    heard = listen(world)
    turns: list[int] = []

    async def take_turns() -> None:
        while len(heard) < 3:
            turns.append(len(heard))
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    await world.library.add(1.0, [job_id(n) for n in range(2 * SLICE + 1)], {})
    await others
    assert {1, 2} <= set(turns)
    assert sum(len(changes.jobs) for changes in heard) == 2 * SLICE + 1


@with_world()
async def test_while_many_are_changed_others_have_their_turn(world: World) -> None:
    numbers = range(1, 2 * SLICE + 1)
    await world.library.add(1.0, [job_id(n) for n in numbers], {})
    changed: list[int] = []
    turns: list[int] = []

    def change(job: Job) -> Job:
        changed.append(job.number)
        return replace(job, note="changed")

    async def take_turns() -> None:
        while len(changed) < len(numbers):
            turns.append(len(changed))
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    await world.library.change_many(numbers, change)
    await others
    assert SLICE in turns
    assert all(job.note == "changed" for job in await world.library.fetch(numbers))


@with_world()
async def test_who_is_cancelled_while_many_are_told_leaves_none_untold(world: World) -> None:
    heard = listen(world)
    adding = asyncio.create_task(world.library.add(1.0, [job_id(n) for n in range(3 * SLICE)], {}))
    world.library.subscribe(lambda _: adding.cancel())
    with pytest.raises(asyncio.CancelledError):
        await adding
    assert [len(changes.jobs) for changes in heard] == [SLICE] * 3


@with_world()
async def test_one_image_is_changed_among_its_brothers(world: World) -> None:
    await world.add_completed("https://a.example.com/1", "https://a.example.com/2")
    heard = listen(world)
    await world.library.change_image(
        ImageKey(1, 1), lambda image: replace(image, state=ImageState.LOST)
    )
    states = [image.state for image in world.job().images]
    assert states == [ImageState.PENDING, ImageState.LOST]
    assert heard == [ChangeSet(frozenset([1]), frozenset([ImageKey(1, 1)]))]


@with_world()
async def test_a_note_of_the_last_check_writes_nothing(world: World) -> None:
    await world.track(job_id(1))
    writes = world.repository.writes
    heard = listen(world)
    world.library.note_asked(1, 77.0)
    assert world.job().last_asked_at == 77.0
    assert world.repository.writes == writes
    assert heard == []


@with_world()
async def test_the_next_start_has_jobs_and_batches(world: World) -> None:
    await world.track_many(3)
    again = World(repository=world.repository)
    await again.library.load()
    assert [job.jobid async for job in again.library.shown()] == [job_id(n) for n in (1, 2, 3)]
    assert again.library.batches[0].count == 3
    assert again.library.image(ImageKey(1, 0)) is None
