"""Images that a killed run put in their places."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import World, with_world

from dreamina_desktop.core.jobs import link_recovery
from dreamina_desktop.core.jobs.answer import Invalid, Undecodable
from dreamina_desktop.core.jobs.job import ImageState
from dreamina_desktop.services.downloads.orphaned_parts import record_unrecorded
from dreamina_desktop.services.session.messages import Condition

PART, PLACE = Path("1.part"), Path("2026-03-02/0001-1 a-stunning-aurora.jpg")
URL = "https://a.example.com/1"


async def look(world: World) -> None:
    await record_unrecorded(world.library, world.files, world.imaging, world.messages)


@with_world()
async def test_an_image_that_is_here_is_not_fetched_again(world: World) -> None:
    await world.add_completed(URL)
    world.files.left = [(PART, PLACE)]
    await world.start()
    await world.advance(5)
    assert world.source.fetched == []
    image = world.image()
    assert (image.state, image.file) == (ImageState.SAVED, str(PLACE))
    assert (image.size_bytes, image.sha256, image.file_width) == (1000, "5ha", 2560)
    assert world.files.discarded == [PART]


@with_world()
async def test_what_was_recorded_after_all_only_loses_its_part(world: World) -> None:
    await world.add_completed(URL)
    world.files.left = [(PART, PLACE)]
    await look(world)
    await look(world)
    assert world.files.discarded == [PART, PART]


@with_world()
async def test_a_second_file_of_an_image_goes(world: World) -> None:
    await world.add_completed(URL)
    world.files.left = [(PART, PLACE)]
    await look(world)
    second = PLACE.with_name("0001-1 a-stunning-aurora (2).jpg")
    world.files.left = [(Path("2.part"), second)]
    await look(world)
    assert world.image().file == str(PLACE)
    assert second in world.files.discarded


@with_world()
async def test_what_is_not_whole_or_another_picture_goes_and_is_fetched(world: World) -> None:
    await world.add_completed(URL)
    world.files.left = [(PART, PLACE)]
    world.imaging.verdict = Invalid("It is cut.")
    await look(world)
    assert world.image().state is ImageState.PENDING
    assert world.files.discarded == [PLACE, PART]


@pytest.mark.parametrize("rests", [False, True])
@with_world()
async def test_what_cannot_be_decoded_now_stays_and_is_not_fetched(
    world: World, rests: bool
) -> None:
    await world.add_completed(URL)
    world.files.left = [(PART, PLACE)]
    if rests:
        world.imaging.verdict = Undecodable("The process that decodes images ends over it.")
    else:
        world.imaging.broken = OSError("the process that decodes images died")
    await look(world)
    image = world.image()
    assert (image.state, image.sha256, image.file) == (ImageState.PENDING, "5ha", None)
    assert link_recovery.rests(image) == rests
    assert world.files.discarded == [PART]


@with_world()
async def test_a_size_that_the_reference_does_not_say_is_another_picture(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.add_completed(URL)

    async def digest(_file: Path) -> tuple[int, str]:
        return 999, "5ha"

    monkeypatch.setattr(world.files, "digest", digest)
    world.files.left = [(PART, PLACE)]
    await look(world)
    assert world.image().state is ImageState.PENDING
    assert world.files.discarded == [PLACE, PART]


@pytest.mark.parametrize("place", [None, Path("2026-03-02/0009-1 other.jpg"), Path("mine.jpg")])
@with_world()
async def test_what_is_no_image_of_this_library_stays(world: World, place: Path | None) -> None:
    await world.add_completed(URL)
    world.files.left = [(PART, place)]
    await look(world)
    assert world.files.discarded == [PART]


@with_world()
async def test_a_database_that_refuses_leaves_everything_for_the_next_start(world: World) -> None:
    await world.add_completed(URL)
    world.files.left = [(PART, PLACE)]
    world.repository.broken = True
    await look(world)
    assert world.files.discarded == []
    assert world.holds(Condition.DATABASE)
