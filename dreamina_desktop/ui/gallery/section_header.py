"""The header of a section: what its images have in common, and how many they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from dreamina_desktop.ui.gallery.grid import MARGIN, Grid
from dreamina_desktop.ui.theme.palette import colors

OPAQUE = 242  # of 255: what scrolls below it is only felt


@dataclass(frozen=True, slots=True)
class Section:
    """`title`: in one line; `count`: "4 images"."""

    title: str
    count: str


def headers(grid: Grid, top: int, size: QSize) -> Iterator[tuple[int, QRect]]:
    """Of the sections in view, with their places there: that of the first stays at the top until
    the next one comes. `top`: how far it is scrolled; `size`: of what is in view."""
    if not grid.header or not grid.count:
        return
    first, last = (grid.section_at(y) for y in (top, top + size.height()))
    for section in range(first, last + 1):
        own = grid.section_top(section)
        below = grid.section_top(section + 1) - grid.header
        y = min(max(own, top), max(below, own))
        yield section, QRect(0, y - top, size.width(), grid.header)


def paint_header(painter: QPainter, place: QRect, section: Section) -> None:
    """Over whatever scrolls below it."""
    c = colors()
    ground = QColor(c.canvas)
    ground.setAlpha(OPAQUE)
    painter.fillRect(place, ground)
    bold = QFont(painter.font())
    bold.setWeight(QFont.Weight.DemiBold)
    room = place.adjusted(MARGIN + 2, 0, -MARGIN - 2, 0)
    painter.setPen(c.muted)
    painter.setFont(painter.font())
    width = QFontMetrics(painter.font()).horizontalAdvance(section.count)
    right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
    painter.drawText(room, right, section.count)
    plain = painter.font()
    painter.setFont(bold)
    painter.setPen(c.text)
    shown = QFontMetrics(bold).elidedText(
        section.title, Qt.TextElideMode.ElideRight, room.width() - width - 16
    )
    left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(room, left | Qt.TextFlag.TextSingleLine, shown)
    painter.setFont(plain)
