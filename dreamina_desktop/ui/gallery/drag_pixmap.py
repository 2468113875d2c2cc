"""What is seen under the pointer while images are dragged."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetrics, QPainter, QPen, QPixmap, QTransform

from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors

SIDE = 88  # of the box that each picture fits into
STEP = 8  # from one picture of the stack to the next
MOST = 3  # pictures
RADIUS = 6
OPACITY = 0.92  # what lies below is to be guessed
BADGE = 24
HOT_SPOT = QPoint(6, 6)


def drag_pixmap(thumbnails: Sequence[QPixmap | None], number: int, ratio: float) -> QPixmap:
    """Up to three of them in a stack, the first on top, and how many there are; None: an image
    without a thumbnail. `ratio`: of the screen's pixels to ours."""
    shown = thumbnails[:MOST]
    sizes = [_size(thumbnail) for thumbnail in shown]
    behind = STEP * (len(shown) - 1)
    width = max(size.width() for size in sizes) + behind + BADGE // 2
    height = max(size.height() for size in sizes) + behind + BADGE // 2
    pixmap = QPixmap(QSize(round(width * ratio), round(height * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.setOpacity(OPACITY)
        for place in reversed(range(len(shown))):
            corner = QPoint(STEP * place, STEP * place)
            _paint_picture(painter, shown[place], QRect(corner, sizes[place]), ratio)
        painter.setOpacity(1.0)
        if number > 1:
            _paint_number(painter, number, sizes[0])
    return pixmap


def _size(thumbnail: QPixmap | None) -> QSize:
    if thumbnail is None or thumbnail.isNull():
        return QSize(SIDE, SIDE * 3 // 4)
    return thumbnail.size().scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio)


def _paint_picture(
    painter: QPainter, thumbnail: QPixmap | None, place: QRect, ratio: float
) -> None:
    """With an edge, which parts it from the one below."""
    c = colors()
    inner = QRectF(place).adjusted(1, 1, -1, -1)
    painter.setPen(QPen(c.surface, 2))
    if thumbnail is None or thumbnail.isNull():
        painter.setBrush(c.canvas)
        painter.drawRoundedRect(inner, RADIUS, RADIUS)
        corner = place.center() - QPoint(icons.SIZE // 2, icons.SIZE // 2)
        painter.drawPixmap(corner, icons.pixmap("image", c.muted, icons.SIZE, ratio))
    else:
        brush = QBrush(thumbnail)
        start = QTransform.fromTranslate(place.left(), place.top())
        across = place.width() / thumbnail.width()
        brush.setTransform(start.scale(across, place.height() / thumbnail.height()))
        painter.setBrush(brush)
        painter.drawRoundedRect(inner, RADIUS, RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(c.control, 1))
    painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def _paint_number(painter: QPainter, number: int, top: QSize) -> None:
    """At the lower right corner of the picture on top."""
    c = colors()
    font = QFont(painter.font())
    font.setWeight(QFont.Weight.DemiBold)
    text = f"{number:,}"
    width = max(BADGE, QFontMetrics(font).horizontalAdvance(text) + 14)
    right = top.width() + BADGE // 2
    badge = QRect(max(0, right - width), top.height() - BADGE // 2, width, BADGE)
    painter.setPen(QPen(c.surface, 2))
    painter.setBrush(c.accent)
    painter.drawRoundedRect(QRectF(badge).adjusted(1, 1, -1, -1), BADGE / 2 - 1, BADGE / 2 - 1)
    painter.setFont(font)
    painter.setPen(c.on_accent)
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
