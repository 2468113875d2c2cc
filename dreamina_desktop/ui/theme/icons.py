"""Our line icons: SVG files of resources/icons, tinted from the palette."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from dreamina_desktop.resources_folder import resources_folder

SIZE = 20  # pixels at scale 1


def icon(name: str, color: QColor) -> QIcon:
    """The icon `resources/icons/<name>.svg` in one colour, sharp on every screen that is there."""
    result = QIcon()
    sharpest = max((s.devicePixelRatio() for s in QGuiApplication.screens()), default=1.0)
    for scale in range(1, math.ceil(sharpest) + 1):
        result.addPixmap(pixmap(name, color, SIZE, float(scale)))
    return result


def pixmap(name: str, color: QColor, size: int = SIZE, scale: float = 1.0) -> QPixmap:
    """One icon of `size` logical pixels. GUI thread only."""
    return _pixmap(name, color.name(), size, scale)


@lru_cache(maxsize=512)
def _pixmap(name: str, color: str, size: int, scale: float) -> QPixmap:
    result = QPixmap(QSize(round(size * scale), round(size * scale)))
    result.fill(Qt.GlobalColor.transparent)
    with QPainter(result) as painter:
        renderer = QSvgRenderer(QByteArray(_svg(name).replace("currentColor", color).encode()))
        renderer.render(painter, QRectF(result.rect()))
    result.setDevicePixelRatio(scale)
    return result


@lru_cache(maxsize=128)
def _svg(name: str) -> str:
    return (resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
