"""Each line of the table "Poll", in virtual time."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from fake_clock import WALL_AT_START
from fakes import completed, completed_raw, created, failed, found, job_id, raw_record
from world import World, with_world

from dreamina_desktop.core.jobs.answer import (
    Ending,
    Found,
    JobAnswer,
    NotFound,
    Refused,
    Throttled,
    Trouble,
)
from dreamina_desktop.core.jobs.job import ImageState, Tracking
from dreamina_desktop.services.session.messages import Condition, Remedy
from dreamina_desktop.services.traffic.poll_status import Connection, PollLimits

ONE = job_id(1)
NO_NETWORK = Trouble("The API does not answer: no route.", network=True)


# -- when --------------------------------------------------------------------------------------


@with_world()
async def test_a_pending_job_is_asked_at_once_then_at_the_interval(world: World) -> None:
    await world.start()
    await world.track(ONE)
    await world.advance(25)
    assert world.api.times(ONE) == pytest.approx([0, 10.05, 20.1], abs=0.1)


@with_world()
async def test_an_old_job_is_asked_less_and_less_often(world: World) -> None:
    await world.start()
    await world.track(ONE)
    await world.advance(1500)
    times = world.api.times(ONE)
    gaps = {round(at): later - at for at, later in itertools.pairwise(times)}
    assert all(gap == pytest.approx(10.05, abs=0.1) for at, gap in gaps.items() if at < 170)
    assert all(gap == pytest.approx(20.05, abs=0.1) for at, gap in gaps.items() if 200 < at < 880)
    assert all(gap == pytest.approx(60.05, abs=0.1) for at, gap in gaps.items() if at > 910)


@with_world(jitter=1.0)
async def test_jitter_only_lengthens(world: World) -> None:
    await world.start()
    await world.track(ONE)
    await world.advance(30)
    assert all(10.05 < gap <= 11.2 for gap in world.spacing())


@with_world()
async def test_an_unknown_status_is_polled_on_and_kept(world: World) -> None:
    world.answer(lambda jobid, _: found(raw_record(jobid, "dreaming")))
    await world.start()
    await world.track(ONE)
    await world.advance(15)
    assert world.job().status == "dreaming"
    assert world.job().tracking is Tracking.POLLING
    assert len(world.api.asked) == 2


@pytest.mark.parametrize("code", [2038, 596])
@with_world()
async def test_a_failed_job_is_final(world: World, code: int) -> None:
    world.answer(lambda jobid, _: failed(jobid, code))
    await world.start()
    await world.track(ONE)
    await world.advance(100)
    assert world.job().tracking is Tracking.DONE
    assert len(world.api.asked) == 1


@with_world()
async def test_a_completed_job_is_final_and_brings_its_images(world: World) -> None:
    world.answer(lambda jobid, _: completed(jobid, "https://a.example.com/1", None))
    await world.start(downloads=False)
    await world.track(ONE)
    await world.advance(100)
    assert world.job().tracking is Tracking.DONE
    assert [image.state for image in world.job().images] == [ImageState.PENDING, ImageState.LOST]
    assert len(world.api.asked) == 1


@with_world()
async def test_timers_that_fire_early_do_not_make_a_job_due(world: World) -> None:
    world.clock.early = 0.05
    await world.start()
    await world.track(ONE)
    await world.advance(60)
    assert min(world.spacing()) >= 10.0


@pytest.mark.parametrize("jump", [-172_800, -3600, -5, 5, 3600, 172_800])
@with_world()
async def test_a_wall_clock_that_is_set_changes_nothing(world: World, jump: float) -> None:
    await world.start()
    await world.track(ONE)
    await world.advance(5)
    world.clock.jump(jump)
    await world.advance(20)
    assert world.api.times(ONE) == pytest.approx([0, 10.05, 20.1], abs=0.1)


@with_world()
async def test_a_machine_that_slept_goes_on_within_seconds(world: World) -> None:
    await world.start()
    await world.track(ONE)
    await world.advance(1)
    world.clock.sleep_machine(8 * 3600)
    await world.advance(2.1)
    assert len(world.api.asked) == 2


@with_world()
async def test_a_new_interval_holds_at_once(world: World) -> None:
    await world.start()
    world.poller.set_interval(300)
    await world.track(ONE)
    await world.advance(20)
    world.poller.set_interval(5)
    await world.advance(5.1)
    assert len(world.api.asked) == 2


# -- how many ----------------------------------------------------------------------------------


@with_world()
async def test_five_thousand_jobs_keep_to_the_ceiling_and_go_newest_first(world: World) -> None:
    world.api.counts = False
    world.answer(lambda jobid, _: failed(jobid))
    await world.start()
    jobids = await world.track_many(5000)
    await world.advance(0.3)
    assert world.poller.status.overdue == 4998
    assert world.poller.status.backlog_s == pytest.approx(1249.5)
    await world.advance(5000 / 4 + 10)
    assert [jobid for _, jobid in world.api.asked] == list(reversed(jobids))
    assert min(world.spacing()) >= 0.25 - 1e-9
    assert world.api.asked[-1][0] < 5000 / 4 + 5
    assert world.poller.status.polling == 0


@with_world()
async def test_pressing_everything_does_not_break_the_ceiling(world: World) -> None:
    await world.start()
    await world.track_many(20)
    for _ in range(50):
        world.poller.check_now(range(1, 21))
        world.poller.refresh_now()
        await world.advance(0.1)
    await world.token.try_and_keep("user:1-x")
    assert min(world.spacing()) >= 0.25 - 1e-9
    assert world.clock.monotonic() >= world.api.asked[-1][0] + 0.25 - 1e-9  # the trial's turn


@with_world(limits=PollLimits(per_second=None))
async def test_at_most_eight_requests_at_once_on_loopback_without_a_ceiling(world: World) -> None:
    world.api.latency_s = 1.0
    await world.start()
    await world.track_many(40)
    await world.advance(0.5)
    assert len(world.api.asked) == 8
    await world.advance(6)
    assert world.api.most_under_way == 8
    assert len({jobid for _, jobid in world.api.asked}) == 40


@with_world(limits=PollLimits(interval_s=0.05, per_second=None))
async def test_short_intervals_hold_on_loopback(world: World) -> None:
    await world.start()
    await world.track(ONE)
    await world.advance(1.01)
    assert len(world.api.asked) >= 9


@with_world()
async def test_running_jobs_beyond_the_ceiling_are_all_asked_in_turn(world: World) -> None:
    """Forty jobs at an interval of 10 s fill the ceiling: the others wait longer, not for ever."""
    await world.start()
    jobids = await world.track_many(200)
    await world.advance(150)
    asked = [jobid for _, jobid in world.api.asked]
    counts = [asked.count(jobid) for jobid in jobids]
    assert min(counts) >= 2
    assert max(counts) <= 4


@with_world()
async def test_jobs_that_run_are_asked_while_a_long_paste_waits(world: World) -> None:
    await world.start()
    await world.track(ONE)
    await world.advance(5)
    world.answer(lambda jobid, _: created(jobid) if jobid == ONE else failed(jobid))
    await world.track(*(job_id(index) for index in range(2, 2002)))
    await world.advance(100)
    assert len(world.api.times(ONE)) >= 9


# -- 404 ---------------------------------------------------------------------------------------


@with_world()
async def test_twice_not_found_an_interval_apart_is_not_found(world: World) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.track(ONE)
    await world.advance(5)
    assert world.job().tracking is Tracking.POLLING
    await world.advance(100)
    assert world.job().tracking is Tracking.NOT_FOUND
    assert "does not know" in world.job().note
    assert world.api.times(ONE) == pytest.approx([0, 10.05], abs=0.1)


@with_world()
async def test_asking_by_hand_does_not_shorten_the_interval_between_two_404(world: World) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.track(ONE)
    for _ in range(3):
        await world.advance(1)
        world.poller.check_now([1])
    await world.advance(1)
    assert len(world.api.asked) == 4
    assert world.job().tracking is Tracking.POLLING
    await world.advance(12)
    assert world.job().tracking is Tracking.NOT_FOUND


@with_world()
async def test_a_404_between_two_answers_is_forgotten(world: World) -> None:
    world.answer(lambda jobid, n: NotFound() if n % 2 else created(jobid))
    await world.start()
    await world.track(ONE)
    await world.advance(100)
    assert world.job().tracking is Tracking.POLLING


@with_world()
async def test_another_token_asks_once_more_for_what_was_not_found(world: World) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.track(ONE)
    await world.advance(20)
    await world.token.try_and_keep("user:2-other")
    await world.advance(100)
    assert len(world.api.asked) == 3
    assert world.job().tracking is Tracking.NOT_FOUND


@with_world()
async def test_the_same_token_at_the_next_start_does_not_ask_again(world: World) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.track(ONE)
    await world.advance(20)
    again = World(repository=world.repository, settings=world.settings)
    await again.start()
    await again.advance(20)
    other = World(repository=world.repository, settings=world.settings, given="user:3-x")
    other.answer(lambda jobid, _: failed(jobid))
    await other.start()
    await other.advance(20)
    assert again.api.asked == []
    assert len(other.api.asked) == 1
    assert other.job().tracking is Tracking.DONE
    await again.end()
    await other.end()


@with_world()
async def test_a_pasted_record_stays_when_the_server_has_forgotten_the_job(world: World) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.tracker.track(raw_record(ONE, request={"prompt": "A cat"}).decode())
    await world.advance(30)
    assert world.job().tracking is Tracking.NOT_FOUND
    assert world.job().record is not None
    assert world.job().record.prompt == "A cat"
    assert world.job().record_source == "paste"


@with_world()
async def test_the_servers_answer_replaces_a_pasted_record(world: World) -> None:
    await world.start()
    await world.tracker.track(raw_record(ONE).decode())
    await world.advance(1)
    assert world.job().record_source == "server"


@pytest.mark.parametrize(
    ("ending", "why"),
    [
        (Ending.EXPIRED, "has expired"),
        (Ending.UNREADABLE_ID, "cannot read this ID"),
        (Ending.FORBIDDEN, "belongs to another user"),
    ],
)
@with_world()
async def test_other_ends_are_believed_at_the_second_time_and_stop_nothing_else(
    world: World, ending: Ending, why: str
) -> None:
    two = job_id(2)
    world.answer(lambda jobid, _: created(jobid) if jobid == two else NotFound(ending))
    await world.start()
    await world.track(ONE, two)
    await world.advance(5)
    assert world.job().tracking is Tracking.POLLING
    await world.advance(25)
    assert world.job().tracking is Tracking.NOT_FOUND
    assert why in world.job().note
    assert world.poller.connection is Connection.ONLINE
    assert len(world.api.times(two)) == 3
    assert len(world.api.times(ONE)) == 2


# -- an address that knows no job --------------------------------------------------------------


@pytest.mark.parametrize("ending", list(Ending))
@with_world()
async def test_nothing_is_given_up_while_the_api_knows_no_job_at_all(
    world: World, ending: Ending
) -> None:
    world.answer(lambda *_: NotFound(ending))
    await world.start()
    await world.track_many(5)
    await world.advance(3600)
    jobs = world.repository.jobs.values()
    assert {(job.tracking, job.note, job.not_found_count) for job in jobs} == {
        (Tracking.POLLING, "", 0)
    }
    assert "Is its address (--api-url) right" in (world.holds(Condition.ADDRESS) or "")
    assert len(world.api.asked) < 5 * 20


@with_world()
async def test_four_jobs_that_are_unknown_are_not_found(world: World) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.track_many(4)
    await world.advance(60)
    assert {job.tracking for job in world.repository.jobs.values()} == {Tracking.NOT_FOUND}
    assert world.holds(Condition.ADDRESS) is None


@with_world()
async def test_a_record_proves_the_address_and_what_was_held_back_is_believed(
    world: World,
) -> None:
    known = job_id(1)
    world.answer(
        lambda jobid, _: (
            created(jobid) if jobid == known and world.clock.monotonic() > 300 else NotFound()
        )
    )
    await world.start()
    await world.track_many(30)
    await world.advance(290)
    assert world.holds(Condition.ADDRESS)
    await world.advance(900)
    assert world.holds(Condition.ADDRESS) is None
    trackings = [job.tracking for job in world.repository.jobs.values()]
    assert trackings == [Tracking.POLLING, *[Tracking.NOT_FOUND] * 29]


@with_world()
async def test_a_running_job_is_asked_in_time_beside_many_that_are_unknown(world: World) -> None:
    world.answer(lambda jobid, _: created(jobid) if jobid == ONE else NotFound())
    await world.start()
    await world.track_many(100)
    await world.advance(300)
    times = world.api.times(ONE)
    assert len(times) >= 10
    trackings = [job.tracking for job in world.repository.jobs.values()]
    assert trackings == [Tracking.POLLING, *[Tracking.NOT_FOUND] * 99]


@with_world()
async def test_the_question_about_the_address_goes_with_the_jobs_or_with_another_token(
    world: World,
) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.track_many(6)
    await world.advance(60)
    await world.tracker.remove([1, 2])
    assert world.holds(Condition.ADDRESS) is None
    await world.track(job_id(7))
    await world.advance(60)
    assert world.holds(Condition.ADDRESS)
    await world.token.try_and_keep("user:2-other")
    assert world.holds(Condition.ADDRESS) is None


@with_world()
async def test_a_check_by_hand_that_only_shows_a_wrong_address_is_told(world: World) -> None:
    world.answer(lambda jobid, n: NotFound() if n else failed(jobid))
    await world.start()
    await world.track_many(6)
    await world.advance(30)
    world.poller.check_now(range(1, 7))
    await world.advance(30)
    assert world.poller.asked_by_hand == set()
    assert world.poller.failed_by_hand >= 1
    assert {job.tracking for job in world.repository.jobs.values()} == {Tracking.DONE}


# -- 403 -----------------------------------------------------------------------------------------


@with_world()
async def test_a_403_that_names_nothing_is_asked_one_at_a_time(world: World) -> None:
    world.answer(lambda *_: Trouble("The API answered 403."))
    await world.start()
    await world.track_many(200)
    await world.advance(3600)
    assert world.poller.connection is Connection.DOWN
    assert "The API answered 403." in (world.holds(Condition.DOWN) or "")
    assert len(world.api.asked) < 40
    assert {job.tracking for job in world.repository.jobs.values()} == {Tracking.POLLING}


@with_world()
async def test_596_of_one_account_does_not_slow_the_others(world: World) -> None:
    expired = Trouble("The API answered 596: Session expired", of_request=True)
    world.answer(lambda jobid, _: expired if jobid < job_id(50) else created(jobid))
    await world.start()
    await world.track_many(60)
    await world.advance(300)
    assert world.poller.connection is Connection.ONLINE
    assert min(len(world.api.times(job_id(n))) for n in range(50, 61)) >= 12


# -- 401, 402 ----------------------------------------------------------------------------------


@with_world()
async def test_a_refused_token_stops_everything_at_once_with_one_message(world: World) -> None:
    world.answer(lambda *_: Refused(401, "Unauthorized"))
    world.api.latency_s = 1.0
    await world.start()
    await world.track_many(100)
    await world.advance(600)
    assert len(world.api.asked) <= 5  # those under way when the first answer came
    assert world.poller.status.connection is Connection.REFUSED
    assert world.messages.lasting is not None
    assert world.messages.lasting.remedy is Remedy.TOKEN
    assert all(job.tracking is Tracking.POLLING for job in world.repository.jobs.values())


@with_world()
async def test_answers_to_requests_under_way_count_after_a_refusal(world: World) -> None:
    two = job_id(2)
    world.answer(lambda jobid, _: Refused(401, "") if jobid == two else failed(jobid))
    world.api.latency_s = 1.0
    await world.start()
    await world.track(ONE, two)
    await world.advance(10)
    assert world.job(1).tracking is Tracking.DONE
    assert world.poller.status.connection is Connection.REFUSED


@with_world()
async def test_a_token_that_works_resumes(world: World) -> None:
    world.answer(
        lambda jobid, _: failed(jobid) if world.api.token == "user:1-y" else Refused(401, "")
    )
    await world.start()
    await world.track(ONE)
    await world.advance(10)
    assert (await world.token.try_and_keep("user:1-y")).accepted
    await world.advance(1)
    assert world.job().tracking is Tracking.DONE
    assert world.holds(Condition.REFUSED) is None


@with_world()
async def test_a_late_refusal_of_the_old_token_does_not_stop_the_new_one(world: World) -> None:
    world.answer(lambda jobid, n: created(jobid) if n else Refused(401, ""))
    world.api.latency_s = 3.0
    await world.start()
    await world.track(ONE)
    await world.advance(1)
    await world.token.try_and_keep("user:1-y")
    await world.advance(10)
    assert world.poller.status.connection is Connection.ONLINE
    assert world.job().status == "created"


@with_world()
async def test_a_missing_subscription_is_named_and_checked_again_on_demand(world: World) -> None:
    world.answer(lambda jobid, n: failed(jobid) if n else Refused(402, "Subscription expired."))
    await world.start()
    await world.track(ONE)
    await world.advance(100)
    assert len(world.api.asked) == 1
    assert world.poller.status.connection is Connection.SUBSCRIPTION
    assert "Subscription expired" in (world.holds(Condition.SUBSCRIPTION) or "")
    assert world.poller.refresh_now()
    await world.advance(1)
    assert world.job().tracking is Tracking.DONE
    assert world.holds(Condition.SUBSCRIPTION) is None


@with_world(given=None)
async def test_a_missing_token_is_asked_for_only_when_there_is_something_to_ask(
    world: World,
) -> None:
    await world.start()
    await world.advance(1)
    assert world.messages.lasting is None
    await world.track(ONE)
    await world.advance(1)
    assert world.messages.lasting is not None
    assert world.messages.lasting.remedy is Remedy.TOKEN
    assert world.poller.status.connection is Connection.NO_TOKEN
    await world.tracker.remove([1])
    assert world.messages.lasting is None
    assert world.api.asked == []


@with_world(given=None)
async def test_a_missing_token_is_asked_for_at_the_start_too(world: World) -> None:
    await world.track(ONE)
    await world.start()
    await world.advance(1)
    assert world.holds(Condition.NO_TOKEN)


# -- 429 ---------------------------------------------------------------------------------------


@with_world()
async def test_a_429_makes_the_whole_origin_wait_then_go_on_slowly(world: World) -> None:
    throttled = iter([Throttled(120.0)])
    world.answer(lambda jobid, _: next(throttled, created(jobid)))
    world.api.latency_s = 1.0
    await world.start()
    await world.track_many(30)
    await world.advance(10)
    before = len(world.api.asked)
    assert before <= 5
    assert world.poller.status.connection is Connection.THROTTLED
    world.api.most_under_way = 0
    await world.advance(130)
    times = [at for at, _ in world.api.asked]
    assert 121 <= times[before] <= 123
    assert world.api.most_under_way == 1
    assert world.holds(Condition.THROTTLED) is None


@with_world()
async def test_an_answer_to_an_older_request_does_not_end_the_wait(world: World) -> None:
    two = job_id(2)
    world.answer(lambda jobid, n: Throttled(60.0) if jobid == two and not n else created(jobid))
    world.api.latency_s = 1.0
    await world.start()
    await world.track(ONE, two)
    await world.advance(5)
    assert len(world.api.asked) == 2
    assert world.holds(Condition.THROTTLED)
    await world.advance(50)
    assert len(world.api.asked) == 2


@with_world()
async def test_without_a_retry_after_the_wait_begins_with_two_intervals_and_grows(
    world: World,
) -> None:
    world.answer(lambda *_: Throttled(None))
    await world.start()
    await world.track(ONE)
    await world.advance(200)
    assert list(world.spacing()) == pytest.approx([20.05, 40.05, 80.05], abs=0.1)


@with_world()
async def test_several_429_at_once_count_once(world: World) -> None:
    world.answer(lambda *_: Throttled(None))
    world.api.latency_s = 2.0
    await world.start()
    await world.track_many(8)
    await world.advance(10)
    assert world.poller.due_in(1) is not None
    assert world.poller.due_in(1) <= 20


@with_world()
async def test_no_retry_after_is_longer_than_an_hour(world: World) -> None:
    world.answer(lambda *_: Throttled(1e9))
    await world.start()
    await world.track(ONE)
    await world.advance(3590)
    assert len(world.api.asked) == 1
    await world.advance(20)
    assert len(world.api.asked) == 2


@with_world()
async def test_a_final_job_that_was_asked_by_hand_waits_out_a_429(world: World) -> None:
    world.answer(lambda jobid, n: Throttled(5.0) if n == 1 else failed(jobid))
    await world.start()
    await world.track(ONE)
    await world.advance(1)
    world.poller.check_now([1])
    await world.advance(10)
    assert len(world.api.asked) == 3


# -- trouble -----------------------------------------------------------------------------------


@pytest.mark.parametrize("network", [False, True])
@with_world()
async def test_trouble_backs_off_and_leaves_what_is_known(world: World, network: bool) -> None:
    trouble: JobAnswer = Trouble("The API answered 500.", network=network)
    world.answer(lambda jobid, n: trouble if n else created(jobid))
    await world.start()
    await world.track(ONE)
    await world.advance(2000)
    assert list(world.spacing())[1:7] == pytest.approx(
        [20.05, 40.05, 80.05, 160.05, 300.05, 300.05], abs=0.1
    )
    assert world.job().status == "created"
    assert world.job().tracking is Tracking.POLLING
    assert world.job().note == "The API answered 500."
    assert world.poller.status.failing == 1


@with_world()
async def test_the_next_good_answer_lifts_the_trouble(world: World) -> None:
    world.answer(lambda jobid, n: created(jobid) if n != 1 else Trouble("The API answered 502."))
    await world.start()
    await world.track(ONE)
    await world.advance(11)
    assert world.job().note == "The API answered 502."
    assert world.poller.failing_for(1) is not None
    await world.advance(20)
    assert world.job().note == ""
    assert world.poller.failing_for(1) is None
    await world.advance(10)
    assert list(world.spacing())[2] == pytest.approx(10.05, abs=0.1)


@with_world()
async def test_without_a_network_few_requests_probe_and_everything_goes_on_after(
    world: World,
) -> None:
    network = [NO_NETWORK]
    world.answer(lambda jobid, _: network[0] if network else created(jobid))
    await world.start()
    await world.track_many(200)
    await world.advance(100)
    assert len(world.api.asked) <= 20
    assert world.poller.status.connection is Connection.OFFLINE
    assert world.poller.status.reason == NO_NETWORK.reason
    assert world.holds(Condition.OFFLINE)
    assert all(world.poller.failing_for(number) is not None for number in (1, 100, 200))
    network.clear()
    await world.advance(30 + 200 / 3 + 1)  # each fourth turn is for those that are known to run
    assert world.holds(Condition.OFFLINE) is None
    assert sum(job.status == "created" for job in world.repository.jobs.values()) == 200


@with_world()
async def test_a_job_that_alone_is_cut_off_waits_out_its_back_off(world: World) -> None:
    cut, *others = [job_id(index) for index in range(1, 9)]
    world.answer(lambda jobid, n: NO_NETWORK if jobid == cut else created(jobid))
    await world.start()
    await world.track(cut, *others)
    await world.advance(200)
    times = world.api.times(cut)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps == pytest.approx([20.05, 40.05, 80.05], abs=0.3)


@with_world()
async def test_a_user_who_checks_now_does_not_wait_for_the_next_probe(world: World) -> None:
    network = [NO_NETWORK]
    world.answer(lambda jobid, _: network[0] if network else created(jobid))
    await world.start()
    await world.track_many(5)
    await world.advance(12)
    network.clear()
    world.poller.refresh_now()
    await world.advance(0.3)
    assert world.poller.status.connection is Connection.ONLINE


# -- what is kept ------------------------------------------------------------------------------


@with_world()
async def test_an_answer_that_changes_nothing_is_not_written(world: World) -> None:
    await world.start()
    await world.track(ONE)
    await world.advance(1)
    writes = world.repository.writes
    asked_at = world.job().last_asked_at
    await world.advance(60)
    assert world.repository.writes == writes
    assert world.job().last_asked_at != asked_at


@with_world()
async def test_an_answer_with_a_new_unknown_field_is_kept_raw(world: World) -> None:
    world.answer(lambda jobid, n: created(jobid, response={"forecastCost": n // 2}))
    await world.start()
    await world.track(ONE)
    await world.advance(35)
    assert len(world.api.asked) == 4
    assert len(world.repository.answers) == 2
    assert b'"forecastCost": 1' in world.repository.raw[1]


@with_world()
async def test_a_final_record_never_goes_back(world: World) -> None:
    world.answer(lambda jobid, n: failed(jobid) if n == 0 else created(jobid))
    await world.start()
    await world.track(ONE)
    await world.advance(1)
    world.poller.check_now([1])
    await world.advance(1)
    assert len(world.api.asked) == 2
    assert world.job().status == "failed"
    assert world.job().tracking is Tracking.DONE
    assert b'"failed"' in world.repository.raw[1]


@with_world()
async def test_an_answer_that_cannot_be_stored_is_asked_for_again(world: World) -> None:
    world.answer(lambda jobid, _: failed(jobid))
    await world.start()
    await world.track(ONE)
    world.repository.broken = True
    await world.advance(30)
    assert world.holds(Condition.DATABASE) == "The disk is full."
    assert world.job().record is None
    assert world.poller.failing_for(1) == pytest.approx(30, abs=1)
    world.repository.broken = False
    await world.advance(60)
    assert world.job().tracking is Tracking.DONE
    assert world.holds(Condition.DATABASE) is None


# -- what the user decides ---------------------------------------------------------------------


@with_world()
async def test_check_now_goes_before_a_backlog(world: World) -> None:
    world.answer(lambda jobid, _: failed(jobid))
    await world.start()
    await world.track_many(100)
    await world.advance(1.1)
    world.poller.check_now([3])
    await world.advance(0.5)
    assert job_id(3) in [jobid for _, jobid in world.api.asked]


@with_world()
async def test_check_now_takes_fresh_links_of_a_finished_job(world: World) -> None:
    world.answer(
        lambda jobid, n: completed(jobid, f"https://a.example.com/{n}", "https://a.example.com/x")
    )
    await world.start(downloads=False)
    await world.track(ONE)
    await world.advance(1)
    assert world.job().tracking is Tracking.DONE
    world.poller.check_now([1])
    await world.advance(1)
    assert world.image().entry.url == "https://a.example.com/1"
    assert world.job().tracking is Tracking.DONE


@with_world()
async def test_stopped_and_removed_jobs_are_asked_only_by_hand(world: World) -> None:
    await world.start()
    await world.track(ONE, job_id(2))
    await world.advance(1)
    await world.tracker.stop([1])
    await world.tracker.remove([2])
    await world.advance(60)
    assert len(world.api.asked) == 2
    assert world.poller.due_in(1) is None
    world.poller.check_now([1, 2])
    await world.advance(60)
    assert len(world.api.asked) == 4
    assert world.job(1).tracking is Tracking.STOPPED


@with_world()
async def test_trouble_with_a_finished_job_is_said_and_not_noted(world: World) -> None:
    world.answer(lambda jobid, n: Trouble("The API answered 500.") if n else failed(jobid))
    await world.start()
    await world.track(ONE)
    await world.advance(1)
    world.poller.check_now([1])
    await world.advance(100)
    assert len(world.api.asked) == 2
    assert world.job().note == ""
    assert world.said[-1] == "Job 1 could not be checked. The API answered 500."
    assert world.poller.status.failing == 0
    assert 1 not in world.poller.asked_by_hand


@with_world()
async def test_a_pause_asks_nothing_and_resuming_goes_on(world: World) -> None:
    await world.start()
    world.poller.pause()
    await world.track(ONE)
    await world.advance(60)
    assert world.api.asked == []
    assert world.poller.status.connection is Connection.PAUSED
    assert world.poller.status.polling == 1
    world.poller.resume()
    await world.advance(0.1)
    assert len(world.api.asked) == 1


@with_world()
async def test_refresh_now_makes_all_due_but_once_in_five_seconds(world: World) -> None:
    await world.start()
    await world.track(ONE)
    await world.advance(3)
    assert world.poller.refresh_now()
    assert not world.poller.refresh_now()
    await world.advance(0.1)
    assert len(world.api.asked) == 2
    await world.advance(5)
    assert world.poller.refresh_now()


@with_world()
async def test_the_status_tells_listeners_and_counts(world: World) -> None:
    heard: list[int] = []
    world.poller.subscribe(lambda: heard.append(world.poller.status.checking))
    await world.start()
    await world.track(ONE)
    await world.advance(0.01)
    status = world.poller.status
    assert (status.polling, status.checking, status.overdue) == (1, 1, 0)
    assert world.poller.due_in(1) == 0.0
    await world.advance(4)
    assert world.poller.status.next_in_s == pytest.approx(6.05, abs=0.1)
    assert world.poller.due_in(1) == pytest.approx(6.05, abs=0.1)
    assert 1 in heard
    assert heard[-1] == 0


@with_world()
async def test_a_mistake_in_one_check_stops_nothing(world: World) -> None:
    def script(jobid: str, before: int) -> JobAnswer:
        if not before:
            raise ValueError("a mistake")
        return failed(jobid)

    world.answer(script)
    await world.start()
    await world.track(ONE)
    await world.advance(25)
    assert world.job().tracking is Tracking.DONE
    assert [str(error) for error in world.errors] == ["a mistake"]
    world.errors.clear()


@with_world()
async def test_a_lost_image_gets_another_chance_with_a_fresh_link(world: World) -> None:
    await world.start(downloads=False)
    await world.add_completed("https://a.example.com/old")
    await world.library.change_image(
        world.image().key, lambda image: type(image)(image.key, image.entry, ImageState.LOST)
    )
    world.answer(lambda jobid, _: found(completed_raw(jobid, "https://a.example.com/new")))
    world.poller.check_now([1])
    await world.advance(1)
    assert world.image().state is ImageState.PENDING


# -- another user's IDs ------------------------------------------------------------------------


@with_world()
async def test_many_ids_of_another_user_get_one_message(world: World) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.track(*(job_id(index, user=777) for index in range(1, 7)))
    await world.advance(30)
    assert "6 of the IDs" in (world.holds(Condition.OTHER_USER) or "")
    await world.tracker.remove([1, 2])
    assert world.holds(Condition.OTHER_USER) is None


@with_world()
async def test_ids_that_the_api_answers_are_nobody_elses(world: World) -> None:
    await world.start()
    await world.track(*(job_id(index, user=777) for index in range(1, 7)))
    await world.advance(5)
    assert world.holds(Condition.OTHER_USER) is None


@with_world()
async def test_a_few_ids_of_another_user_among_many_say_nothing(world: World) -> None:
    world.answer(lambda *_: NotFound())
    await world.start()
    await world.track_many(8)
    await world.track(*(job_id(index, user=777) for index in range(100, 106)))
    assert world.holds(Condition.OTHER_USER) is None


# -- what was learned ----------------------------------------------------------------------------


def timed(jobid: str, status: str) -> Found:
    """Made 1,000 s after the start; a completed one took a minute."""
    made = datetime.fromtimestamp(WALL_AT_START + 1000, UTC)
    fields: dict[str, object] = {"created": made.isoformat(), "request": {"model": "a"}}
    if status == "completed":
        fields["updated"] = (made + timedelta(seconds=60)).isoformat()
    return found(raw_record(jobid, status, **fields))


@with_world(limits=PollLimits(interval_s=10.0))
async def test_a_job_whose_kind_is_known_is_asked_when_it_is_likely_done(world: World) -> None:
    done = {job_id(n) for n in range(1, 6)}
    world.answer(lambda jobid, _: timed(jobid, "completed" if jobid in done else "created"))
    await world.start(downloads=False)
    await world.advance(1000)
    world.server_clock.heard(world.clock.time())
    await world.track(job_id(99))
    await world.advance(35)
    assert len(world.api.times(job_id(99))) == 4  # nothing is known yet
    await world.track(*sorted(done))
    await world.advance(1)
    await world.track(job_id(100))
    await world.advance(1)
    assert world.poller.due_in(7) == pytest.approx(10, abs=1)  # made 37 s ago: likely by now
    await world.advance(30)
    assert len(world.api.times(job_id(100))) == 4


@with_world(limits=PollLimits(interval_s=10.0))
async def test_durations_are_learned_from_the_library_at_the_start(world: World) -> None:
    world.answer(lambda jobid, _: timed(jobid, "completed"))
    await world.start(downloads=False)
    await world.track(*(job_id(n) for n in range(1, 6)))
    await world.advance(5)
    again = World(PollLimits(interval_s=10.0), repository=world.repository)
    again.answer(lambda jobid, _: timed(jobid, "created"))
    await again.start(downloads=False)
    await again.advance(1000 - again.clock.monotonic())
    await again.track(job_id(99))
    await again.advance(1)
    assert 15 < (again.poller.due_in(6) or 0) < 50
    await again.end()


@with_world(limits=PollLimits(interval_s=10.0, per_second=1.0))
async def test_one_that_is_likely_done_goes_before_hundreds_that_are_late(world: World) -> None:
    """A round of them all takes 400 s at this rate; each new job takes a minute."""
    world.api.counts = False
    done_at: dict[str, float] = {}
    world.answer(
        lambda jobid, _: (
            failed(jobid)
            if world.clock.monotonic() >= done_at.get(jobid, float("inf"))
            else created(jobid)
        )
    )
    await world.start(downloads=False)
    await world.track_many(400)
    await world.advance(1200)  # by now all of them are late
    noticed: list[float] = []
    for index in range(500, 510):
        jobid = job_id(index)
        done_at[jobid] = world.clock.monotonic() + 60
        await world.track(jobid)
        await world.advance(180)
        noticed.append(world.api.times(jobid)[-1] - done_at[jobid])
    assert max(noticed) <= 60
    assert {job.tracking for job in world.repository.jobs.values()} == {
        Tracking.POLLING,
        Tracking.DONE,
    }
    late = [len(world.api.times(job_id(index))) for index in range(1, 401)]
    assert min(late) >= 4  # and none of them is forgotten
