"""A disk that was away, a folder that was moved, a stick that was pulled: nothing is called gone,
pending or saved before it was looked for where it was and where it would be now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from world import IMAGES, World, with_world

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.answer import NotFound, TryLater
from dreamina_desktop.core.jobs.job import ImageKey, ImageState, Search
from dreamina_desktop.services.downloads.file_watch import AWAY, GONE
from dreamina_desktop.services.session.messages import Condition, Remedy

OLD, NEW = "/old", "/new"
MARKER = f"marker of {OLD}"
LATER = TryLater("The image host answered 503.")


def file_of(number: int, folder: str = OLD) -> str:
    return f"{folder}/2026-03-02/{number:04}-1 a-stunning-aurora.jpg"


async def with_saved(world: World, count: int, folder: str = OLD, marker: str = MARKER) -> None:
    """So many jobs with a saved image each, in a folder that was chosen."""
    world.preferences.images_folder = folder
    if marker:
        world.preferences.folder_markers = {folder: marker}
    for number in range(1, count + 1):
        await world.add_completed(f"https://a.example.com/{number}", index=number)
        await world.library.change_image(
            ImageKey(number, 0),
            lambda image: replace(
                image,
                state=ImageState.SAVED,
                file=file_of(image.key.number, folder),
                size_bytes=1000,
                sha256="5ha",
            ),
        )
    await world.preferences.flush()


def lose(world: World, numbers: Iterable[int], folder: str = OLD) -> None:
    world.files.gone |= {file_of(number, folder) for number in numbers}


def pull(world: World, count: int, folder: str = OLD) -> None:
    """The stick: an empty folder is left in its place."""
    lose(world, range(1, count + 1), folder)
    world.files.away.add(folder)


def states(world: World) -> list[ImageState]:
    return [job.images[0].state for job in world.repository.jobs.values()]


async def start(world: World) -> None:
    await world.start(polls=False)
    await world.advance(5)


@pytest.mark.parametrize("count", [1, 2, 3, 30])
@with_world()
async def test_of_a_folder_that_is_away_nothing_is_fetched_and_its_user_is_asked(
    world: World, count: int
) -> None:
    await with_saved(world, count)
    pull(world, count)
    await start(world)
    assert set(states(world)) == {ImageState.SAVED}
    assert world.source.fetched == []
    message = world.messages.lasting
    assert message is not None
    assert f"is not there, or another one is in its place: {OLD}" in message.text
    assert (message.remedy, message.second) == (Remedy.FOLDER, Remedy.USE_FOLDER)
    assert world.downloader.status.missing == count
    assert world.downloader.status.folder_away


@pytest.mark.parametrize("marker", [MARKER, ""])
@with_world()
async def test_new_images_wait_for_the_folder_and_go_there_when_it_is_back(
    world: World, marker: str
) -> None:
    """Also in a library of a version that knew no markers."""
    await with_saved(world, 4, marker=marker)
    pull(world, 4)
    await start(world)
    await world.add_completed("https://a.example.com/new", index=9)
    await world.advance(60)
    assert world.source.fetched == []
    assert world.downloader.failing_for(ImageKey(5, 0)) == pytest.approx(65, abs=6)
    world.files.gone.clear()
    world.files.away.clear()
    await world.advance(20)
    assert world.holds(Condition.FOLDER_AWAY) is None
    assert set(states(world)) == {ImageState.SAVED}
    assert world.downloader.status.missing == 0
    assert len(world.source.fetched) == 1


@with_world()
async def test_a_stick_that_is_pulled_while_images_come_stops_them(world: World) -> None:
    await with_saved(world, 2)
    await start(world)
    pull(world, 2)
    await world.add_completed("https://a.example.com/new", index=9)
    await world.advance(10)
    assert world.source.fetched == []
    assert world.holds(Condition.FOLDER_AWAY)
    assert world.downloader.status.missing == 2


@with_world()
async def test_a_marker_that_was_deleted_is_made_again_where_images_are(world: World) -> None:
    await with_saved(world, 2, marker="marker that was")
    await world.add_completed("https://a.example.com/new", index=9)
    await start(world)
    assert world.preferences.folder_markers == {OLD: MARKER}
    assert world.used[-1] == (OLD, MARKER)
    assert len(world.source.fetched) == 1


@with_world()
async def test_a_folder_that_is_used_first_gets_a_marker_and_not_before(world: World) -> None:
    await start(world)
    assert world.preferences.folder_markers == {}
    await world.add_completed("https://a.example.com/new", index=9)
    await world.advance(5)
    assert world.preferences.folder_markers == {"": f"marker of {IMAGES}"}
    assert world.used[-1] == (IMAGES, f"marker of {IMAGES}")


@with_world()
async def test_a_chosen_folder_that_is_not_there_is_never_made(world: World) -> None:
    """Its stick was pulled before the first image came."""
    world.preferences.images_folder = OLD
    await world.preferences.flush()
    world.files.not_made.add(OLD)
    await start(world)
    await world.add_completed("https://a.example.com/new", index=9)
    await world.advance(10)
    assert world.source.fetched == []
    assert world.holds(Condition.FOLDER_AWAY)
    world.files.not_made.clear()
    await world.advance(10)
    assert len(world.source.fetched) == 1


@with_world()
async def test_the_user_can_say_that_it_is_the_right_folder(world: World) -> None:
    await with_saved(world, 4)
    pull(world, 4)
    await start(world)
    await world.missing.use_folder()
    assert world.holds(Condition.FOLDER_AWAY) is None
    assert "4 of 4 saved images are not where they were" in (
        world.holds(Condition.FILES_GONE) or ""
    )
    await world.add_completed("https://a.example.com/new", index=9)
    await world.advance(5)
    assert len(world.source.fetched) == 1
    assert world.image(5).state is ImageState.SAVED


@pytest.mark.parametrize(("count", "gone"), [(4, 3), (5, 3), (30, 16)])
@with_world()
async def test_most_of_a_library_gone_is_asked_about(world: World, count: int, gone: int) -> None:
    await with_saved(world, count)
    lose(world, range(1, gone + 1))
    await start(world)
    assert set(states(world)) == {ImageState.SAVED}
    assert world.source.fetched == []
    message = world.messages.lasting
    assert message is not None
    assert message.text.startswith(f"{gone} of {count} saved images are not where they were")
    assert (message.remedy, message.second) == (Remedy.FOLDER, Remedy.FETCH_MISSING)
    assert world.downloader.status.missing == gone
    await world.missing.fetch()
    await world.advance(30)
    assert world.holds(Condition.FILES_GONE) is None
    assert len(world.source.fetched) == gone
    assert world.downloader.status.missing == 0


@pytest.mark.parametrize(("count", "gone"), [(1, 1), (2, 2), (6, 3), (30, 15)])
@with_world()
async def test_fewer_are_fetched_again_where_the_folder_is_there(
    world: World, count: int, gone: int
) -> None:
    await with_saved(world, count)
    lose(world, range(1, gone + 1))
    await start(world)
    await world.advance(30)
    assert len(world.source.fetched) == gone
    assert set(states(world)) == {ImageState.SAVED}
    assert world.messages.lasting is None


@with_world()
async def test_what_was_asked_about_and_comes_back_is_asked_no_more(world: World) -> None:
    await with_saved(world, 4)
    lose(world, (1, 2, 3))
    await start(world)
    assert world.holds(Condition.FILES_GONE)
    world.files.gone.clear()
    await world.advance(15)
    assert world.holds(Condition.FILES_GONE) is None
    assert world.downloader.status.missing == 0


@with_world()
async def test_a_folder_that_was_moved_is_found_where_the_user_says(world: World) -> None:
    await with_saved(world, 30)
    pull(world, 30)
    await start(world)
    world.files.moved[NEW] = OLD
    world.preferences.images_folder = NEW
    await world.missing.folder_chosen()
    assert {job.images[0].file for job in world.repository.jobs.values()} == {
        file_of(number, NEW) for number in range(1, 31)
    }
    assert world.messages.lasting is None
    assert world.source.fetched == []
    assert world.used[-1] == (NEW, MARKER)


@with_world()
async def test_of_another_folder_a_file_is_taken_by_its_bytes_only(world: World) -> None:
    """Without a marker in common: of another library, or copied."""
    await with_saved(world, 4)
    pull(world, 4)
    world.files.digests = {file_of(2, NEW): "another"}
    world.preferences.images_folder = NEW
    await world.preferences.flush()
    await start(world)
    assert [job.images[0].file for job in world.repository.jobs.values()] == [
        file_of(1, NEW),
        file_of(2),
        file_of(3, NEW),
        file_of(4, NEW),
    ]
    assert world.image(2).state is ImageState.SAVED  # its folder is away


@with_world()
async def test_an_old_folder_whose_disk_is_away_costs_nothing(world: World) -> None:
    """Some images stay on a disk that is seldom connected; new ones go elsewhere."""
    await with_saved(world, 3)
    for number in range(4, 10):
        await world.add_completed(f"https://a.example.com/{number}", index=number)
        await world.library.change_image(
            ImageKey(number, 0),
            lambda image: replace(
                image, state=ImageState.SAVED, file=file_of(image.key.number, NEW), size_bytes=1000
            ),
        )
    pull(world, 3)
    world.files.gone |= {file_of(number, NEW) for number in range(1, 4)}
    world.preferences.images_folder = NEW
    await world.preferences.flush()
    await start(world)
    assert set(states(world)) == {ImageState.SAVED}
    assert world.said == [f"3 saved images are in a folder that is not there now: {OLD}"]
    assert world.downloader.question == ""
    assert world.downloader.status.missing == 3


@with_world()
async def test_an_image_that_is_shown_says_that_its_folder_is_away(world: World) -> None:
    await with_saved(world, 2)
    pull(world, 2)
    await start(world)
    key = ImageKey(1, 0)
    world.watch.look_at([key])
    await world.advance(0.1)
    assert world.watch.trouble(key) == AWAY
    world.watch.retry([key])
    await world.advance(5)
    assert world.source.fetched == []
    assert world.image().state is ImageState.SAVED
    world.files.away.clear()
    world.watch.look_at([key], at_once=True)
    await world.advance(0.1)
    assert world.watch.trouble(key) == GONE


@with_world()
async def test_a_file_that_was_moved_is_no_trouble_when_it_is_shown(world: World) -> None:
    await with_saved(world, 2)
    world.files.gone.add(file_of(1))
    world.files.moved[NEW] = OLD
    world.preferences.folder_markers = {OLD: MARKER, NEW: MARKER}
    world.watch.look_at([ImageKey(1, 0)])
    await world.advance(0.1)
    assert world.watch.trouble(ImageKey(1, 0)) == ""
    assert world.image().file == file_of(1, NEW)


@with_world()
async def test_a_pending_image_is_looked_for_at_each_attempt(world: World) -> None:
    """Its disk may be back: then it is not fetched, nor lost with its link."""
    await with_saved(world, 6)
    lose(world, [1])
    world.source.script["https://a.example.com/1"] = [LATER]
    await start(world)
    assert world.image().state is ImageState.PENDING
    fetched = len(world.source.fetched)
    assert fetched
    world.files.there["2026-03-02"] = [Path(file_of(1))]
    await world.advance(120)
    assert world.image().state is ImageState.SAVED
    assert world.image().file == file_of(1)
    assert OLD in world.files.looked_into


@pytest.mark.parametrize("is_back", [True, False])
@with_world()
async def test_an_image_whose_search_ends_is_looked_for_before_it_is_lost(
    world: World, is_back: bool
) -> None:
    """Its link died and its account has no history; its disk may be back."""
    world.answer(lambda *_: NotFound())
    await world.add_completed("https://a.example.com/1", items=["7"])
    sought = replace(world.image(), sha256="5ha", search=Search.HISTORY, died="it died")
    await world.library.change_image(ImageKey(1, 0), lambda _: sought)
    if is_back:
        world.files.there["2026-03-02"] = [Path(file_of(1))]
    await world.start()
    await world.advance(120)
    expected = (ImageState.SAVED, file_of(1)) if is_back else (ImageState.LOST, None)
    assert (world.image().state, world.image().file) == expected


@pytest.mark.parametrize("is_pulled", [True, False])
@with_world()
async def test_a_run_without_a_window_ends_at_once_and_says_so(
    world: World, is_pulled: bool
) -> None:
    await with_saved(world, 4)
    if is_pulled:
        pull(world, 4)
    else:
        lose(world, (1, 2, 3))
    await world.start()
    await world.add_completed("https://a.example.com/new", index=9)
    began = world.clock.monotonic()
    reason = await world.idle.wait(None, 300.0, asyncio.Event())
    words = "another one is in its place" if is_pulled else "3 of 4 saved images are not"
    assert words in (reason or "")
    assert world.clock.monotonic() - began < 10


@with_world()
async def test_a_run_that_waits_for_room_on_the_disk_says_so(world: World) -> None:
    world.files.free = 1_000_000_000
    await world.start()
    await world.add_completed("https://a.example.com/new", index=9)
    reason = await world.idle.wait(None, 5.0, asyncio.Event())
    assert "1.0 GB of the disk are free, and 2.0 GB have to stay free" in (reason or "")


@with_world()
async def test_a_library_that_cannot_be_written_is_told(world: World) -> None:
    await with_saved(world, 4)
    lose(world, [1])
    world.repository.broken = True
    await start(world)
    assert world.holds(Condition.DATABASE)
    assert world.image().state is ImageState.SAVED
    lose(world, (2, 3))
    await world.missing.look()
    with pytest.raises(DatabaseError):
        await world.missing.fetch()
    assert world.holds(Condition.FILES_GONE)
