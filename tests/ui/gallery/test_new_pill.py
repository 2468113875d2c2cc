"""New images move nothing that is in view, and are led to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.core.search.filters import NOTHING
from dreamina_desktop.ui.gallery.new_pill import NewPill
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """Twenty jobs of two images, scrolled down a little."""
    for second in range(1, 21):
        await bench.add(record(second))
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: len(images(window).order) == 40)
    images(window).verticalScrollBar().setValue(images(window).grid.pitch)
    return window


def images(window: MainWindow) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == "Images")


def pill(window: MainWindow) -> NewPill:
    return window.findChild(NewPill)


async def test_what_came_above_is_counted_and_led_to(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    view = images(window)
    first = view.order[view.visible_rows().start]
    await bench.add(record(31))
    await until(lambda: pill(window).text() == "2 new")
    assert view.order[view.visible_rows().start] == first
    await bench.add(record(32, images=3))
    await until(lambda: pill(window).text() == "5 new")
    QTest.mouseClick(pill(window), Qt.MouseButton.LeftButton)
    assert view.verticalScrollBar().value() == 0
    assert not pill(window).isVisible()


async def test_at_the_top_there_is_nothing_to_be_led_to(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    images(window).underMouse = lambda: False
    images(window).verticalScrollBar().setValue(0)
    await bench.add(record(31))
    await until(lambda: len(images(window).order) == 42)
    assert not pill(window).isVisible()


async def test_a_lifted_filter_brings_nothing_new(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    view = images(window)
    await bench.services.marking.flag([view.order[row] for row in range(0, 40, 2)], Flag.PICKED)
    window._jobs.narrow(NOTHING.with_flag(Flag.PICKED))
    await until(lambda: len(view.order) == 20)
    view.verticalScrollBar().setValue(view.grid.pitch)
    window._jobs.narrow(NOTHING)
    await until(lambda: len(view.order) == 40)
    assert not pill(window).isVisible()


async def test_under_a_filter_what_comes_to_fit_is_new(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    view = images(window)
    window._jobs.narrow(NOTHING.with_flag(Flag.NONE))
    await until(lambda: view.order.is_partial)
    view.verticalScrollBar().setValue(view.grid.pitch)
    job = await bench.add(record(31))
    await until(lambda: pill(window).text() == "2 new")
    await bench.services.library.change(job.number, lambda job: replace(job, removed=True))
    await until(lambda: len(view.order) == 40)
