"""What is done about very many jobs by hand: in slices, with progress, stoppable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from world import IMAGES, World, with_world

from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.services.session.messages import Condition, Remedy
from dreamina_desktop.services.session.task_runner import Course, Progress, Work


class Steps:
    """Each takes 0.2 s."""

    def __init__(self, trouble: OSError | None = None) -> None:
        self.done: list[Sequence[int]] = []
        self._trouble = trouble

    def work(self, count: int, doing: str = "Counting") -> Work:
        return Work(doing, range(count), 10, self._step, self._end)

    async def _step(self, numbers: Sequence[int]) -> None:
        await asyncio.sleep(0.2)
        if self._trouble:
            raise self._trouble
        self.done.append(list(numbers))

    async def _end(self) -> str:
        return f"Counted {sum(map(len, self.done))}."


@with_world()
async def test_progress_shows_after_half_a_second_until_the_end(world: World) -> None:
    steps = Steps()
    world.long_work.start(steps.work(100))
    await world.advance(0.3)
    assert world.messages.lasting is None
    await world.advance(0.4)
    progress = world.messages.lasting
    assert progress is not None
    assert (progress.text, progress.remedy) == ("Counting: 30 % done.", Remedy.STOP)
    await world.advance(2)
    assert world.messages.lasting is None
    assert world.said == ["Counted 100."]


@with_world()
async def test_stopped_after_the_slice_that_is_being_done(world: World) -> None:
    steps = Steps()
    world.long_work.start(steps.work(100))
    world.long_work.start(steps.work(100))
    await world.advance(0.7)
    world.long_work.stop()
    await world.advance(9)
    assert len(steps.done) == 4
    assert world.said == ["Stopped after 40 of 100 jobs."]
    assert world.messages.lasting is None
    world.long_work.start(steps.work(10))
    await world.advance(1)
    assert len(steps.done) == 5


@with_world()
async def test_one_after_the_other(world: World) -> None:
    first, second = Steps(), Steps()
    world.long_work.start(first.work(20))
    world.long_work.start(second.work(20))
    await world.advance(0.5)
    assert (len(first.done), len(second.done)) == (2, 0)
    await world.advance(1)
    assert len(second.done) == 2


@with_world()
async def test_a_failure_is_said_and_the_next_is_begun(world: World) -> None:
    world.long_work.start(Steps(OSError("The disk is gone.")).work(20))
    world.long_work.start(Steps().work(20))
    await world.advance(2)
    assert world.said == ["Counting was given up. The disk is gone.", "Counted 20."]


async def saved(world: World, count: int) -> list[ImageKey]:
    await world.start()
    job = await world.add_completed(*(f"https://a.example.com/{n}" for n in range(count)))
    await world.library.change(
        job.number,
        lambda job: replace(
            job,
            images=tuple(
                replace(image, state=ImageState.SAVED, file=f"{image.key}.jpg", size_bytes=1000)
                for image in job.images
            ),
        ),
    )
    await world.advance(0)
    return [image.key for image in job.images]


@with_world()
async def test_only_what_is_missing_is_downloaded_again(world: World) -> None:
    gone, changed, whole = await saved(world, 3)
    world.files.gone.add("1-1.jpg")
    world.files.changed["1-2.jpg"] = 7
    asked = len(world.source.fetched)
    world.refetch.start([1])
    await world.advance(5)
    assert world.said[-1] == "Downloading 2 images again; 1 is here."
    assert len(world.source.fetched) == asked + 2
    assert world.image(1, 0).state is ImageState.SAVED
    assert world.image(1, 2).file == "1-3.jpg"
    assert {gone, changed, whole} == {image.key for image in world.job().images}


@with_world()
async def test_lost_images_are_tried_once_more(world: World) -> None:
    (key,) = await saved(world, 1)
    await world.library.change_image(
        key, lambda image: replace(image, state=ImageState.LOST, file=None, note="Gone.")
    )
    world.refetch.start([1])
    await world.advance(5)
    assert world.image().state is ImageState.SAVED


@with_world()
async def test_a_disk_that_is_away_begins_nothing(world: World) -> None:
    keys = await saved(world, 2)
    world.files.gone |= {f"{key}.jpg" for key in keys}
    world.files.away.add(IMAGES)
    world.refetch.start([1])
    await world.advance(5)
    assert world.said[-1].startswith("2 saved images are in a folder that is not there now")
    assert "Is the disk" in world.said[-1]
    assert world.image().state is ImageState.SAVED


@with_world()
async def test_what_was_moved_with_its_folder_is_not_downloaded_again(world: World) -> None:
    keys = await saved(world, 3)
    world.files.gone |= {f"{key}.jpg" for key in keys}
    world.files.moved["/new"] = IMAGES
    world.preferences.folder_markers = {"": "marker of .", "/new": "marker of ."}
    world.refetch.start([1])
    await world.advance(5)
    assert world.said[-1] == "Nothing to download: all 3 images are here."
    assert world.image().file == "/new/1-1.jpg"
    assert world.source.fetched == []


@with_world()
async def test_one_image_gone_from_a_folder_that_is_there_is_downloaded(world: World) -> None:
    await saved(world, 1)
    world.preferences.folder_markers = {"": "marker of ."}
    world.files.gone.add("1-1.jpg")
    world.refetch.start([1])
    await world.advance(5)
    assert world.said[-1] == "Downloading 1 image again; 0 are here."
    assert world.image().file != "1-1.jpg"


@with_world()
async def test_all_that_is_here_is_said(world: World) -> None:
    await saved(world, 2)
    world.refetch.start([1])
    await world.advance(5)
    assert world.said[-1] == "Nothing to download: all 2 images are here."
    assert world.holds(Condition.LONG_WORK) is None


@with_world()
async def test_thumbnails_are_made_anew_whatever_is_stored(world: World) -> None:
    keys = await saved(world, 9)
    world.thumbnails.kept |= dict.fromkeys(keys, b"old")
    told: dict[ImageKey, bytes | None] = {}
    world.thumbnailer.subscribe(told.update)
    world.remake.start([1])
    await world.advance(5)
    assert world.said[-1] == "Made 9 thumbnails anew."
    assert world.thumbnails.kept == {key: f"jpeg of {key}.jpg".encode() for key in keys}
    assert told == world.thumbnails.kept


class Way:
    """A course of steps of 0.2 s each; `ended` when it was closed in order."""

    def __init__(self, steps: int, trouble: OSError | None = None) -> None:
        self._steps, self._trouble = steps, trouble
        self.done, self.ended = 0, False

    def course(self) -> Course:
        return Course("Walking", self._walk, lambda: "There.", lambda: f"Left at {self.done}.")

    async def _walk(self) -> AsyncGenerator[Progress, None]:
        try:
            for step in range(self._steps):
                yield Progress(f"Walking on {'grass' if step < 5 else 'sand'}", step / self._steps)
                await asyncio.sleep(0.2)
                if self._trouble:
                    raise self._trouble
                self.done += 1
        finally:
            await asyncio.sleep(0)  # it may have to wait, for what it began
            self.ended = True


@with_world()
async def test_a_course_tells_what_it_does_and_how_far_it_is(world: World) -> None:
    way = Way(10)
    world.long_work.start(way.course())
    await world.advance(0.5)
    assert world.messages.lasting is None
    await world.advance(0.2)
    assert world.messages.lasting is not None
    assert world.messages.lasting.text == "Walking on grass: 30 % done."
    assert world.messages.lasting.remedy is Remedy.STOP
    await world.advance(0.6)
    assert world.messages.lasting is not None
    assert world.messages.lasting.text == "Walking on sand: 60 % done."
    await world.advance(2)
    assert world.messages.lasting is None
    assert (world.said, way.ended) == (["There."], True)


@with_world()
async def test_a_course_that_is_stopped_cleans_up_and_says_where(world: World) -> None:
    way, steps = Way(10), Steps()
    world.long_work.start(way.course())
    world.long_work.start(steps.work(100))
    await world.advance(0.7)
    world.long_work.stop()
    await world.advance(9)
    assert (way.done, way.ended, steps.done) == (4, True, [])
    assert world.said == ["Left at 4."]


@with_world()
async def test_a_course_in_trouble_says_why_and_the_next_begins(world: World) -> None:
    way = Way(10, OSError("The disk is full."))
    world.long_work.start(way.course())
    world.long_work.start(Steps().work(10))
    await world.advance(9)
    assert way.ended
    assert world.said == ["Walking was given up. The disk is full.", "Counted 10."]


@with_world()
async def test_a_course_ends_with_the_program(world: World) -> None:
    way = Way(10)
    world.long_work.start(way.course())
    await world.advance(0.3)
    await world.supervisor.aclose(1.0)
    assert way.ended
