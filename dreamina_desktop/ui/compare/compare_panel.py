"""One image of a comparison: its picture, and below it what it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from dreamina_desktop.core.jobs.job import Image, ImageKey
from dreamina_desktop.core.jobs.marks import Marks
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.marks import mark_actions as mark_words
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.viewer.picture_canvas import PictureCanvas
from dreamina_desktop.ui.widgets.overrides import guarded

FRAME = 3


@guarded
class ComparePanel(QWidget):
    """`zoomed`: by its user; what follows another one says nothing."""

    zoomed = Signal()

    def __init__(self, key: ImageKey, parent: QWidget) -> None:
        super().__init__(parent)
        self.key = key
        self.canvas = _Canvas(self)
        self._caption = QLabel(self)
        self._caption.setTextFormat(Qt.TextFormat.PlainText)
        self._caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(FRAME, FRAME, FRAME, FRAME)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self._caption)
        self._is_following = False
        self.canvas.changed.connect(self._on_canvas_changed)
        self.canvas.focus_changed.connect(self.update)
        self.setFocusProxy(self.canvas)

    def show_image(self, image: Image | None) -> None:
        """Its size is known before its file is read."""
        size = wording.image_pixels(image) if image is not None and image.file else None
        self._is_following = True
        self.canvas.show_picture(*(size or (0, 0)))
        self._is_following = False

    def describe(self, image: Image | None, marks: Marks) -> None:
        size = wording.size(image) if image else ""
        missing = "" if image and image.file else "not saved"
        said = (str(self.key), size, missing, mark_words.line(marks))
        self._caption.setText("  ·  ".join(part for part in said if part))
        self.canvas.setAccessibleName(wording.accessible(image) if image else str(self.key))

    def caption(self) -> str:
        """What is said below the picture."""
        return self._caption.text()

    def follow(self, other: PictureCanvas) -> None:
        """See the same part of it, as large."""
        self._is_following = True
        self.canvas.show_as(other.zoom)
        self._is_following = False

    def _on_canvas_changed(self) -> None:
        if not self._is_following:
            self.zoomed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.canvas.hasFocus():
            with QPainter(self) as painter:
                painter.setPen(QPen(colors().accent, 2))
                painter.drawRect(self.rect().adjusted(1, 1, -2, -2))


@guarded
class _Canvas(PictureCanvas):
    focus_changed = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()
