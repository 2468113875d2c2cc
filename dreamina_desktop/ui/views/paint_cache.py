"""Rows and tiles as they were painted last: text and smooth pictures take most of a frame, and most
look as before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

LIMIT_BYTES = 8_000_000  # some 80 rows, some 50 tiles


class Painted:
    """Pictures by what they are of; the least recently used ones are dropped. GUI thread only."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.size_bytes = 0
        self._kept: OrderedDict[Hashable, tuple[object, Hashable, QPixmap]] = OrderedDict()

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        key: Hashable,
        of: object,
        look: Hashable,
        paint: Callable[[QPainter, QRect], None],
    ) -> None:
        """Fill `rect` with what `paint` painted for this key, if that was of this very object and
        with the same `look`: all else that it shows. Else it paints anew, at the origin."""
        scale = painter.device().devicePixelRatioF()
        look = (look, rect.width(), rect.height(), scale)
        picture = self._get(key, of, look)
        if picture is None:
            picture = _blank(rect.size(), scale)
            with QPainter(picture) as inner:
                inner.setRenderHints(painter.renderHints())
                paint(inner, QRect(0, 0, rect.width(), rect.height()))
            self._put(key, of, look, picture)
        painter.drawPixmap(rect.topLeft(), picture)

    def clear(self) -> None:
        self._kept.clear()
        self.size_bytes = 0

    def _get(self, key: Hashable, of: object, look: Hashable) -> QPixmap | None:
        kept = self._kept.get(key)
        if kept is None or kept[0] is not of or kept[1] != look:
            return None
        self._kept.move_to_end(key)
        return kept[2]

    def _put(self, key: Hashable, of: object, look: Hashable, picture: QPixmap) -> None:
        self._drop(key)
        self._kept[key] = (of, look, picture)
        self.size_bytes += _size(picture)
        while self.size_bytes > self.limit_bytes and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        if key in self._kept:
            self.size_bytes -= _size(self._kept.pop(key)[2])


def _blank(size: QSize, scale: float) -> QPixmap:
    picture = QPixmap(round(size.width() * scale), round(size.height() * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def _size(picture: QPixmap) -> int:
    return picture.width() * picture.height() * 4
