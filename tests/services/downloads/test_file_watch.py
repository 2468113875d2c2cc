"""A file that is gone or changed is noticed when its image is shown, and is not forgotten."""

from __future__ import annotations

from dataclasses import replace

from world import IMAGES, World, with_world

from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.services.downloads.file_watch import CHANGED, GONE
from dreamina_desktop.services.session.messages import Condition

KEY = ImageKey(1, 0)
FILE = "1-1.jpg"


async def with_saved(world: World, count: int = 1) -> list[ImageKey]:
    world.preferences.folder_markers = {
        "": await world.files.make_marker(IMAGES, makes_folder=True)
    }
    await world.add_completed(*(f"https://a.example.com/{n}" for n in range(count)))
    keys = [ImageKey(1, index) for index in range(count)]
    for key in keys:
        await world.library.change_image(
            key,
            lambda image: replace(
                image,
                state=ImageState.SAVED,
                file=f"{image.key}.jpg",
                size_bytes=1000,
                sha256="5ha",
            ),
        )
    return keys


def listen(world: World) -> list[tuple[ImageKey, str]]:
    told: list[tuple[ImageKey, str]] = []
    world.watch.subscribe(lambda key: told.append((key, world.watch.trouble(key))))
    return told


async def show(world: World, *keys: ImageKey) -> None:
    world.watch.look_at(keys)
    await world.advance(0.1)


@with_world()
async def test_a_file_as_it_was_saved_is_no_trouble(world: World) -> None:
    told = listen(world)
    await show(world, *await with_saved(world, 2))
    assert told == []
    assert world.files.looked_at == ["1-1.jpg", "1-2.jpg"]


@with_world()
async def test_a_file_that_is_gone_or_changed_is_told(world: World) -> None:
    told = listen(world)
    keys = await with_saved(world, 3)
    world.files.gone.add("1-1.jpg")
    world.files.changed |= {"1-2.jpg": 999, "1-3.jpg": 0}
    await show(world, *keys)
    assert told == [(keys[0], GONE), (keys[1], CHANGED), (keys[2], CHANGED)]
    assert world.image().state is ImageState.SAVED  # nothing is written down


@with_world()
async def test_a_disk_that_comes_back_mends_it(world: World) -> None:
    told = listen(world)
    await with_saved(world)
    world.files.gone.add(FILE)
    await show(world, KEY)
    world.files.gone.clear()
    await world.advance(60)
    await show(world, KEY)
    assert told == [(KEY, GONE), (KEY, "")]


@with_world()
async def test_scrolling_does_not_look_at_the_same_file_again_and_again(world: World) -> None:
    await with_saved(world)
    for _ in range(20):
        await show(world, KEY)
    assert world.files.looked_at == [FILE]
    world.watch.look_at([KEY], at_once=True)
    await world.advance(0.1)
    assert world.files.looked_at == [FILE, FILE]


@with_world()
async def test_images_that_are_not_saved_are_not_looked_at(world: World) -> None:
    await world.add_completed("https://a.example.com/1")
    await show(world, KEY, ImageKey(99, 0))
    assert world.files.looked_at == []


@with_world()
async def test_retry_fetches_it_again_and_says_why(world: World) -> None:
    told = listen(world)
    await with_saved(world)
    world.thumbnails.kept[KEY] = b"of what is there now"
    world.files.changed[FILE] = 999
    await show(world, KEY)
    world.watch.retry([KEY])
    await world.advance(0.1)
    image = world.image()
    assert (image.state, image.file, image.note) == (ImageState.PENDING, None, CHANGED)
    assert told == [(KEY, CHANGED), (KEY, "")]
    assert world.thumbnails.kept == {}
    world.supervisor.spawn(world.downloader.run(), "downloader")
    await world.advance(5)
    assert world.image().state is ImageState.SAVED
    assert world.image().file != FILE


@with_world()
async def test_only_what_is_in_trouble_is_fetched_again(world: World) -> None:
    await with_saved(world)
    await show(world, KEY)
    world.watch.retry([KEY])
    await world.advance(0.1)
    assert world.image().state is ImageState.SAVED


@with_world()
async def test_a_library_that_cannot_be_written_keeps_the_trouble(world: World) -> None:
    await with_saved(world)
    world.files.gone.add(FILE)
    await show(world, KEY)
    world.repository.broken = world.thumbnails.broken = True
    world.watch.retry([KEY])
    await world.advance(0.1)
    assert world.watch.trouble(KEY) == GONE
    assert world.holds(Condition.DATABASE) == "The disk is full."
