"""Paints one picture and lets the mouse zoom and pan it; knows nothing of files."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.viewer.zoom import Zoom
from dreamina_desktop.ui.widgets.overrides import guarded

WHEEL_STEP = 120  # eighths of a degree in one notch of a wheel


@guarded
class PictureCanvas(QWidget):
    """Draws the sharpest image it was given. All sizes are in physical pixels of the screen."""

    changed = Signal()  # zoom or part
    double_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zoom = Zoom(0, 0, 1, 1)
        self._small: QImage | None = None  # about as large as the area
        self._full: QImage | None = None
        self._dragged_from: QPoint | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Image")

    @property
    def zoom(self) -> Zoom:
        return self._zoom

    @property
    def has_picture(self) -> bool:
        return bool(self._zoom.width)

    @property
    def has_image(self) -> bool:
        """Whether there is anything to paint."""
        return self._small is not None or self._full is not None

    @property
    def is_sharp(self) -> bool:
        """Whether what was given is enough for the present zoom."""
        return self._full is not None or self._is_enough(self._small)

    def area(self) -> QSize:
        """The canvas in physical pixels."""
        return self.size() * self.devicePixelRatioF()

    def show_picture(self, width: int, height: int) -> None:
        """Begin another picture, fitted; (0, 0): none. Its images come by and by."""
        area = self.area()
        self._small = self._full = None
        self._dragged_from = None
        self._set_zoom(Zoom(width, height, area.width(), area.height()))

    def set_small(self, image: QImage) -> None:
        """A version of the picture that is large enough to be fitted, or a preview of it."""
        self._small = image
        self.update()

    def set_full(self, image: QImage) -> None:
        self._full = image
        self.update()

    def fit(self) -> None:
        self._set_zoom(self._zoom.fitted())

    def fill(self) -> None:
        """No part of the area is empty."""
        self._set_zoom(self._zoom.filling())

    def toggle_actual_size(self) -> None:
        """One pixel of the picture is one of the screen; and back."""
        is_actual = abs(self._zoom.shown_scale - 1.0) < 1e-9
        self._set_zoom(self._zoom.fitted() if is_actual else self._zoom.at_scale(1.0))

    def show_as(self, other: Zoom) -> None:
        """As large and from the same part as another picture is seen, in proportion."""
        self._set_zoom(self._zoom.like(other))

    def step(self, steps: float, at: QPointF | None = None) -> None:
        """Zoom in (positive) or out, at a point of the widget."""
        ratio = self.devicePixelRatioF()
        point = None if at is None else (at.x() * ratio, at.y() * ratio)
        self._set_zoom(self._zoom.stepped(steps, point))

    def _set_zoom(self, zoom: Zoom) -> None:
        self._zoom = zoom
        self._show_cursor()
        self.update()
        self.changed.emit()

    def _is_enough(self, image: QImage | None) -> bool:
        return image is not None and image.width() * 1.01 >= self._zoom.target[2]

    def _show_cursor(self) -> None:
        left, top, _, _ = self._zoom.target
        if self._dragged_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left < -0.5 or top < -0.5:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), colors().canvas)
            image = self._small if self._is_enough(self._small) else self._full or self._small
            if image is not None and self.has_picture:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                if self._zoom.shown_scale >= 3:  # so close, pixels are what one looks for
                    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
                painter.drawImage(self._target(), image)

    def _target(self) -> QRectF:
        """In logical pixels, on whole physical ones so that nothing blurs."""
        ratio = self.devicePixelRatioF()
        left, top, width, height = (round(value) for value in self._zoom.target)
        return QRectF(left / ratio, top / ratio, width / ratio, height / ratio)

    def resizeEvent(self, event: QResizeEvent) -> None:
        area = self.area()
        self._set_zoom(self._zoom.in_area(max(1, area.width()), max(1, area.height())))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self.step(event.angleDelta().y() / WHEEL_STEP, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.has_picture:
            self._dragged_from = event.position().toPoint()
            self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_from is None:
            return
        point = event.position().toPoint()
        moved = (point - self._dragged_from) * self.devicePixelRatioF()
        self._dragged_from = point
        self._set_zoom(self._zoom.panned(moved.x(), moved.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.double_clicked.emit()
