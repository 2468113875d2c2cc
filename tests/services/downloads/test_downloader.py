"""Each state of an image, in virtual time."""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fake_clock import WALL_AT_START
from fakes import completed_raw, found, job_id
from world import World, with_world

from dreamina_desktop.core.jobs import link_recovery, schedule
from dreamina_desktop.core.jobs.answer import (
    DiskTrouble,
    Gone,
    ImageAnswer,
    Invalid,
    LinkDied,
    NotFound,
    TryLater,
    Undecodable,
    Unusable,
    Verified,
)
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState
from dreamina_desktop.services.library import SLICE, ChangeSet
from dreamina_desktop.services.session.messages import Condition, Remedy

URL = "https://a.example.com/1"
LATER = TryLater("The image host answered 503.")


def expiring(name: str, in_s: float) -> str:
    return f"https://a.example.com/{name}?x-expires={WALL_AT_START + in_s:.0f}"


@with_world()
async def test_an_image_is_saved_when_it_is_whole_on_disk_and_decoded(world: World) -> None:
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(0.1)
    assert world.downloader.is_fetching(ImageKey(1, 0))
    assert world.image().state is ImageState.PENDING
    await world.advance(1)
    image = world.image()
    assert image.state is ImageState.SAVED
    assert image.file == world.files.kept[0] == "2026-03-02/0001-1 a-stunning-aurora.jpg"
    assert (image.file_width, image.file_height, image.size_bytes) == (2560, 1440, 1000)
    assert image.sha256 == "5ha"
    assert world.source.parts == set()
    assert world.downloader.status.pending == 0


@with_world()
async def test_the_soonest_to_die_go_first_and_those_that_do_not_say_last(world: World) -> None:
    urls = [URL, expiring("far", 9000), expiring("near", 60), expiring("middle", 500)]
    await world.add_completed(*urls, "https://a.example.com/2")
    await world.start(polls=False)
    await world.advance(5)
    assert world.source.urls()[:3] == [urls[2], urls[3], urls[1]]


@with_world()
async def test_the_newest_of_equals_go_first(world: World) -> None:
    for index in range(1, 9):
        await world.add_completed(f"https://a.example.com/{index}", index=index)
    await world.start(polls=False)
    await world.advance(5)
    assert world.source.urls() == [f"https://a.example.com/{n}" for n in range(8, 0, -1)]


@with_world()
async def test_four_at_once(world: World) -> None:
    await world.add_completed(*(f"https://a.example.com/{n}" for n in range(12)))
    await world.start(polls=False)
    await world.advance(0.1)
    assert world.downloader.status.fetching == 4
    await world.advance(5)
    assert world.source.most_under_way == 4
    assert len(world.files.kept) == 12


@with_world()
async def test_what_may_still_come_is_pending_and_retried_with_back_off(world: World) -> None:
    world.source.script[URL] = [LATER]
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(1200)
    times = [at for at, _ in world.source.fetched]
    gaps = [later - at for at, later in itertools.pairwise(times)]
    waits = [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert gaps == pytest.approx([wait + 0.2 for wait in waits], abs=0.1)
    assert world.image().state is ImageState.PENDING
    assert world.image().note == LATER.reason
    assert world.downloader.failing_for(ImageKey(1, 0)) == pytest.approx(1200, abs=1)


@with_world()
async def test_a_retried_image_is_saved_without_a_trace_of_its_trouble(world: World) -> None:
    world.source.script[URL] = [LATER, LATER, world.source.whole()]
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(10)
    assert world.image().state is ImageState.SAVED
    assert world.image().note == ""
    assert world.downloader.failing_for(ImageKey(1, 0)) is None


@with_world()
async def test_a_host_that_asks_for_a_pause_gets_one_and_the_others_go_on(world: World) -> None:
    world.source.script[URL] = [TryLater("429", 60.0), world.source.whole()]
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(1)
    await world.add_completed("https://a.example.com/2", "https://b.example.com/3", index=2)
    await world.advance(50)
    assert world.source.urls() == [URL, "https://b.example.com/3"]
    assert world.downloader.failing_for(ImageKey(1, 0)) is None
    await world.advance(15)
    assert world.image(1).state is ImageState.SAVED
    assert world.image(2).state is ImageState.SAVED


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Gone("The image host refused the link (403)."), ImageState.LOST),
        (Unusable("The image has more than 200 MB."), ImageState.INVALID),
    ],
)
@with_world()
async def test_what_will_not_come_is_settled_with_its_reason(
    world: World, answer: Gone | Unusable, state: ImageState
) -> None:
    world.source.script[URL] = [answer]
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(100)
    assert world.image().state is state
    assert world.image().note == answer.reason
    assert len(world.source.fetched) == 1


