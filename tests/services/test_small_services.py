"""Messages, undo, supervisor, preferences, accounts."""

from __future__ import annotations

import asyncio

import pytest
from fakes import FakeSettings, job_id
from world import World, with_world

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.services.downloads.disk_space import size_words
from dreamina_desktop.services.session.library_care import RescueNotice
from dreamina_desktop.services.session.messages import Condition, Message, Messages, Remedy
from dreamina_desktop.services.session.preferences import AGAIN_AFTER_S, Preferences
from dreamina_desktop.services.session.undo import UndoHistory

# -- messages ----------------------------------------------------------------------------------


def test_the_most_important_condition_is_shown_and_passing_ones_do_not_replace_it() -> None:
    messages = Messages()
    messages.hold(Condition.OFFLINE, "No network.")
    messages.hold(Condition.DISK, "The disk is full.", Remedy.FOLDER)
    messages.say("Copied.")
    assert messages.lasting == Message("The disk is full.", Remedy.FOLDER)
    messages.lift(Condition.DISK)
    assert messages.lasting == Message("No network.")
    assert messages.passing == Message("Copied.")
    messages.dismiss()
    assert messages.passing is None


def test_listeners_hear_of_changes_only() -> None:
    messages = Messages()
    heard: list[Message | None] = []
    messages.subscribe(lambda: heard.append(messages.lasting))
    messages.hold(Condition.OFFLINE, "No network.")
    messages.hold(Condition.OFFLINE, "No network.")
    messages.lift(Condition.OFFLINE)
    messages.lift(Condition.OFFLINE)
    messages.dismiss()
    assert heard == [Message("No network."), None]


# -- undo --------------------------------------------------------------------------------------


@with_world()
async def test_steps_are_taken_back_newest_first(world: World) -> None:
    undone: list[str] = []

    async def note(name: str) -> None:
        undone.append(name)

    history = UndoHistory(limit=2)
    for name in ("one", "two", "three"):
        history.push(name, lambda name=name: note(name))
    assert history.label == "three"
    assert [await history.undo() for _ in range(3)] == ["three", "two", None]
    assert undone == ["three", "two"]
    assert world.undo.label is None


@with_world()
async def test_a_step_that_fails_stays(world: World) -> None:
    await world.track(job_id(1))
    world.repository.broken = True
    with pytest.raises(DatabaseError):
        await world.undo.undo()
    assert world.undo.label == "Track 1 ID"
    world.repository.broken = False
    assert await world.undo.undo() == "Track 1 ID"


# -- supervisor --------------------------------------------------------------------------------


@with_world()
async def test_an_error_of_a_task_is_told_once(world: World) -> None:
    async def fail() -> None:
        raise ValueError("a mistake")

    world.supervisor.spawn(fail(), "failing")
    await world.advance(1)
    assert [str(error) for error in world.errors] == ["a mistake"]
    world.errors.clear()


@with_world()
async def test_closing_cancels_what_runs_and_waits_for_its_end(world: World) -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(1e6)
        finally:
            await asyncio.sleep(0.2)
            ended.append("cleaned up")

    task = world.supervisor.spawn(work(), "work")
    await world.advance(1)
    await world.supervisor.aclose(1.0)
    assert ended == ["cleaned up"]
    assert task.cancelled()


@with_world()
async def test_closing_does_not_wait_for_ever(world: World) -> None:
    async def stubborn() -> None:
        try:
            await asyncio.sleep(1e6)
        finally:
            await asyncio.sleep(100)

    world.supervisor.spawn(stubborn(), "stubborn")
    await world.advance(1)
    await world.supervisor.aclose(2.0)
    assert world.clock.monotonic() == pytest.approx(3.0)


# -- preferences -------------------------------------------------------------------------------


@with_world()
async def test_a_setting_is_read_at_once_and_written_in_the_background(world: World) -> None:
    heard: list[str] = []
    world.preferences.subscribe(heard.append)
    world.preferences.poll_interval_s = 30
    world.preferences.poll_interval_s = 30
    assert world.preferences.poll_interval_s == 30
    assert heard == ["poll_interval_s"]
    await world.advance(1)
    assert world.settings.values == {"poll_interval_s": 30}


@with_world()
async def test_settings_have_defaults_and_limits(world: World) -> None:
    preferences = world.preferences
    assert preferences.poll_interval_s == 10
    assert preferences.theme == "system"
    assert preferences.images_folder is None
    assert preferences.paused is False
    assert preferences.get("scroll", 5) == 5
    for value, read in ((1, 5), (1000, 300)):
        preferences.poll_interval_s = value
        assert preferences.poll_interval_s == read


@with_world()
async def test_what_an_older_or_broken_version_wrote_is_not_believed(world: World) -> None:
    world.settings.values = {
        "poll_interval_s": "soon",
        "theme": 3,
        "paused": "yes",
        "images_folder": "",
        "account_names": [1],
    }
    await world.preferences.load()
    assert world.preferences.poll_interval_s == 10
    assert world.preferences.theme == "system"
    assert world.preferences.paused is False
    assert world.preferences.images_folder is None
    assert world.preferences.account_names == {}


@with_world()
async def test_flush_writes_what_the_end_of_a_run_would_cut_off(world: World) -> None:
    for value in range(5):
        world.preferences.set("scroll", value)
    world.preferences.set("paused", True)
    await world.preferences.flush()
    assert world.settings.values == {"scroll": 4, "paused": True}


@with_world()
async def test_a_setting_that_could_not_be_written_is_written_at_the_end(world: World) -> None:
    settings = FakeSettings()
    preferences = Preferences(settings, world.supervisor)
    settings.broken = True
    preferences.set("scroll", 1)
    await world.advance(1)
    assert settings.values == {}
    with pytest.raises(DatabaseError):
        await preferences.flush()
    settings.broken = False
    await preferences.flush()
    assert settings.values == {"scroll": 1}


@with_world()
async def test_a_setting_that_could_not_be_written_is_tried_again_by_one_task(
    world: World,
) -> None:
    settings = FakeSettings()
    preferences = Preferences(settings, world.supervisor)
    settings.broken = True
    for value in range(50):
        preferences.set("scroll", value)
        await world.advance(1)
    tries = settings.tries
    await world.advance(3600)
    assert settings.tries - tries == pytest.approx(3600 / AGAIN_AFTER_S, abs=1)
    settings.broken = False
    await world.advance(AGAIN_AFTER_S)
    assert settings.values == {"scroll": 49}


@with_world()
async def test_what_a_rescue_did_is_told_until_it_was_read(world: World) -> None:
    world.settings.values = {"rescue_notice": "The library was damaged."}
    for _ in range(2):
        await world.preferences.load()
        RescueNotice(world.preferences, world.messages).show()
        assert world.messages.lasting == Message("The library was damaged.", Remedy.READ)
    RescueNotice(world.preferences, world.messages).was_read()
    assert world.messages.lasting is None
    await world.advance(1)
    await world.preferences.load()
    RescueNotice(world.preferences, world.messages).show()
    assert world.messages.lasting is None


# -- sizes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "words"),
    [(712_300_000, "712 MB"), (3_210_000_000, "3.2 GB"), (40_000_000_000, "40 GB")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_words(size) == words
