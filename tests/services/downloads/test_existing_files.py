"""An image whose file is there already is not fetched: but only if it is proved to be it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from world import World, with_world

from dreamina_desktop.core.jobs.answer import Invalid
from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.services.downloads.downloader import Downloader

FOLDER, URL = "2026-03-02", "https://a.example.com/1"
FILE = Path(FOLDER) / "0001-1 a-stunning-aurora.jpg"
ITS_OWN = "5ha"  # of every file, as the fakes say


async def run(
    world: World, *, numbers: int = 0, sha256: str | None = None, folder: str = FOLDER
) -> None:
    """A file lies there; the library was rescued when it had so many jobs."""
    await world.add_completed(URL)
    key = ImageKey(1, 0)
    await world.library.change_image(key, lambda image: replace(image, sha256=sha256))
    world.files.there[folder] = [FILE]
    downloader = Downloader(
        world.source,
        world.files,
        world.imaging,
        world.library,
        world.missing,
        world.messages,
        world.supervisor,
        world.clock,
        lambda: 0.0,
        world.server_clock,
        rescued_numbers=numbers,
    )
    world.supervisor.spawn(downloader.run(), "downloader")
    await world.advance(5)


def is_found(world: World) -> bool:
    image = world.image()
    assert image.state is ImageState.SAVED
    assert image.file == str(FILE)  # where it would be saved, too
    return world.source.fetched == []


@with_world()
async def test_after_a_rescue_a_name_is_proof_enough_for_numbers_before_it(world: World) -> None:
    await run(world, numbers=1)
    assert is_found(world)
    assert (world.image().sha256, world.image().file_width) == (ITS_OWN, 2560)


@with_world()
async def test_after_a_rescue_a_file_that_does_not_decode_is_fetched(world: World) -> None:
    world.imaging.verdict = Invalid("It is cut or broken.")
    await run(world, numbers=1)
    assert world.source.urls() == [URL]


@with_world()
async def test_without_a_rescue_a_name_is_no_proof(world: World) -> None:
    await run(world, numbers=0)
    assert not is_found(world)


@with_world()
async def test_an_image_that_was_saved_before_is_told_by_its_hash(world: World) -> None:
    await run(world, sha256=ITS_OWN)
    assert is_found(world)


@with_world()
async def test_a_changed_file_is_not_taken_for_the_image(world: World) -> None:
    await run(world, numbers=1, sha256="another")
    assert not is_found(world)


@with_world()
async def test_the_days_beside_are_looked_at_as_the_time_zone_may_have_changed(
    world: World,
) -> None:
    await run(world, numbers=1, folder="2026-03-03")
    assert is_found(world)


@with_world()
async def test_a_disk_that_fails_is_no_reason_not_to_fetch(world: World) -> None:
    world.files.broken = OSError(5, "input/output error")
    await run(world, numbers=1)
    assert URL in world.source.urls()
