"""What must be fetched soon, in virtual time."""

from __future__ import annotations

from dataclasses import replace

from fake_clock import WALL_AT_START
from fakes import completed, created, job_id
from world import World, with_world

from dreamina_desktop.core.jobs.answer import TryLater
from dreamina_desktop.core.jobs.deadline import Deadline
from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.services.tracking.deadlines import GRACE_S, DeadlineHeap, Expiring

HOUR, DAY = 3600.0, 86400.0


def link(name: str, in_s: float) -> str:
    return f"https://a.example.com/{name}?x-expires={WALL_AT_START + in_s:.0f}"


async def start(world: World) -> list[Expiring]:
    """Watching, with nothing that fetches; what listeners saw."""
    await world.library.load()
    seen: list[Expiring] = []
    world.deadlines.subscribe(lambda: seen.append(world.deadlines.status))
    world.supervisor.spawn(world.deadlines.run(), "deadlines")
    return seen


async def save(world: World, number: int, index: int) -> None:
    await world.library.change_image(
        ImageKey(number, index), lambda image: replace(image, state=ImageState.SAVED)
    )


@with_world()
async def test_images_are_counted_until_they_are_saved(world: World) -> None:
    seen = await start(world)
    await world.add_completed(link("a", HOUR), link("b", 2 * HOUR), link("c", 9 * DAY))
    await world.advance(GRACE_S + 1)
    at = WALL_AT_START + HOUR
    assert world.deadlines.status == Expiring(images=2, next_at=at)
    assert world.deadlines.images() == (ImageKey(1, 0), ImageKey(1, 1))
    await save(world, 1, 0)
    assert world.deadlines.status == Expiring(images=1, next_at=at + HOUR)
    await save(world, 1, 1)
    assert not world.deadlines.status
    assert [status.images for status in seen] == [2, 1, 0]


@with_world()
async def test_what_is_saved_as_it_comes_is_never_counted(world: World) -> None:
    seen = await start(world)
    await world.start()
    await world.track(job_id(1))
    world.answer(lambda jobid, _: completed(jobid, link("a", HOUR)))
    await world.advance(60)
    assert world.image().state is ImageState.SAVED
    assert seen == []


@with_world()
async def test_a_link_counts_from_24_hours_before_its_end(world: World) -> None:
    await start(world)
    await world.add_completed(link("a", 30 * HOUR))
    await world.advance(6 * HOUR - 1)
    assert not world.deadlines.status
    await world.advance(2)
    assert world.deadlines.status.images == 1


@with_world()
async def test_links_that_die_while_nothing_is_fetched_are_said_to_be_dead(world: World) -> None:
    await start(world)
    await world.add_completed(link("a", HOUR), link("b", 2 * HOUR))
    await world.advance(HOUR + 1)
    assert world.deadlines.status == Expiring(images=1, expired=1, next_at=WALL_AT_START + 2 * HOUR)
    assert set(world.deadlines.images()) == {ImageKey(1, 0), ImageKey(1, 1)}
    assert world.job().number in world.deadlines.numbers()
    await world.advance(HOUR)
    assert world.deadlines.status == Expiring(expired=2)
    await save(world, 1, 0)
    assert world.deadlines.status == Expiring(expired=1)


@with_world()
async def test_a_link_that_outlives_its_job_counts_again_at_once(world: World) -> None:
    await start(world)
    await world.add_completed(link("a", 30 * DAY + 6 * HOUR))
    await world.advance(27 * DAY + 4 * HOUR)
    assert world.deadlines.status.images == 1
    await world.advance(3 * DAY)
    status = world.deadlines.status
    assert status == Expiring(images=1, next_at=WALL_AT_START + 30 * DAY + 6 * HOUR)


@with_world()
async def test_a_fresh_link_begins_anew(world: World) -> None:
    await start(world)
    await world.add_completed(link("a", 60))
    await world.advance(61)
    assert world.deadlines.status.expired == 1
    fresh = completed(job_id(1), link("a", 9 * DAY)).record.images[0]
    await world.library.change_image(ImageKey(1, 0), lambda image: replace(image, entry=fresh))
    assert not world.deadlines.status
    await world.advance(8 * DAY)
    assert world.deadlines.status.images == 1


@with_world()
async def test_a_running_job_counts_in_its_last_three_days_on_the_server(world: World) -> None:
    await start(world)
    await world.track("j0201120000123456789i-u12345-US:user@example.com-bot:dreamina")
    await world.advance(GRACE_S + 1)
    status = world.deadlines.status
    assert (status.images, status.jobs) == (0, 1)
    assert world.deadlines.jobs() == (1,)
    assert world.job().number in world.deadlines.numbers()
    assert status.next_at is not None
    await world.advance(status.next_at - world.clock.time() + 1)
    assert not world.deadlines.status


