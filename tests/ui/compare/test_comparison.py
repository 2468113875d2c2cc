"""Two to four images beside each other, with linked zoom, and judged from there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest_asyncio
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.ui.compare.comparison import Comparison
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]
Key = Qt.Key


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """Three jobs of two images; the third of another prompt and size."""
    await bench.add(record(1, prompt="A red boat"))
    await bench.add(record(2, prompt="A <b>blue</b> boat"))
    await bench.add(record(3, prompt="A red boat", images=1))
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: len(images(window).order) == 5)
    images(window).setFocus()
    return window


def images(window: MainWindow) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == "Images")


def select(window: MainWindow, *keys: tuple[int, int]) -> None:
    images(window).clearSelection()
    images(window).select_keys([ImageKey(*key) for key in keys], None)


async def compare(window: MainWindow, until: Until, *keys: tuple[int, int]) -> Comparison:
    select(window, *keys)
    QTest.keyClick(images(window), Key.Key_C)
    shown = window.findChild(Comparison)
    await until(lambda: shown.panels[0].canvas.has_image)
    return shown


def press(key: Key) -> None:
    QTest.keyClick(QApplication.focusWidget(), key)


async def test_zoom_and_pan_of_one_are_those_of_all(window: MainWindow, until: Until) -> None:
    shown = await compare(window, until, (1, 0), (2, 0), (3, 0))
    one, *others = (panel.canvas for panel in shown.panels)
    one.step(6, QPointF(30, 20))
    for other in others:
        assert other.zoom.shown_scale / other.zoom.fit_scale == one.zoom.shown_scale
        assert other.zoom.center == one.zoom.center
    press(Key.Key_F)
    assert all(panel.canvas.zoom.is_fitted for panel in shown.panels)
    press(Key.Key_Z)
    assert all(panel.canvas.zoom.shown_scale == 1.0 for panel in shown.panels)


async def test_what_differs_is_said_and_is_never_html(window: MainWindow, until: Until) -> None:
    shown = await compare(window, until, (1, 0), (2, 0))
    labels = [label.text() for label in shown.findChildren(QLabel)]
    assert any("&lt;" in text and "<b>" not in text for text in labels)
    assert any('600">red' in text for text in labels)
    press(Key.Key_Escape)
    assert not shown.is_open()
    assert images(window).hasFocus()
    shown = await compare(window, until, (1, 0), (1, 1))
    assert any("nothing differs" in label.text() for label in shown.findChildren(QLabel))


async def test_the_one_with_the_keys_is_judged(
    bench: Any, window: MainWindow, until: Until
) -> None:
    shown = await compare(window, until, (1, 0), (2, 0))
    first, second = (panel.key for panel in shown.panels)
    press(Key.Key_X)
    press(Key.Key_Right)
    press(Key.Key_P)
    flag = lambda key: bench.services.library.job(key.number).marks_of(key.index).flag  # noqa: E731
    await until(lambda: (flag(first), flag(second)) == (Flag.REJECTED, Flag.PICKED))
    await until(lambda: "Picked" in shown.panels[1].caption())
    QTest.keyClick(QApplication.focusWidget(), Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: flag(second) is Flag.NONE)


async def test_two_blink_in_the_same_place(window: MainWindow, until: Until) -> None:
    shown = await compare(window, until, (1, 0), (2, 0))
    seen = lambda: [panel.isVisible() for panel in shown.panels]  # noqa: E731
    press(Key.Key_B)
    assert seen() == [True, False]
    press(Key.Key_B)
    assert seen() == [False, True]
    press(Key.Key_S)
    assert seen() == [True, True]


async def test_of_one_or_five_there_is_no_comparison(
    bench: Any, window: MainWindow, until: Until
) -> None:
    for keys in (((1, 0),), ((1, 0), (1, 1), (2, 0), (2, 1), (3, 0))):
        select(window, *keys)
        QTest.keyClick(images(window), Key.Key_C)
        said = bench.services.messages.passing.text
        assert said == "Select two to four images to compare them."
        assert window.findChild(Comparison) is None


async def test_the_mouse_judges_and_closes_too(
    bench: Any, window: MainWindow, until: Until
) -> None:
    shown = await compare(window, until, (1, 0), (2, 0))
    second = shown.panels[1]
    QTest.mouseClick(second.canvas, Qt.MouseButton.LeftButton)
    buttons = {button.accessibleName(): button for button in shown.findChildren(QToolButton)}
    QTest.mouseClick(buttons["Pick"], Qt.MouseButton.LeftButton)
    job = lambda: bench.services.library.job(second.key.number)  # noqa: E731
    await until(lambda: job().marks_of(second.key.index).flag is Flag.PICKED)
    QTest.mouseClick(buttons["Close"], Qt.MouseButton.LeftButton)
    assert not shown.is_open()
