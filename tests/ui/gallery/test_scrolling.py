"""What stays visible is moved, what comes is painted: the window shows what a full paint would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.ui.gallery.gallery_pane import GalleryPane
from dreamina_desktop.ui.theme import style

Open = Callable[..., GalleryPane]


@pytest.fixture
def pane(scene: Any, open_pane: Open, qtbot: QtBot) -> GalleryPane:
    for number in range(1, 13):
        scene.job(number, *(scene.saved(number, index) for index in range(4)))
    pane = open_pane(scene)
    qtbot.waitUntil(lambda: bool(scene.thumbnailing.wishes.get("gallery")))
    scene.thumbnailing.make_all()
    qtbot.waitUntil(pane.settled)
    QTest.mouseMove(pane, QPoint(1, 1))
    QApplication.processEvents()
    return pane


def on_screen(pane: GalleryPane) -> QImage:
    """What the window has painted by and by."""
    place = QRect(pane.view.viewport().mapTo(pane, QPoint()), pane.view.viewport().size())
    shown = pane.screen().grabWindow(pane.winId())
    return shown.copy(place).toImage().convertToFormat(QImage.Format.Format_RGB32)


def anew(pane: GalleryPane) -> QImage:
    painted = pane.view.viewport().grab().toImage()
    return painted.convertToFormat(QImage.Format.Format_RGB32)


@pytest.mark.parametrize("steps", [(7, 30, 400, -13), (90_000, -41)])
def test_after_scrolling_the_window_shows_what_a_full_paint_would(
    pane: GalleryPane, steps: tuple[int, ...]
) -> None:
    pane.select_key(ImageKey(11, 1))
    for step in steps:
        pane.view.verticalScrollBar().setValue(pane.view.verticalOffset() + step)
        QApplication.processEvents()
        assert on_screen(pane) == anew(pane)


def test_only_what_comes_into_view_is_painted(pane: GalleryPane) -> None:
    painted: list[QRect] = []

    class Watch(QObject):
        def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802
            if isinstance(event, QPaintEvent):
                painted.append(event.rect())
            return False

    watch = Watch()
    pane.view.viewport().installEventFilter(watch)
    pane.view.verticalScrollBar().setValue(30)
    QApplication.processEvents()
    assert [rect.height() for rect in painted] == [30]


def test_the_buttons_of_the_hovered_tile_do_not_travel_along(pane: GalleryPane) -> None:
    before = anew(pane)
    QTest.mouseMove(pane.view.viewport(), QPoint(60, 60))
    QApplication.processEvents()
    assert on_screen(pane) != before
    pane.view.verticalScrollBar().setValue(25)
    QApplication.processEvents()
    assert on_screen(pane) == anew(pane)


def test_a_tile_that_was_painted_before_follows_colours_and_sizes(pane: GalleryPane) -> None:
    light = anew(pane)
    assert anew(pane) == light  # from what was kept
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    style.apply(application, "dark")
    QApplication.processEvents()
    assert anew(pane) != light
    style.apply(application, "light")
    QApplication.processEvents()
    assert anew(pane) == light
    QTest.keyClick(pane.view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert on_screen(pane) == anew(pane)
