"""A strip of small pictures with their numbers; each leads to its image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.overrides import guarded

SIDE = 60  # pixels of a picture
COLUMNS = 4
MOST = 12


@dataclass(frozen=True, slots=True)
class Small:
    """One image of a strip. `label`: its number, or what stands in for it."""

    key: ImageKey
    label: str
    said: str  # to screen readers and in the tool tip


class ImageStrip(QWidget):
    """In rows of four; of very many the first ones."""

    chosen = Signal(object)  # an ImageKey

    def __init__(self, images: Sequence[Small]) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setSpacing(6)
        grid.setColumnStretch(COLUMNS, 1)
        self._buttons: list[_Picture] = []
        for place, small in enumerate(images[:MOST]):
            button = _Picture(small)
            button.clicked.connect(lambda _=False, key=small.key: self.chosen.emit(key))
            grid.addWidget(button, place // COLUMNS, place % COLUMNS)
            self._buttons.append(button)

    @property
    def keys(self) -> list[ImageKey]:
        return [button.small.key for button in self._buttons]

    def show_pixmap(self, key: ImageKey, pixmap: QPixmap | None) -> None:
        """The thumbnail of one of its images."""
        for button in self._buttons:
            if button.small.key == key:
                button.show_pixmap(pixmap)


@guarded
class _Picture(QAbstractButton):
    """The middle of a picture, with its number below."""

    def __init__(self, small: Small) -> None:
        super().__init__()
        self.small = small
        self._pixmap: QPixmap | None = None
        self.setAccessibleName(small.said)
        self.setToolTip(small.said)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_pixmap(self, pixmap: QPixmap | None) -> None:
        self._pixmap = pixmap
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE + QFontMetrics(self.font()).height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = colors()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            place = QRect(0, 0, SIDE, SIDE)
            painter.fillRect(place, c.line if c.dark else c.canvas)
            if self._pixmap is None:
                icon = icons.pixmap("image", c.muted, 20, self.devicePixelRatioF())
                painter.drawPixmap(place.center().x() - 10, place.center().y() - 10, icon)
            else:
                side = min(self._pixmap.width(), self._pixmap.height())
                part = QRect(0, 0, side, side)
                part.moveCenter(self._pixmap.rect().center())
                painter.drawPixmap(place, self._pixmap, part)
            if self.hasFocus() or self.underMouse():
                painter.setPen(QPen(c.accent, 2))
                painter.drawRect(place.adjusted(1, 1, -1, -1))
            painter.setPen(c.muted)
            below = QRect(0, SIDE + 2, self.width(), self.height() - SIDE - 2)
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, self.small.label)
