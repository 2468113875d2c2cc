"""One slot of the reference tray: its number, and the picture that is in it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.overrides import guarded

SIDE = 60
RADIUS = 6
REPLACED_OPACITY = 0.4  # of the picture that a drop would put out
CLOSE = 16  # pixels, square, at the top right


@guarded
class SlotButton(QAbstractButton):
    """Delete takes its image out, Alt+Left and Alt+Right or the mouse move it."""

    removed = Signal()
    moved_by = Signal(int)  # slots
    dragged_to = Signal(QPoint)  # on the screen

    def __init__(self, slot: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._slot = slot
        self._key: ImageKey | None = None
        self._trouble = ""
        self._pixmap: QPixmap | None = None
        self._pressed_at: QPoint | None = None
        self._is_target = False
        self.setFixedSize(SIDE, SIDE)
        self.show_image(None, None, "")

    @property
    def key(self) -> ImageKey | None:
        return self._key

    def show_image(self, key: ImageKey | None, pixmap: QPixmap | None, trouble: str) -> None:
        """`trouble`: why it will not do, in words."""
        self._key, self._pixmap, self._trouble = key, pixmap, trouble
        holds = str(key) if key else "empty"
        said = ", ".join(filter(None, (f"imageRef_{self._slot}", holds, trouble)))
        self.setAccessibleName(said)
        self.setToolTip(said if key else f"{said}: Alt+{self._slot} puts the current image here")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if key else Qt.FocusPolicy.NoFocus)
        self.update()

    @property
    def is_target(self) -> bool:
        """Whether what is dragged over it would be dropped there."""
        return self._is_target

    def show_target(self, is_target: bool) -> None:
        """Mark it, or not."""
        if is_target != self._is_target:
            self._is_target = is_target
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._key:
            self.removed.emit()
        elif alt and event.key() == Qt.Key.Key_Left:
            self.moved_by.emit(-1)
        elif alt and event.key() == Qt.Key.Key_Right:
            self.moved_by.emit(1)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint() if self._key else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        start, self._pressed_at = self._pressed_at, None
        point = event.position().toPoint()
        far = QApplication.startDragDistance()
        if start is not None and (point - start).manhattanLength() >= far:
            self.setDown(False)
            self.dragged_to.emit(event.globalPosition().toPoint())
        elif start is not None and self._close().contains(point):
            self.setDown(False)
            self.removed.emit()
        else:
            super().mouseReleaseEvent(event)

    def _close(self) -> QRect:
        return QRect(self.width() - CLOSE - 2, 2, CLOSE, CLOSE)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = colors()
        with QPainter(self) as painter:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            place = self.rect().adjusted(1, 1, -1, -1)
            pen = QPen(c.failed if self._trouble else c.control, 2 if self._trouble else 1)
            if self._key is None:
                pen.setStyle(Qt.PenStyle.DashLine)
            if self.hasFocus() or self._is_target:
                pen = QPen(c.accent, 3 if self._is_target else 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(c.selected if self._is_target else c.canvas)
            painter.drawRoundedRect(place, RADIUS, RADIUS)
            if self._pixmap is not None:
                side = min(self._pixmap.width(), self._pixmap.height())
                part = QRect(0, 0, side, side)
                part.moveCenter(self._pixmap.rect().center())
                painter.setOpacity(REPLACED_OPACITY if self._is_target else 1.0)
                painter.drawPixmap(place.adjusted(2, 2, -2, -2), self._pixmap, part)
                painter.setOpacity(1.0)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen)
            painter.drawRoundedRect(place, RADIUS, RADIUS)
            self._paint_number(painter)
            if self._key is not None and (self.underMouse() or self.hasFocus()):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(c.raised)
                painter.drawEllipse(self._close())
                icon = icons.pixmap("close", c.text, 12, self.devicePixelRatioF())
                painter.drawPixmap(self._close().topLeft() + QPoint(2, 2), icon)

    def _paint_number(self, painter: QPainter) -> None:
        """On a ground of its own: pictures have any colour."""
        c = colors()
        ground = QRect(3, self.height() - 19, 16, 16)
        if self._key is None:
            painter.setPen(c.muted)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, str(self._slot))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(c.raised)
        painter.drawRoundedRect(ground, 4, 4)
        painter.setPen(c.text)
        painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, str(self._slot))
