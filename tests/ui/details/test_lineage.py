"""Where an image came from and what was made from it, and the ways there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.core.search.filters import NOTHING
from dreamina_desktop.ui.details.details_pane import DetailsPane
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """Job 2 was made from 1-2, job 3 is an upscale of 2-1, job 4 one of a job that is not here."""
    source = await bench.add(record(1))
    second = record(2)
    second["request"]["imageRef_1"] = source.images[1].entry.asset_ref
    second["request"]["imageRef_2"] = "US:user@example.com-image:w1:h1:s1-uri:elsewhere"
    made = await bench.add(second)
    for number, jobid in ((3, made.jobid), (4, record(9)["jobid"])):
        upscale = record(number, images=1) | {"type": "upscale"}
        upscale["request"] = {"jobid": jobid, "imageIndex": 0, "resolution": "4k"}
        await bench.add(upscale)
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: len(images(window).order) == 6)
    return window


def images(window: MainWindow) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == "Images")


def pane(window: MainWindow) -> DetailsPane:
    return window._details


def words(window: MainWindow) -> list[str]:
    return [label.text() for label in pane(window).findChildren(QLabel) if label.isVisible()]


def button(window: MainWindow, name: str) -> Any:
    found = pane(window).findChildren(QAbstractButton)
    return next((b for b in found if name in (b.accessibleName(), b.text())), None)


async def test_the_details_show_both_directions_and_lead_there(
    window: MainWindow, until: Until
) -> None:
    images(window).select_key(ImageKey(2, 0))
    await until(lambda: button(window, "1-2, imageRef_1"))
    assert "imageRef_2: an image that is not tracked here." in words(window)
    await until(lambda: button(window, "Job 3, made from 2-1"))
    QTest.mouseClick(button(window, "1-2, imageRef_1"), Qt.MouseButton.LeftButton)
    assert images(window).current_key() == ImageKey(1, 1)
    await until(lambda: button(window, "Job 2, made from 1-2"))


async def test_what_hides_a_relative_is_lifted(
    bench: Any, window: MainWindow, until: Until
) -> None:
    await bench.services.marking.flag([ImageKey(3, 0)], Flag.PICKED)
    window._jobs.narrow(NOTHING.with_flag(Flag.PICKED))
    await until(lambda: len(images(window).order) == 1)
    images(window).select_key(ImageKey(3, 0))
    await until(lambda: button(window, "2-1, upscaled"))
    button(window, "2-1, upscaled").click()
    await until(lambda: images(window).current_key() == ImageKey(2, 0))
    assert len(images(window).order) == 6


async def test_the_source_of_an_upscale_can_be_tracked(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    images(window).select_key(ImageKey(4, 0))
    await until(lambda: button(window, "Track its source"))
    button(window, "Track its source").click()
    await until(lambda: bench.services.library.number_of(record(9)["jobid"]) == 5)
    assert bench.services.messages.passing.text == "Tracking 1 new job."


async def test_a_relative_that_comes_later_is_shown(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    images(window).select_key(ImageKey(4, 0))
    await until(lambda: button(window, "Track its source"))
    await bench.add(record(9))
    await until(lambda: button(window, "5-1, upscaled"))


async def test_all_images_of_a_prompt(window: MainWindow, until: Until) -> None:
    images(window).select_key(ImageKey(2, 0))
    await until(lambda: button(window, "All images of this prompt"))
    found: QPushButton = button(window, "All images of this prompt")
    found.click()
    await until(lambda: [key.number for key in images(window).order] == [2, 2])


async def test_from_an_image_to_its_job(window: MainWindow, until: Until) -> None:
    images(window).setFocus()
    images(window).select_key(ImageKey(1, 1))
    QTest.keyClick(images(window), Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    jobs = window._jobs.view
    await until(lambda: window._jobs.order()[jobs.currentIndex().row()] == 1)
    assert jobs.hasFocus()
    assert len(images(window).order) == 6  # and the gallery shows what it did