@with_world()
async def test_a_broken_picture_is_invalid_and_its_bytes_are_removed(world: World) -> None:
    world.imaging.verdict = Invalid("It is not a picture.")
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(100)
    assert world.image().state is ImageState.INVALID
    assert world.image().note == "It is not a picture."
    assert world.source.parts == set()
    assert len(world.source.fetched) == 1


FILE = Path("2026-03-02/0001-1 a-stunning-aurora.jpg")
NO_DECODER = OSError(12, "Cannot allocate memory")


@with_world()
async def test_trouble_of_this_machine_is_no_verdict_and_fetches_nothing_twice(
    world: World,
) -> None:
    world.imaging.broken = NO_DECODER
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(24 * 3600)
    image = world.image()
    assert (image.state, image.file, image.sha256) == (ImageState.PENDING, None, "5ha")
    assert "Cannot allocate memory" in image.note
    assert world.files.kept == [FILE.as_posix()]
    assert len(world.source.fetched) == 1
    assert world.source.parts == set()
    assert world.holds(Condition.DISK) is None
    world.imaging.broken = None
    await world.advance(301)
    image = world.image()
    assert (image.state, image.file, image.note) == (ImageState.SAVED, str(FILE), "")
    assert len(world.source.fetched) == 1


@with_world()
async def test_what_was_not_decoded_is_tried_less_and_less_often(world: World) -> None:
    world.imaging.broken = NO_DECODER
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(3600)
    assert 10 < len(world.imaging.verified) < 30
    assert world.downloader.failing_for(ImageKey(1, 0)) == pytest.approx(3600, abs=1)
    assert await world.idle.wait(None, 60, asyncio.Event()) is not None


DEADLY = Undecodable("The process that decodes images ends over it.")


@with_world()
async def test_a_picture_that_ends_its_decoder_is_kept_as_a_file_and_rests(world: World) -> None:
    world.imaging.verdict = DEADLY
    await world.start(polls=False)
    await world.add_completed(URL, "https://a.example.com/2")
    await world.advance(24 * 3600)
    image = world.image()
    assert (image.state, image.file) == (ImageState.PENDING, None)
    assert FILE.as_posix() in image.note
    assert "Retry" in image.note
    assert FILE.as_posix() in world.files.kept
    assert len(world.source.fetched) == len(world.imaging.verified) == 2  # of each image
    assert world.downloader.status.pending == 0
    assert await world.idle.wait(None, 10, asyncio.Event()) is not None


@with_world()
async def test_retry_decodes_a_resting_image_again_without_fetching_it(world: World) -> None:
    world.imaging.verdict = DEADLY
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(5)
    world.downloader.retry([ImageKey(1, 0)])
    await world.advance(5)
    assert link_recovery.rests(world.image())
    world.imaging.verdict = Verified("jpg", 2560, 1440)
    await world.advance(24 * 3600)
    assert link_recovery.rests(world.image())
    world.downloader.retry([ImageKey(1, 0)])
    await world.advance(5)
    assert (world.image().state, world.image().file) == (ImageState.SAVED, str(FILE))
    assert len(world.source.fetched) == len(world.files.kept) == 1


@pytest.mark.parametrize("rests", [False, True])
@with_world()
async def test_bytes_that_were_not_decoded_are_taken_by_the_next_run(
    world: World, rests: bool
) -> None:
    [image] = await kept_undecoded(world, rests=rests)
    later = World(repository=world.repository)
    later.files.there = world.files.there
    await later.start(polls=False)
    await later.advance(10)
    assert later.source.fetched == []
    assert later.image().state is (ImageState.PENDING if rests else ImageState.SAVED)
    assert later.image().note == (image.note if rests else "")


