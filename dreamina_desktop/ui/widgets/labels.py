"""A line of words that never makes the window wider: what does not fit ends in …"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from dreamina_desktop.ui.widgets.overrides import guarded


@guarded
class ElidedLabel(QLabel):
    """Screen readers get the whole text, and so does the tool tip when it is cut. A note is in the
    tool tip in any case."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.set_words(text)

    def set_words(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self._tell_what_is_cut()

    def set_note(self, note: str) -> None:
        """What is said beside the words, quietly."""
        if note != self._note:
            self._note = note
            self.setAccessibleDescription(note)
            self._tell_what_is_cut()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_what_is_cut()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(self.palette().windowText().color())
            painter.drawText(self.contentsRect(), int(self.alignment()), self._elided())

    def _elided(self) -> str:
        room = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def _tell_what_is_cut(self) -> None:
        cut = self.text() if self._elided() != self.text() else ""
        self.setToolTip("\n".join(line for line in (cut, self._note) if line))
