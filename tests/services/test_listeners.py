"""Who listens and raises stops nobody else."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

import pytest
from fakes import completed, job_id
from world import World, with_world

from dreamina_desktop import services
from dreamina_desktop.core.jobs.job import ImageState, Tracking
from dreamina_desktop.services.listeners import Listeners


def raising(*_: object) -> None:
    raise RuntimeError("the widget is gone")


async def test_the_others_are_called_and_the_error_is_handed_over_once() -> None:
    handed: list[BaseException] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: handed.append(context["exception"]))
    listeners, heard = Listeners[[int]](), list[int]()
    listeners.add(raising)
    listeners.add(heard.append)
    for number in range(3):
        listeners.tell(number)
    assert heard == [0, 1, 2]
    assert [str(error) for error in handed] == ["the widget is gone"]


def test_without_a_loop_it_is_raised_when_all_were_called() -> None:
    listeners, heard = Listeners[[]](), list[int]()
    listeners.add(raising)
    listeners.add(lambda: heard.append(1))
    with pytest.raises(RuntimeError, match="the widget is gone"):
        listeners.tell()
    assert heard == [1]


@with_world(expects_errors=True)
async def test_a_job_and_its_image_come_home_whoever_raises(world: World) -> None:
    """The first to listen to each service is one that always raises."""
    for service in (
        world.library,
        world.poller,
        world.downloader,
        world.messages,
        world.preferences,
        world.token,
        world.thumbnailer,
        world.undo,
    ):
        service._listeners._listeners.insert(0, raising)  # type: ignore[attr-defined]
    world.library.subscribe_to_checks(raising)
    world.answer(lambda jobid, n: completed(jobid, "https://a.example.com/1"))
    await world.start()
    await world.track(job_id(1))
    await world.advance(60)
    assert world.job().tracking is Tracking.DONE
    assert world.image().state is ImageState.SAVED
    assert {str(error) for error in world.errors} == {"the widget is gone"}
    assert len(world.errors) < 10


def test_no_service_calls_its_listeners_by_itself() -> None:
    folder = Path(inspect.getfile(services)).parent
    texts = {file.name: file.read_text("utf-8") for file in folder.glob("*.py")}
    found = [name for name, text in texts.items() if "for listener in" in text]
    assert found == ["listeners.py"]
