from __future__ import annotations

import asyncio

import pytest
from fakes import completed_raw, job_id, raw_record
from world import World, with_world

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import ImageState, Tracking

VIDEO = job_id(9, kind="v")


@with_world()
async def test_the_preview_counts_what_is_new_and_what_is_here(world: World) -> None:
    jobids = await world.track_many(6)
    text = "\n".join([*jobids, *(job_id(index) for index in range(100, 134))])
    preview = world.tracker.preview(text)
    assert preview.text == "40 found: 34 new, 6 already here"
    assert (preview.new, preview.known) == (34, 6)


@with_world()
async def test_the_preview_of_other_things(world: World) -> None:
    preview = world.tracker.preview
    assert preview("  ").text == ""
    assert preview("Good morning, how are you?").text == "No job ID found"
    assert preview(VIDEO).text == "1 is a video job"
    assert preview(job_id(1)).text == "1 found, new"
    assert preview(f"{job_id(1)} {job_id(2)}").text == "2 found, all new"
    assert "does not look like a job ID" in preview("something").text
    assert "a token was cut out" in preview(f"Bearer user:1-abc {job_id(1)}").text
    assert world.repository.writes == 0


@with_world()
async def test_a_batch_is_on_disk_when_its_call_returns(world: World) -> None:
    tracked = await world.tracker.track(f"{job_id(2)}\n{job_id(1)}")
    assert tracked.new == (1, 2)
    assert tracked.batch is not None
    assert tracked.batch.count == 2
    assert [job.jobid for job in world.repository.jobs.values()] == [job_id(2), job_id(1)]
    assert tracked.text == "Tracking 2 new jobs."


@with_world()
async def test_a_batch_that_cannot_be_written_is_not_there(world: World) -> None:
    world.repository.broken = True
    with pytest.raises(DatabaseError):
        await world.track(job_id(1))
    assert [job async for job in world.library.shown()] == []
    assert world.undo.label is None


@with_world()
async def test_tracking_the_same_text_twice_at_once_adds_it_once(world: World) -> None:
    both = await asyncio.gather(world.tracker.track(job_id(1)), world.tracker.track(job_id(1)))
    # Which of them has read its text first, the machine's load decides.
    assert sorted((tracked.new, tracked.known) for tracked in both) == [((), (1,)), ((1,), ())]


@with_world()
async def test_undoing_a_batch_hides_its_jobs_and_tracking_again_brings_them_back(
    world: World,
) -> None:
    await world.track_many(40)
    assert world.undo.label == "Track 40 IDs"
    assert await world.undo.undo() == "Track 40 IDs"
    assert [job async for job in world.library.shown()] == []
    tracked = await world.tracker.track(job_id(7))
    assert tracked.restored == (7,)
    assert tracked.text == "1 job brought back."
    assert world.undo.label == "Track 1 ID"


@with_world()
async def test_undo_batch_removes_what_one_paste_added(world: World) -> None:
    await world.track_many(3)
    await world.track(job_id(50))
    await world.tracker.undo_batch(1)
    assert [job.number async for job in world.library.shown()] == [4]
    await world.undo.undo()
    assert [job.number async for job in world.library.shown()] == [1, 2, 3, 4]


@with_world()
async def test_removed_jobs_keep_everything_and_come_back_by_undo(world: World) -> None:
    await world.add_completed("https://a.example.com/1")
    await world.tracker.remove([1, 1, 99])
    assert world.undo.label == "Remove 1 job"
    assert [job async for job in world.library.shown()] == []
    assert world.job().record is not None
    await world.undo.undo()
    assert world.job().removed is False


@with_world()
async def test_stopping_and_resuming(world: World) -> None:
    await world.track_many(2)
    await world.tracker.stop([1])
    assert world.job(1).tracking is Tracking.STOPPED
    assert world.undo.label == "Stop checking 1 job"
    await world.undo.undo()
    assert world.job(1).tracking is Tracking.POLLING
    await world.tracker.stop([1, 2])
    await world.tracker.resume([1])
    assert [world.job(n).tracking for n in (1, 2)] == [Tracking.POLLING, Tracking.STOPPED]


@with_world()
async def test_a_pasted_record_is_kept_and_a_final_one_is_done(world: World) -> None:
    await world.tracker.track(completed_raw(job_id(1), "https://a.example.com/1").decode())
    assert world.job().tracking is Tracking.DONE
    assert world.job().record_source == "paste"
    assert world.image().state is ImageState.PENDING


@with_world()
async def test_a_record_of_a_job_that_is_here_without_one_is_kept(world: World) -> None:
    await world.track(job_id(1))
    raw = completed_raw(job_id(1), "https://a.example.com/1")
    tracked = await world.tracker.track(raw.decode())
    assert tracked.known == (1,)
    assert world.job().tracking is Tracking.DONE
    assert world.repository.raw[1] == raw


@with_world()
async def test_a_pasted_record_does_not_replace_what_the_server_said(world: World) -> None:
    await world.start(downloads=False)
    await world.track(job_id(1))
    await world.advance(1)
    await world.tracker.track(raw_record(job_id(1), model="other").decode())
    assert world.job().record_source == "server"


