from __future__ import annotations

import asyncio
import itertools

from fakes import failed, job_id
from world import World, with_world

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import Tracking
from dreamina_desktop.services.session.messages import Message, Messages, Remedy
from dreamina_desktop.services.session.supervisor import AGAIN_AFTER_S, LONGEST_REST_S
from dreamina_desktop.services.session.unexpected_errors import WENT_WRONG, Mishaps


def raised(error: Exception) -> Exception:
    """As it is after it was raised, always at the same place."""
    try:
        raise error
    except Exception as caught:
        return caught


def new() -> tuple[Mishaps, list[Message | None]]:
    messages = Messages()
    said: list[Message | None] = []
    messages.subscribe(lambda: said.append(messages.passing))
    return Mishaps(messages), said


def test_an_error_is_said_with_what_helps_to_report_it() -> None:
    mishaps, said = new()
    mishaps.tell("task poller", raised(ValueError("x")))
    assert said == [Message(WENT_WRONG, Remedy.COPY_DIAGNOSTICS)]


def test_the_same_error_is_said_once() -> None:
    mishaps, said = new()
    for number in range(5):
        mishaps.tell(f"save {number}", raised(ValueError(f"image {number}")))
    assert len(said) == 1
    mishaps.tell("save 1", raised(TypeError("x")))
    try:
        _ = 1 / 0
    except ZeroDivisionError as error:
        mishaps.tell("save 1", error)
    assert len(said) == 3


def test_words_without_an_error_are_said_once_too() -> None:
    mishaps, said = new()
    for where in ("Qt: one", "Qt: one", "Qt: two"):
        mishaps.tell(where, None)
    assert len(said) == 2


def test_an_error_that_is_a_sentence_speaks_for_itself() -> None:
    mishaps, said = new()
    mishaps.tell("save setting theme", raised(DatabaseError("The disk is full.")))
    assert said == [Message("The disk is full.")]


# -- what goes on ------------------------------------------------------------------------------


@with_world()
async def test_a_service_that_ends_in_an_error_begins_anew(world: World) -> None:
    begun: list[float] = []

    async def work() -> None:
        begun.append(world.clock.monotonic())
        if len(begun) < 3:
            raise ValueError("a mistake")
        await asyncio.Event().wait()

    world.supervisor.keep(work, "work")
    await world.advance(60)
    assert begun == [0.0, AGAIN_AFTER_S, 3 * AGAIN_AFTER_S]
    assert [str(error) for error in world.errors] == ["a mistake", "a mistake"]
    world.errors.clear()


@with_world()
async def test_a_service_that_ends_well_does_not(world: World) -> None:
    begun: list[float] = []

    async def work() -> None:
        begun.append(world.clock.monotonic())

    world.supervisor.keep(work, "work")
    await world.advance(60)
    assert begun == [0.0]


@with_world()
async def test_a_mistake_in_a_listener_does_not_end_the_polling(world: World) -> None:
    """A window that listens may fail: the poller tells it from within its loop."""
    world.answer(lambda jobid, _: failed(jobid))
    fails = [True]

    def listen() -> None:
        if fails and world.poller.status.checking:
            fails.clear()
            raise RuntimeError("the widget is gone")

    await world.start(polls=False, downloads=False)
    world.supervisor.keep(world.poller.run, "poller")
    await world.track(job_id(1))
    world.poller.subscribe(listen)
    await world.advance(20)
    assert [str(error) for error in world.errors] == ["the widget is gone"]
    world.errors.clear()
    await world.track(job_id(2))
    await world.advance(20)
    assert world.job(2).tracking is Tracking.DONE


@with_world()
async def test_thumbnails_go_on_after_mistakes(world: World) -> None:
    """More of them than there are places to work at."""
    await world.start(polls=False)
    await world.add_completed("https://a.example.com/1")
    await world.advance(1)
    made: list[bytes | None] = []
    world.thumbnailer.subscribe(lambda jpegs: made.extend(jpegs.values()))
    world.supervisor.keep(world.thumbnailer.run, "thumbnailer")
    world.thumbnailer.want("list", [None])  # type: ignore[list-item]
    await world.advance(16 * AGAIN_AFTER_S)
    assert len(world.errors) >= 4
    world.errors.clear()
    world.thumbnailer.want("list", [world.image().key])
    await world.advance(32 * AGAIN_AFTER_S)
    assert made == [b"jpeg of " + (world.image().file or "").encode()]


@with_world(expects_errors=True)
async def test_a_service_that_raises_each_time_rests_longer_and_stops_nothing(
    world: World,
) -> None:
    begun: list[float] = []

    async def mistake() -> None:
        begun.append(world.clock.monotonic())
        raise ValueError("a mistake")

    world.answer(lambda jobid, _: failed(jobid))
    await world.start(downloads=False)
    world.supervisor.keep(mistake, "work")
    await world.track(job_id(1))
    await world.advance(3600)
    assert world.job().tracking is Tracking.DONE
    rests = [later - earlier for earlier, later in itertools.pairwise(begun)]
    assert rests == sorted(rests)
    assert rests[0] == AGAIN_AFTER_S
    assert rests[-1] == LONGEST_REST_S
    assert len(world.errors) == len(begun) < 20