async def kept_undecoded(world: World, *, rests: bool) -> tuple[Image, ...]:
    """The images of a run that could not decode them."""
    if rests:
        world.imaging.verdict = DEADLY
    else:
        world.imaging.broken = NO_DECODER
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(5)
    return world.job().images


@with_world()
async def test_bytes_that_are_here_wait_for_no_host(world: World) -> None:
    await kept_undecoded(world, rests=False)
    others = [f"https://a.example.com/other/{n}" for n in range(12)]
    for url in others:
        world.source.script[url] = [LATER]
    await world.add_completed(*others, index=2)
    await world.advance(60)
    assert world.downloader._hosts.is_down(URL)
    world.imaging.broken = None
    await world.advance(64)
    assert world.image().state is ImageState.SAVED
    assert world.downloader._hosts.is_down(URL)


@with_world()
async def test_a_file_that_is_gone_before_it_was_decoded_is_fetched_again(world: World) -> None:
    await kept_undecoded(world, rests=False)
    world.files.there.clear()
    world.imaging.broken = None
    await world.advance(30)
    assert world.image().state is ImageState.SAVED
    assert len(world.source.fetched) == 2


@with_world()
async def test_an_image_without_a_link_is_lost_from_the_start(world: World) -> None:
    await world.start(polls=False)
    await world.add_completed(None)
    await world.advance(1)
    assert world.image().state is ImageState.LOST
    assert world.source.fetched == []


# -- links that are refused, in a way that may pass ----------------------------------------------

REFUSAL = TryLater("The image host answered 451 instead of a picture.", refusal=True)
A_DAY_S = 1800.0  # a day of virtual time takes seconds of ours


@pytest.fixture
def short_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "REFUSED_FOR_S", A_DAY_S)


short_day = pytest.mark.usefixtures("short_days")


def test_a_link_is_refused_for_a_day_and_tried_at_least_once_an_hour() -> None:
    assert schedule.REFUSED_FOR_S == 24 * 3600
    waits = [schedule.refused_again_in(1.0, count, 0.0) for count in range(1, 40)]
    assert waits[:3] == [2.0, 4.0, 8.0]
    assert waits == sorted(waits)
    assert waits[-1] == 3600


@with_world()
async def test_a_refused_link_is_tried_again_less_and_less_often_for_a_day(world: World) -> None:
    world.source.script[URL] = [REFUSAL]
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(A_DAY_S)
    assert world.image().state is ImageState.PENDING
    assert world.image().note == REFUSAL.reason
    times = [at for at, _ in world.source.fetched]
    waits = [after - before for before, after in itertools.pairwise(times)]
    assert waits == sorted(waits)
    assert len(times) == 10


@with_world()
async def test_one_refused_image_does_not_slow_its_host(world: World) -> None:
    world.source.script[URL] = [REFUSAL]
    others = [f"https://a.example.com/{n}" for n in range(2, 42)]
    await world.start(polls=False)
    await world.add_completed(URL, *others)
    await world.advance(10)
    saved = [image.state is ImageState.SAVED for image in world.job().images]
    assert saved == [False] + [True] * 40


@with_world()
async def test_an_answer_that_was_a_moments_trouble_costs_nothing(world: World) -> None:
    world.source.script[URL] = [*[REFUSAL] * 8, world.source.whole()]
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(A_DAY_S)
    assert world.image().state is ImageState.SAVED
    assert (world.image().note, world.image().died) == ("", "")


@short_day
@with_world()
async def test_after_a_day_a_fresh_link_is_looked_for(world: World) -> None:
    new = "https://b.example.com/new"
    world.source.script[URL] = [REFUSAL]
    world.answer(lambda jobid, _: found(completed_raw(jobid, new)))
    await world.start()
    await world.add_completed(URL)
    await world.advance(2 * A_DAY_S)
    assert world.image().state is ImageState.SAVED
    assert len(world.api.asked) == 1
    assert world.source.urls()[-1] == new


