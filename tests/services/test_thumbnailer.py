from __future__ import annotations

from dataclasses import replace

from world import World, with_world

from dreamina_desktop.core.job import ImageKey, ImageState

Told = list[tuple[ImageKey, bytes | None]]


async def with_saved(world: World, count: int) -> list[ImageKey]:
    """Images of one job that are saved; the thumbnailer runs."""
    await world.add_completed(*(f"https://a.example.com/{n}" for n in range(count)))
    keys = [ImageKey(1, index) for index in range(count)]
    for key in keys:
        await save(world, key, f"{key}.jpg")
    world.supervisor.spawn(world.thumbnailer.run(), "thumbnailer")
    return keys


async def save(world: World, key: ImageKey, file: str | None) -> None:
    state = ImageState.SAVED if file else ImageState.PENDING
    await world.library.change_image(key, lambda image: replace(image, state=state, file=file))


def listen(world: World) -> Told:
    told: Told = []
    world.thumbnailer.subscribe(lambda key, jpeg: told.append((key, jpeg)))
    return told


@with_world()
async def test_a_thumbnail_is_made_from_the_saved_file_and_stored(world: World) -> None:
    told = listen(world)
    (key,) = await with_saved(world, 1)
    world.thumbnailer.want("gallery", [key])
    await world.advance(1)
    assert told == [(key, b"jpeg of 1-1.jpg")]
    assert world.thumbnails.kept == {key: b"jpeg of 1-1.jpg"}


@with_world()
async def test_the_store_goes_first(world: World) -> None:
    told = listen(world)
    (key,) = await with_saved(world, 1)
    world.thumbnails.kept[key] = b"kept"
    world.thumbnailer.want("gallery", [key])
    await world.advance(1)
    assert told == [(key, b"kept")]
    assert world.imaging.made == []


@with_world()
async def test_a_broken_store_costs_only_time(world: World) -> None:
    told = listen(world)
    (key,) = await with_saved(world, 1)
    world.thumbnails.broken = True
    world.thumbnailer.want("gallery", [key])
    await world.advance(1)
    assert told == [(key, b"jpeg of 1-1.jpg")]


@with_world()
async def test_two_at_once_the_most_wanted_first(world: World) -> None:
    keys = await with_saved(world, 6)
    world.thumbnailer.want("gallery", list(reversed(keys)))
    await world.advance(2)
    assert world.imaging.most_under_way == 2
    assert world.imaging.made == [f"1-{n}.jpg" for n in range(6, 0, -1)]


@with_world()
async def test_what_is_not_visible_any_more_is_not_made(world: World) -> None:
    keys = await with_saved(world, 8)
    world.thumbnailer.want("gallery", keys[:6])
    await world.advance(0.05)
    world.thumbnailer.want("gallery", keys[6:])
    await world.advance(2)
    assert world.imaging.made == ["1-1.jpg", "1-2.jpg", "1-7.jpg", "1-8.jpg"]


@with_world()
async def test_each_view_has_wishes_of_its_own(world: World) -> None:
    keys = await with_saved(world, 2)
    world.thumbnailer.want("gallery", keys[:1])
    world.thumbnailer.want("jobs", keys[1:])
    await world.advance(1)
    assert sorted(world.imaging.made) == ["1-1.jpg", "1-2.jpg"]


@with_world()
async def test_what_is_wanted_again_is_told_again(world: World) -> None:
    told = listen(world)
    (key,) = await with_saved(world, 1)
    for _ in range(2):
        world.thumbnailer.want("gallery", [key])
        await world.advance(1)
    assert [one for one, _ in told] == [key, key]
    assert len(world.imaging.made) == 1


@with_world()
async def test_a_file_that_cannot_be_read_is_told_once_until_it_has_changed(world: World) -> None:
    told = listen(world)
    (key,) = await with_saved(world, 1)
    world.imaging.broken = ValueError("broken")
    for _ in range(3):
        world.thumbnailer.want("gallery", [key])
        await world.advance(1)
    assert told == [(key, None)]
    world.imaging.broken = None
    await save(world, key, None)
    await save(world, key, "1-1.jpg")
    world.thumbnailer.want("gallery", [key])
    await world.advance(1)
    assert told[-1] == (key, b"jpeg of 1-1.jpg")


@with_world()
async def test_an_image_that_is_saved_while_it_is_wanted_gets_its_thumbnail(world: World) -> None:
    told = listen(world)
    (key,) = await with_saved(world, 1)
    await save(world, key, None)
    world.thumbnailer.want("gallery", [key])
    await world.advance(1)
    assert told == []
    await save(world, key, "1-1.jpg")
    await world.advance(1)
    assert told == [(key, b"jpeg of 1-1.jpg")]


@with_world()
async def test_a_mistake_is_told_and_not_repeated_for_ever(world: World) -> None:
    (key,) = await with_saved(world, 1)
    world.imaging.broken = RuntimeError("a mistake")
    world.thumbnailer.want("gallery", [key])
    await world.advance(5)
    assert [str(error) for error in world.errors] == ["a mistake"]
    world.errors.clear()