@with_world()
async def test_what_was_not_tracked_is_named_with_its_reason(world: World) -> None:
    broken = "j0302140530000000001i-u1-US:u@example.com-bot:dream"
    tracked = await world.tracker.track(f"{job_id(1)}\n{broken}\n{VIDEO}")
    video = "1 is a video job (only image jobs are tracked)"
    assert tracked.text.startswith(f"Tracking 1 new job; {video}; “j0302")
    assert "cannot be an ID (" in tracked.text


@with_world()
async def test_track_anyway_takes_what_can_be_sent_and_nothing_else(world: World) -> None:
    tracked = await world.tracker.track_anyway("something")
    assert tracked.new == (1,)
    for word in ("..", "a?b", "a/b", "a b", "x" * 257):
        with pytest.raises(ValueError, match="cannot be"):
            await world.tracker.track_anyway(word)


@with_world()
async def test_the_poller_is_woken(world: World) -> None:
    await world.start()
    await world.track(job_id(1))
    await world.advance(0.01)
    assert len(world.api.asked) == 1


@with_world()
async def test_a_paste_is_kept_with_its_new_jobs_and_when_it_brings_none(world: World) -> None:
    column = f"job ID\n{job_id(2)}\n\n{job_id(1)}\n{job_id(2)}\n"
    await world.tracker.track(column)
    assert world.repository.writes == 1  # the jobs with it
    ((at, lines),) = world.repository.pastes
    assert at == world.clock.time()
    assert [line.jobid for line in lines] == ["", job_id(2), "", job_id(1), job_id(2)]
    await world.advance(60.0)
    await world.tracker.track(f"{job_id(1)}\n{job_id(2)}")
    at, lines = world.repository.pastes[-1]
    assert (at, [line.jobid for line in lines]) == (world.clock.time(), [job_id(1), job_id(2)])


@with_world()
async def test_what_has_no_order_is_no_paste(world: World) -> None:
    await world.track_many(2)
    await world.track(job_id(2))
    await world.tracker.track(f"no ID here\n\n{VIDEO}")
    assert len(world.repository.pastes) == 1


@with_world()
async def test_known_jobs_are_found_on_a_full_disk(world: World) -> None:
    await world.track_many(2)
    world.repository.broken = True
    tracked = await world.tracker.track(f"{job_id(2)}\n{job_id(1)}")
    assert tracked.known == (2, 1)
    assert len(world.repository.pastes) == 1


@with_world()
async def test_a_long_column_is_kept_too(world: World) -> None:
    jobids = [job_id(index) for index in range(1, 300)]
    await world.tracker.track("\n".join([*jobids, *jobids]))
    ((_, lines),) = world.repository.pastes
    assert [line.jobid for line in lines] == [*jobids, *jobids]


@with_world()
async def test_a_word_that_is_tracked_anyway_is_a_paste_of_one_line(world: World) -> None:
    await world.tracker.track_anyway("something")
    ((_, lines),) = world.repository.pastes
    assert [line.jobid for line in lines] == ["something"]


@with_world()
async def test_what_is_here_already_is_not_said_to_be_when_the_library_is_gone(
    world: World,
) -> None:
    await world.track(job_id(1))
    world.repository.moved = True
    with pytest.raises(DatabaseError, match="moved"):
        await world.tracker.track(job_id(1))
    world.repository.moved = False
    assert (await world.tracker.track(job_id(1))).known == (1,)


@with_world()
async def test_what_stood_beside_an_id_is_its_label_where_it_has_none(world: World) -> None:
    await world.track(f"SKU-1\t{job_id(1)}", f"\t{job_id(2)}")
    assert [world.library.job(number).label for number in (1, 2)] == ["SKU-1", ""]
    await world.tracker.remove([2])
    await world.track(f"other\t{job_id(1)}", f"SKU-2\t{job_id(2)}", f"SKU-3\t{job_id(3)}")
    assert [world.library.job(number).label for number in (1, 2, 3)] == ["SKU-1", "SKU-2", "SKU-3"]
    assert not world.library.job(2).removed


@with_world()
async def test_the_users_own_label_goes_before_all_others_and_can_be_taken_back(
    world: World,
) -> None:
    record = raw_record(job_id(1), request={"replyRef": "order 7"}).decode()
    await world.track(record)
    assert world.library.job(1).label == "order 7"
    await world.track(f"SKU-1\t{job_id(1)}")
    await world.tracker.label(1, "  hero\nshot ")
    assert world.library.job(1).label == "hero shot"
    await world.track(f"SKU-9\t{job_id(1)}")
    assert world.library.job(1).label == "hero shot"
    assert await world.undo.undo() == "Label job 1"
    assert world.library.job(1).label == "SKU-1"
    await world.tracker.label(1, "")
    assert world.library.job(1).label == ""
    await world.undo.undo()
    steps = world.undo.label
    await world.tracker.label(1, "SKU-1")
    assert world.undo.label == steps


@with_world()
async def test_a_label_that_cannot_be_written_stays_as_it_was(world: World) -> None:
    await world.track(f"SKU-1\t{job_id(1)}")
    world.repository.broken = True
    with pytest.raises(DatabaseError):
        await world.tracker.label(1, "other")
    assert world.library.job(1).label == "SKU-1"
    assert world.undo.label == "Track 1 ID"
