"""The gallery in groups, with headers that stay at the top."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget

from dreamina_desktop.core.search.grouping import Grouping
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """Six jobs of two images: two prompts by turns."""
    for second in range(1, 7):
        prompt = "A red boat" if second % 2 else "<b>A fox</b>"
        await bench.add(record(second, prompt=prompt))
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: len(images(window).order) == 12)
    return window


def images(window: MainWindow) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == "Images")


def jobs_in_order(window: MainWindow) -> list[int]:
    return list(dict.fromkeys(key.number for key in images(window).order))


def titles(window: MainWindow) -> list[str]:
    view = images(window)
    sections = range(len(view.grid.starts))
    return [window._gallery._section(view.grid.starts[each]).title for each in sections]


def choose(window: MainWindow, label: str) -> None:
    buttons = window.findChildren(QToolButton)
    button = next(b for b in buttons if b.accessibleName() == "How images are grouped")
    next(action for action in button.menu().actions() if action.text() == label).trigger()
    assert button.text() == label


async def test_by_prompt_jobs_with_the_same_stand_together(
    window: MainWindow, until: Until
) -> None:
    choose(window, "By prompt")
    await until(lambda: jobs_in_order(window) == [6, 4, 2, 5, 3, 1])
    assert titles(window) == ["<b>A fox</b>", "A red boat"]
    choose(window, "By job")
    assert jobs_in_order(window) == [6, 5, 4, 3, 2, 1]
    assert titles(window)[0] == "6  <b>A fox</b>"
    choose(window, "By day")
    await until(lambda: titles(window) == ["Monday, 2 March 2026"])
    choose(window, "By paste")
    await until(lambda: len(titles(window)) == 6)
    assert all(title.startswith("Pasted ") for title in titles(window))
    choose(window, "Not grouped")
    assert images(window).grid.header == 0


async def test_a_click_on_a_header_selects_its_images(window: MainWindow, until: Until) -> None:
    choose(window, "By prompt")
    await until(lambda: len(titles(window)) == 2)
    view = images(window)
    QTest.mouseClick(view.viewport(), LEFT, NONE, QPoint(40, 20))
    assert {key.number for key in view.selected_keys()} == {2, 4, 6}


async def test_the_header_of_what_is_in_view_stays_at_the_top(
    window: MainWindow, until: Until
) -> None:
    choose(window, "By prompt")
    await until(lambda: len(titles(window)) == 2)
    view = images(window)
    view.verticalScrollBar().setValue(60)
    section, place = next(view._headers())
    assert (section, place.top()) == (0, 0)
    after = view.grid.section_top(1) - 15
    view.verticalScrollBar().setValue(after)
    if view.verticalScrollBar().value() == after:
        assert next(view._headers())[1].top() == 15 - view.grid.header  # pushed by the next one
    grabbed = view.viewport().grab().toImage()
    view.viewport().update()
    assert view.viewport().grab().toImage() == grabbed


async def test_new_images_join_their_group_and_grouping_is_kept(
    bench: Any, window: MainWindow, record: Any, until: Until, put_up: Any
) -> None:
    choose(window, "By prompt")
    await until(lambda: len(titles(window)) == 2)
    await bench.add(record(31, prompt="A red boat"))
    await until(lambda: jobs_in_order(window) == [7, 5, 3, 1, 6, 4, 2])
    window.remember()
    again = MainWindow(bench.services)
    await put_up(again)
    await until(lambda: jobs_in_order(again) == [7, 5, 3, 1, 6, 4, 2])
    assert again._gallery._groups.grouping is Grouping.PROMPT


async def test_images_that_come_while_their_group_is_looked_for_are_shown(
    bench: Any, window: MainWindow, record: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(window, "By prompt")
    await until(lambda: len(titles(window)) == 2)
    library, asked, answered = bench.services.library, asyncio.Event(), asyncio.Event()
    group_keys = library.group_keys

    async def late(*args: Any) -> Any:
        keys = await group_keys(*args)
        asked.set()
        await answered.wait()
        return keys

    monkeypatch.setattr(library, "group_keys", late)
    coming = record(31, prompt="A red boat")
    (job,) = await bench.track(str(coming["jobid"]))
    await asked.wait()  # when the job has no images yet
    await bench.answer(job, coming)
    await until(lambda: not window._gallery._flush_timer.isActive())
    answered.set()
    await until(lambda: jobs_in_order(window)[:1] == [7])