@short_day
@with_world()
async def test_where_there_is_no_fresh_link_the_image_rests_and_is_never_lost(
    world: World,
) -> None:
    world.source.script[URL] = [REFUSAL]
    world.answer(lambda jobid, _: found(completed_raw(jobid, URL)))
    await world.start()
    await world.add_completed(URL)
    await world.advance(2 * A_DAY_S)
    tried = len(world.source.fetched)
    await world.advance(2 * A_DAY_S)
    assert world.image().state is ImageState.PENDING
    assert world.image().note == (
        "Refused for a day: The image host answered 451 instead of a picture. Retry tries it again."
    )
    assert len(world.source.fetched) == tried
    assert await world.idle.wait(None, 30, asyncio.Event()) is not None


@short_day
@with_world()
async def test_an_image_that_rests_still_rests_in_the_next_run_and_is_open_trouble(
    world: World,
) -> None:
    world.source.script[URL] = [REFUSAL]
    world.answer(lambda jobid, _: found(completed_raw(jobid, URL)))
    await world.start()
    await world.add_completed(URL)
    await world.advance(2 * A_DAY_S)
    await world.end()
    after = World(repository=world.repository)
    await after.start()
    await after.advance(600)
    assert after.source.fetched == []
    given_up = await after.idle.wait(None, 30, asyncio.Event())
    assert given_up is not None
    assert "answered 451" in given_up
    await after.end()


@short_day
@with_world()
async def test_retry_and_a_record_with_another_link_wake_an_image_that_rests(
    world: World,
) -> None:
    new = "https://b.example.com/new"
    world.source.script[URL] = [REFUSAL]
    world.answer(lambda jobid, _: found(completed_raw(jobid, URL)))
    await world.start()
    await world.add_completed(URL)
    await world.advance(2 * A_DAY_S)
    tried = len(world.source.fetched)
    world.downloader.retry([ImageKey(1, 0)])
    await world.advance(1)
    assert len(world.source.fetched) == tried + 1
    await world.advance(2 * A_DAY_S)
    assert world.image().note.endswith("Retry tries it again.")
    world.answer(lambda jobid, _: found(completed_raw(jobid, new)))
    world.poller.check_now([1])
    await world.advance(5)
    assert world.image().state is ImageState.SAVED


# -- links that died ---------------------------------------------------------------------------


@with_world()
async def test_a_link_past_its_time_is_tried_all_the_same(world: World) -> None:
    await world.start(polls=False)
    await world.add_completed(expiring("old", -3600))
    await world.advance(1)
    assert world.image().state is ImageState.SAVED


@with_world()
async def test_a_fresh_link_saves_an_image_whose_link_had_died(world: World) -> None:
    old, new = expiring("old", -3600), expiring("new", 3600)
    world.source.script[old] = [LinkDied("The link had expired.")]
    world.answer(lambda jobid, _: found(completed_raw(jobid, new)))
    await world.start()
    await world.add_completed(old)
    assert await world.idle.wait(None, 300, asyncio.Event()) is None
    assert world.image().state is ImageState.SAVED
    assert world.source.urls() == [old, new]


@with_world()
async def test_a_fresh_link_is_asked_for_once(world: World) -> None:
    old = expiring("old", -3600)
    world.source.script[old] = [LinkDied("The link had expired.")]
    world.answer(lambda jobid, _: found(completed_raw(jobid, old)))
    await world.start()
    await world.add_completed(old)
    assert await world.idle.wait(None, 300, asyncio.Event()) is None
    await world.advance(60)
    assert len(world.api.asked) == 1
    assert world.image().state is ImageState.LOST
    assert world.image().note.startswith("The link had expired on 2026-03-0")
    assert world.image().note.endswith(", and no fresh one was found.")


# -- interrupted downloads ---------------------------------------------------------------------


@with_world()
async def test_a_picture_put_together_of_parts_that_is_broken_is_loaded_anew(
    world: World,
) -> None:
    whole = world.source.whole()
    world.source.script[URL] = [replace(world.source.whole(), resumed=True), whole]
    world.imaging.verdict = Invalid("It is not a picture.")
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(1)
    assert world.image().state is ImageState.PENDING
    world.imaging.verdict = Verified("jpg", 2560, 1440)
    await world.advance(5)
    assert world.image().state is ImageState.SAVED
    assert world.source.parts == set()