@with_world()
async def test_a_new_job_is_nobodys_concern(world: World) -> None:
    await start(world)
    await world.track(job_id(1))
    await world.advance(HOUR)
    assert not world.deadlines.status
    assert world.job().number not in world.deadlines.numbers()


@with_world()
async def test_asking_again_without_news_does_not_begin_the_grace_anew(world: World) -> None:
    await start(world)
    await world.add_completed(link("a", HOUR))
    for _ in range(4):
        await world.advance(GRACE_S / 3)
        world.library.note_asked(1, world.clock.time())
    assert world.deadlines.status.images == 1


@with_world()
async def test_when_nothing_comes_by_itself_there_is_no_grace(world: World) -> None:
    await start(world)
    await world.add_completed(link("a", HOUR), link("b", 9 * DAY))
    await world.advance(1)
    assert not world.deadlines.status
    world.deadlines.stop_waiting()
    assert world.deadlines.status.images == 1


@with_world()
async def test_removed_jobs_do_not_count_and_come_back_with_undo(world: World) -> None:
    await start(world)
    await world.add_completed(link("a", HOUR))
    await world.advance(GRACE_S + 1)
    await world.tracker.remove([1])
    assert not world.deadlines.status
    await world.undo.undo()
    await world.advance(GRACE_S + 1)
    assert world.deadlines.status.images == 1


@with_world()
async def test_what_a_former_run_left_is_counted(world: World) -> None:
    await world.add_completed(link("a", HOUR))
    another = World(repository=world.repository)
    await start(another)
    await another.advance(GRACE_S + 1)
    assert another.deadlines.status.images == 1
    await another.end()


@with_world()
async def test_a_clock_that_is_set_does_not_disturb_the_count(world: World) -> None:
    await start(world)
    await world.add_completed(link("a", 30 * HOUR))
    world.clock.jump(10 * HOUR)
    await world.advance(60)
    assert world.deadlines.status.images == 1
    world.clock.jump(-10 * HOUR)
    await world.advance(60)
    assert not world.deadlines.status
    await world.advance(6 * HOUR)
    assert world.deadlines.status.images == 1


@with_world()
async def test_a_machine_that_slept_looks_again(world: World) -> None:
    await start(world)
    await world.add_completed(link("a", 9 * DAY))
    await world.advance(1)
    world.clock.jump(8.5 * DAY)
    await world.advance(31)
    assert world.deadlines.status.images == 1


@with_world()
async def test_fetching_them_now_forgets_every_back_off(world: World) -> None:
    await start(world)
    await world.start()
    url = link("a", HOUR)
    world.source.script[url] = [TryLater("The image host answered 503.")]
    world.answer(lambda jobid, _: created(jobid))
    await world.add_completed(url)
    await world.track("j0201120000123456789i-u12345-US:user@example.com-bot:dreamina")
    await world.advance(200)
    fetched, asked = len(world.source.fetched), len(world.api.asked)
    world.downloader.retry(world.deadlines.images())
    world.poller.check_now(world.deadlines.jobs())
    await world.advance(0.5)
    assert len(world.source.fetched) == fetched + 1
    assert len(world.api.asked) == asked + 1


class CountedKey:
    """Every use of it is counted."""

    uses = 0

    def __init__(self, number: int) -> None:
        self.number = number

    def __hash__(self) -> int:
        CountedKey.uses += 1
        return self.number

    def __eq__(self, other: object) -> bool:
        return self is other

    def __lt__(self, other: CountedKey) -> bool:
        CountedKey.uses += 1
        return self.number < other.number


def test_a_hundred_thousand_are_not_walked_through_at_each_look() -> None:
    heap: DeadlineHeap[CountedKey] = DeadlineHeap()
    for number in range(100_000):
        heap.put(CountedKey(number), Deadline(1e9 + number, 1e9 + number - DAY), 0.0)
    CountedKey.uses = 0
    for second in range(100):
        assert heap.look(1e9 - DAY - 50 + second)[1] == []
        assert heap.next_change is not None
    assert len(heap.soon) == 50
    assert CountedKey.uses < 10_000


def test_of_very_many_some_are_looked_at_in_one_go_and_none_is_left_out() -> None:
    heap: DeadlineHeap[int] = DeadlineHeap()
    for key in range(1000):
        heap.put(key, Deadline(at=50.0 if key % 2 else 150.0, soon_at=10.0), 0.0)
    over: list[int] = []
    looks = 0
    while heap.next_change is not None and heap.next_change <= 100.0:
        _, gone = heap.look(100.0, 100)
        assert len(gone) <= 100
        over += gone
        looks += 1
    assert looks >= 10
    assert sorted(over) == list(range(1, 1000, 2))
    assert sorted(heap.soon) == list(range(0, 1000, 2))
