from __future__ import annotations

from dataclasses import replace

from world import World, with_world

from dreamina_desktop.core.jobs.job import ImageKey, ImageState

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
    world.thumbnailer.subscribe(lambda jpegs: told.extend(jpegs.items()))
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
async def test_the_store_is_asked_for_a_screen_at_a_time(world: World) -> None:
    told = listen(world)
    keys = await with_saved(world, 30)
    world.thumbnails.kept |= dict.fromkeys(keys, b"kept")
    world.thumbnailer.want("gallery", keys)
    await world.advance(1)
    assert world.thumbnails.asked == [keys[:24], keys[24:]]
    assert told == [(key, b"kept") for key in keys]


@with_world()
async def test_two_batches_at_once_the_most_wanted_first(world: World) -> None:
    keys = await with_saved(world, 11)
    world.thumbnailer.want("gallery", list(reversed(keys)))
    await world.advance(2)
    assert world.imaging.most_under_way == 2
    assert [len(batch) for batch in world.imaging.batches] == [4, 4, 2, 1]
    assert world.imaging.made == [f"1-{n}.jpg" for n in range(11, 0, -1)]


@with_world()
async def test_few_are_shared_out_among_both(world: World) -> None:
    keys = await with_saved(world, 3)
    world.thumbnailer.want("gallery", keys)
    await world.advance(1)
    assert [len(batch) for batch in world.imaging.batches] == [2, 1]


@with_world()
async def test_large_files_hold_up_nothing_behind_them(world: World) -> None:
    keys = await with_saved(world, 4)
    for key in keys:
        await world.library.change_image(key, lambda image: replace(image, size_bytes=3_000_000))
    world.thumbnailer.want("gallery", keys)
    await world.advance(1)
    assert [len(batch) for batch in world.imaging.batches] == [1, 1, 1, 1]


@with_world()
async def test_one_file_that_cannot_be_read_is_no_matter_to_the_others(world: World) -> None:
    told = listen(world)
    keys = await with_saved(world, 3)
    world.imaging.unreadable.add("1-2.jpg")
    world.thumbnailer.want("gallery", keys)
    await world.advance(1)
    assert told == [(keys[0], b"jpeg of 1-1.jpg"), (keys[1], None), (keys[2], b"jpeg of 1-3.jpg")]
    assert sorted(world.thumbnails.kept) == [keys[0], keys[2]]


@with_world()
async def test_trouble_of_this_machine_is_no_verdict_on_a_file(world: World) -> None:
    """And of a batch each is tried alone then: one file may be on a disk that does not answer."""
    told = listen(world)
    keys = await with_saved(world, 3)
    world.imaging.broken = OSError("no process can be started")
    world.thumbnailer.want("gallery", keys)
    await world.advance(600)
    assert told == []
    tries = len(world.imaging.batches)
    assert 5 < tries < 40  # less and less often
    world.imaging.broken = None
    await world.advance(301)
    assert sorted(key for key, jpeg in told if jpeg) == keys
    assert {len(batch) for batch in world.imaging.batches[tries:]} == {1}
    assert world.errors == []


@with_world()
async def test_the_store_is_tidied_in_pieces_when_there_is_nothing_else_to_do(world: World) -> None:
    keys = await with_saved(world, 2)
    await world.advance(60)
    first = world.thumbnails.tidied
    assert first == 1
    world.thumbnails.untidy = 5
    for _ in range(20):
        world.thumbnailer.want("gallery", keys[:1])
        await world.advance(1)
        world.thumbnailer.want("gallery", keys[1:])
        await world.advance(1)
    assert world.thumbnails.tidied == first
    await world.advance(3600)
    assert world.thumbnails.untidy == 0
    assert world.thumbnails.tidied == first + 5


@with_world()
async def test_what_is_not_visible_any_more_is_not_made(world: World) -> None:
    keys = await with_saved(world, 12)
    world.thumbnailer.want("gallery", keys[:10])
    await world.advance(0.05)
    world.thumbnailer.want("gallery", keys[10:])
    await world.advance(2)
    assert world.imaging.made == [f"1-{n}.jpg" for n in (1, 2, 3, 4, 5, 6, 7, 8, 11, 12)]


@with_world()
async def test_the_view_that_asked_last_comes_first(world: World) -> None:
    keys = await with_saved(world, 12)
    world.thumbnailer.want("gallery", keys[:10])
    await world.advance(0.05)
    world.thumbnailer.want("jobs", keys[10:])
    await world.advance(0.1)
    assert world.imaging.batches[2:] == []
    await world.advance(0.1)
    assert world.imaging.batches[2] == ["1-11.jpg", "1-12.jpg"]


@with_world()
async def test_one_batch_at_a_time_while_a_view_is_scrolled_and_two_when_it_rests(
    world: World,
) -> None:
    keys = await with_saved(world, 60)
    for start in range(0, 40, 4):
        world.thumbnailer.want("gallery", keys[start : start + 20])
        await world.advance(0.05)
        world.imaging.most_under_way = min(world.imaging.most_under_way, start and 2)
        if start >= 12:
            assert world.imaging.under_way == 1
    world.imaging.most_under_way = 0
    await world.advance(0.4)
    assert world.imaging.most_under_way == 2


@with_world()
async def test_wishes_that_grow_or_were_granted_are_no_scrolling(world: World) -> None:
    keys = await with_saved(world, 30)
    for count in (10, 20, 30):
        world.thumbnailer.want("gallery", keys[:count])
        await world.advance(0.01)
    assert world.imaging.under_way == 2


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
    world.imaging.unreadable.add("1-1.jpg")
    for _ in range(3):
        world.thumbnailer.want("gallery", [key])
        await world.advance(1)
    assert told == [(key, None)]
    world.imaging.unreadable.clear()
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