@with_world()
async def test_what_was_begun_is_dropped_when_its_job_is_removed(world: World) -> None:
    world.source.script[URL] = [LATER]
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(1)
    assert world.source.forgotten == []
    await world.tracker.remove([1])
    assert world.source.forgotten == [URL]


@with_world()
async def test_what_was_begun_is_dropped_when_there_is_another_link(world: World) -> None:
    new = "https://a.example.com/new"
    world.source.script[URL] = [LATER]
    world.answer(lambda jobid, _: found(completed_raw(jobid, new)))
    await world.start()
    await world.add_completed(URL)
    await world.advance(1)
    world.poller.check_now([1])
    await world.advance(5)
    assert world.image().state is ImageState.SAVED
    assert world.source.forgotten[0] == URL


# -- what the user decides ---------------------------------------------------------------------


@with_world()
async def test_retry_tries_again_now(world: World) -> None:
    two = "https://a.example.com/2"
    world.source.script[URL] = [Gone("404"), world.source.whole()]
    world.source.script[two] = [LATER, LATER, LATER, LATER, world.source.whole()]
    await world.start(polls=False)
    await world.add_completed(URL, two)
    await world.advance(16)
    assert [image.state for image in world.job().images] == [ImageState.LOST, ImageState.PENDING]
    world.downloader.retry([ImageKey(1, 0), ImageKey(1, 1)])
    await world.advance(1)
    assert [image.state for image in world.job().images] == [ImageState.SAVED, ImageState.SAVED]


@with_world()
async def test_very_many_are_tried_again_by_a_few_writes(world: World) -> None:
    urls = [f"https://a.example.com/{n}" for n in range(SLICE + 20)]
    for url in urls:
        world.source.script[url] = [Gone("404"), world.source.whole()]
    await world.start(polls=False)
    await world.add_completed(*urls)
    await world.advance(len(urls))
    assert {image.state for image in world.job().images} == {ImageState.LOST}
    told: list[ChangeSet] = []
    world.library.subscribe(told.append)
    world.downloader.retry([image.key for image in world.job().images])
    world.downloader.pause()
    await world.advance(1)
    assert {image.state for image in world.job().images} == {ImageState.PENDING}
    assert len(told) == 2
    world.downloader.resume()
    await world.advance(len(urls))
    assert {image.state for image in world.job().images} == {ImageState.SAVED}


@with_world()
async def test_retry_never_makes_a_second_file(world: World) -> None:
    await world.start(polls=False)
    await world.add_completed(URL)
    key = ImageKey(1, 0)
    await world.advance(0.1)
    world.downloader.retry([key])
    await world.advance(2)
    world.downloader.retry([key])
    await world.advance(2)
    assert len(world.source.fetched) == 1
    assert len(world.files.kept) == 1


@with_world()
async def test_a_removed_job_downloads_nothing_and_goes_on_when_it_is_back(world: World) -> None:
    world.source.script[URL] = [LATER, LATER, world.source.whole()]
    await world.start(polls=False)
    await world.add_completed(URL)
    await world.advance(0.1)
    await world.tracker.remove([1])
    await world.advance(100)
    assert len(world.source.fetched) == 1
    assert world.downloader.status.pending == 0
    await world.undo.undo()
    await world.advance(10)
    assert world.image().state is ImageState.SAVED


@with_world()
async def test_a_pause_starts_nothing(world: World) -> None:
    await world.start(polls=False)
    world.downloader.pause()
    await world.add_completed(URL)
    await world.advance(30)
    assert world.source.fetched == []
    assert world.downloader.status.next_in_s is None
    world.downloader.resume()
    await world.advance(1)
    assert world.image().state is ImageState.SAVED


