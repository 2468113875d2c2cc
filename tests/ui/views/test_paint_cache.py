"""Pictures of what was painted are used again for the same thing only."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPixmap
from pytestqt.qtbot import QtBot

from dreamina_desktop.ui.views.paint_cache import Painted

RECT = QRect(10, 20, 50, 40)


class Canvas:
    def __init__(self) -> None:
        self.pixmap = QPixmap(100, 100)
        self.pixmap.fill(Qt.GlobalColor.white)
        self.times = 0

    def paint(self, painted: Painted, key: Hashable, of: object, look: Hashable) -> None:
        painter = QPainter(self.pixmap)
        painted.paint(painter, RECT, key, of, look, self._fill)
        painter.end()

    def _fill(self, painter: QPainter, rect: QRect) -> None:
        self.times += 1
        painter.fillRect(rect, Qt.GlobalColor.red)


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    return Canvas()


def test_it_lands_in_its_place(canvas: Canvas) -> None:
    canvas.paint(Painted(), 1, object(), "look")
    image = canvas.pixmap.toImage()
    assert image.pixelColor(10, 20) == image.pixelColor(59, 59) == Qt.GlobalColor.red
    assert image.pixelColor(9, 20) == image.pixelColor(60, 59) == Qt.GlobalColor.white


def test_the_same_is_painted_once(canvas: Canvas) -> None:
    painted, one, other = Painted(), [1], [1]
    canvas.paint(painted, 1, one, "look")
    canvas.paint(painted, 1, one, "look")
    assert canvas.times == 1
    canvas.paint(painted, 1, other, "look")  # equal, but another state of it
    canvas.paint(painted, 1, other, "another look")
    assert canvas.times == 3


def test_another_sharpness_is_painted_anew(canvas: Canvas) -> None:
    painted, one = Painted(), object()
    canvas.paint(painted, 1, one, "look")
    canvas.pixmap.setDevicePixelRatio(2.0)
    canvas.paint(painted, 1, one, "look")
    assert canvas.times == 2


def test_memory_is_bounded_and_the_last_used_stay(canvas: Canvas) -> None:
    size = RECT.width() * RECT.height() * 4
    painted, one = Painted(2 * size), object()
    for key in (1, 2, 1, 3):
        canvas.paint(painted, key, one, "look")
    assert (painted.size_bytes, canvas.times) == (2 * size, 3)
    canvas.paint(painted, 1, one, "look")
    assert canvas.times == 3
    canvas.paint(painted, 2, one, "look")
    assert canvas.times == 4
    painted.clear()
    assert painted.size_bytes == 0