# -- the disk ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "total"), [(900_000_000, 10**10), (1_990_000_000, 4_400 * 10**9), (2 * 10**9, 10**11)]
)
@with_world()
async def test_saving_stops_while_the_disk_is_nearly_full_and_goes_on_by_itself(
    world: World, free: int, total: int
) -> None:
    world.files.free, world.files.total = free, total
    await world.add_completed(URL)
    await world.start(polls=False)
    await world.advance(60)
    assert world.source.fetched == []
    assert world.downloader.status.disk_full
    assert world.messages.lasting is not None
    assert world.messages.lasting.remedy is Remedy.FOLDER
    assert world.downloader.failing_for(ImageKey(1, 0)) == pytest.approx(60, abs=1)
    world.files.free = total // 2
    await world.advance(8)
    assert world.image().state is ImageState.SAVED
    assert world.holds(Condition.DISK) is None


def no_reference(number: int) -> bytes:
    """A record whose image says nothing of its size."""
    raw = json.loads(completed_raw(job_id(number), f"https://b.example.com/{number}"))
    del raw["response"]["images"][0]["assetRef"]
    return json.dumps(raw).encode()


@pytest.mark.parametrize(("free", "total"), [(1_100_000_000, 10**10), (3 * 10**9, 4_400 * 10**9)])
@with_world()
async def test_what_stays_free_is_a_fixed_reserve_and_no_share_of_a_large_disk(
    world: World, free: int, total: int
) -> None:
    world.files.free, world.files.total = free, total
    await world.add_completed(URL)
    await world.start(polls=False)
    await world.advance(5)
    assert world.image().state is ImageState.SAVED


@with_world()
async def test_how_much_stays_free_is_a_setting(world: World) -> None:
    world.files.free = 40_000_000_000
    await world.start(polls=False)
    world.preferences.reserve_bytes = 50_000_000_000
    await world.add_completed(URL)
    await world.advance(10)
    assert world.source.fetched == []
    assert "50 GB have to stay free" in (world.holds(Condition.DISK) or "")
    world.preferences.reserve_bytes = None
    await world.advance(10)
    assert world.image().state is ImageState.SAVED


@with_world()
async def test_what_is_coming_counts_before_it_is_written(world: World) -> None:
    """The next images fit beside the reserve, or are not begun."""
    world.files.free = 2_003_000_000
    await world.add_completed(*(f"https://a.example.com/{n}" for n in range(8)))
    for number in range(2, 6):  # without a reference, of a size that is guessed
        await world.library.add(0.0, [job_id(number)], {job_id(number): no_reference(number)})
    await world.start(polls=False)
    await world.advance(10)
    assert world.source.fetched == []
    assert world.holds(Condition.DISK)


@with_world()
async def test_a_backlog_that_does_not_fit_is_told_and_what_fits_is_saved(world: World) -> None:
    world.files.free = 2_020_000_000
    for number in range(1, 31):
        await world.library.add(0.0, [job_id(number)], {job_id(number): no_reference(number)})
    await world.start(polls=False)
    await world.advance(0.3)
    text = world.holds(Condition.BACKLOG) or ""
    assert "About 30 MB are coming (30 images), 2.0 GB are free" in text
    assert "not all of them fit" in text
    assert world.source.fetched


@with_world()
async def test_a_disk_that_refuses_bytes_is_tried_with_one_image_at_a_time(world: World) -> None:
    urls = [f"https://a.example.com/{n}" for n in range(8)]
    trouble: ImageAnswer = DiskTrouble("The disk refused the image: read-only file system.")
    for url in urls:
        world.source.script[url] = [trouble]
    await world.add_completed(*urls)
    await world.start(polls=False)
    await world.advance(65)
    assert "read-only" in (world.holds(Condition.DISK) or "")
    assert len(world.source.fetched) <= 4 + 7
    for url in urls:
        world.source.script[url] = []
    await world.advance(120)
    assert len(world.files.kept) == 8
    assert world.holds(Condition.DISK) is None


@with_world()
async def test_a_file_that_cannot_be_kept_leaves_no_part(world: World) -> None:
    world.files.broken = OSError(30, "Read-only file system")
    await world.add_completed(URL)
    await world.start(polls=False)
    await world.advance(5)
    assert world.source.parts == set()
    assert "Read-only file system" in (world.holds(Condition.DISK) or "")
    world.files.broken = None
    await world.advance(30)
    assert world.image().state is ImageState.SAVED


@with_world()
async def test_a_file_that_could_not_be_recorded_is_not_fetched_again(world: World) -> None:
    await world.add_completed(URL)
    await world.start(polls=False)
    await world.advance(0.1)
    world.repository.broken = True
    await world.advance(60)
    assert world.holds(Condition.DATABASE)
    assert world.image().state is ImageState.PENDING
    world.repository.broken = False
    await world.advance(70)
    assert world.image().state is ImageState.SAVED
    assert len(world.source.fetched) == len(world.files.kept) == 1
    assert world.holds(Condition.DATABASE) is None


@with_world()
async def test_an_image_that_came_from_elsewhere_meanwhile_keeps_its_one_file(world: World) -> None:
    await world.add_completed("https://a.example.com/1")
    keep = world.files.keep

    async def overtaken(*arguments: str) -> Path:
        path = await keep(*arguments)
        await world.library.change_image(
            ImageKey(1, 0), lambda i: replace(i, state=ImageState.SAVED, file="from/an/archive.jpg")
        )
        return path

    world.files.keep = overtaken  # type: ignore[method-assign,assignment]
    await world.start()
    await world.advance(5)
    assert world.image().file == "from/an/archive.jpg"
    assert Path(world.files.kept[0]) in world.files.discarded
    assert world.source.parts == set()


@with_world()
async def test_a_large_backlog_is_announced_with_numbers_and_lifted(world: World) -> None:
    await world.add_completed(*(f"https://a.example.com/{n}" for n in range(60)))
    world.downloader.pause()
    await world.start(polls=False)
    await world.advance(1)
    text = world.holds(Condition.BACKLOG) or ""
    assert "60 images" in text
    assert "40 GB are free" in text
    world.downloader.resume()
    await world.advance(30)
    assert len(world.files.kept) == 60
    assert world.holds(Condition.BACKLOG) is None


@with_world()
async def test_a_small_backlog_is_not_announced(world: World) -> None:
    await world.add_completed(*(f"https://a.example.com/{n}" for n in range(8)))
    await world.start(polls=False)
    await world.advance(0.1)
    assert world.holds(Condition.BACKLOG) is None


# -- the next start ----------------------------------------------------------------------------


@with_world()
async def test_a_file_that_is_gone_is_fetched_again(world: World) -> None:
    await world.add_completed(URL, "https://a.example.com/2")
    await world.start(polls=False)
    await world.advance(5)
    again = World(repository=world.repository)
    again.files.gone = {world.image().file or ""}
    await again.start(polls=False)
    await again.advance(0.1)
    assert again.image().state is ImageState.PENDING
    assert again.image().note == "Its file was gone."
    await again.advance(5)
    assert again.source.urls() == [URL]
    assert again.image().state is ImageState.SAVED
    await again.end()


@with_world()
async def test_a_folder_that_is_not_there_does_not_cost_what_is_known_of_it(world: World) -> None:
    await world.add_completed(*(f"https://a.example.com/{n}" for n in range(30)))
    await world.start(polls=False)
    await world.advance(30)
    again = World(repository=world.repository)
    again.files.gone = set(world.files.kept)
    await again.start(polls=False)
    await again.advance(5)
    assert again.source.fetched == []
    assert "is not there, or another one is in its place" in (
        again.holds(Condition.FOLDER_AWAY) or ""
    )
    await again.end()


@with_world()
async def test_an_image_is_not_lost_when_its_job_is_no_longer_found(world: World) -> None:
    world.answer(lambda *_: NotFound())
    world.source.script[URL] = [LATER, LATER, LATER, world.source.whole()]
    await world.start()
    await world.add_completed(URL)
    world.poller.check_now([1])
    await world.advance(30)
    assert world.image().state is ImageState.SAVED


@with_world()
async def test_a_job_that_completes_is_downloaded_at_once(world: World) -> None:
    world.answer(lambda jobid, _: found(completed_raw(jobid, URL)))
    await world.start()
    await world.track(job_id(1))
    await world.advance(0.5)
    assert world.image().state is ImageState.SAVED
