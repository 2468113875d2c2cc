"""The one field that takes any text: says what it found while one types, and tracks it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QWidget

from dreamina_desktop.services.tracker import Preview
from dreamina_desktop.ui.services import Services

SHOWN_CHARACTERS = 20_000  # of a larger text only the beginning is rendered
PREVIEW_MS = 60


class IdField(QWidget):
    """Field and button. `submitted` carries the whole text, however large."""

    submitted = Signal(str)
    anyway = Signal(str)  # one word that does not look like an ID

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._whole: str | None = None  # of a paste that is too large to render
        self.edit = _Edit()
        self.edit.setAccessibleName("Job IDs")
        self.edit.setPlaceholderText("Paste job IDs, a log, or JSON")
        self._found = QLabel(self.edit)
        self._found.setProperty("role", "muted")
        self._found.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._button = QPushButton("Track")
        self._button.setProperty("role", "primary")
        self._button.setEnabled(False)
        self._button.setMinimumWidth(96)
        self._timer = QTimer(self, singleShot=True, interval=PREVIEW_MS)
        self._timer.timeout.connect(self._show_preview)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)
        height = self.edit.height()
        self._button.setFixedHeight(height)
        self.edit.textChanged.connect(self._timer.start)
        self.edit.edited.connect(self._forget_whole)
        self.edit.submitted.connect(self._submit)
        self.edit.large_pasted.connect(self._take_large)
        self.edit.resized.connect(self._place_found)
        self._button.clicked.connect(self._submit)
        self._maybe: str | None = None

    def text(self) -> str:
        """The whole text."""
        return self._whole if self._whole is not None else self.edit.toPlainText()

    def clear(self) -> None:
        self._whole = None
        self.edit.clear()
        self._show_preview()

    def _submit(self) -> None:
        self._show_preview()
        text = self.text()
        if self._maybe is not None:
            self.anyway.emit(self._maybe)
        elif text.strip():
            self.submitted.emit(text)

    def _take_large(self, text: str) -> None:
        self.edit.setPlainText(f"{text[:SHOWN_CHARACTERS]}\n…")
        self._whole = text

    def _forget_whole(self) -> None:
        self._whole = None

    def _show_preview(self) -> None:
        self._timer.stop()
        preview = self._services.tracker.preview(self.text())
        self._maybe = preview.finds.maybe
        self._found.setText(self._services.accounts.masked(preview.text))
        self.edit.setAccessibleDescription(preview.text)
        self._button.setText(_button_text(preview))
        self._button.setEnabled(bool(preview.text) and _can_track(preview))
        self._place_found()

    def _place_found(self) -> None:
        room = self.edit.width() // 2
        metrics = QFontMetrics(self._found.font())
        self._found.setToolTip(self._found.text())
        width = min(metrics.horizontalAdvance(self._found.text()) + 4, room)
        self._found.setGeometry(self.edit.width() - width - 12, 0, width, self.edit.height())
        self.edit.setViewportMargins(0, 0, width + 12 if self._found.text() else 0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_found()


class _Edit(QPlainTextEdit):
    """One line high; Enter tracks. A QLineEdit would cut a paste at 32,767 characters."""

    submitted = Signal()
    edited = Signal()
    large_pasted = Signal(str)
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(self.fontMetrics().height() + 20)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.submitted.emit()
            return
        super().keyPressEvent(event)
        if event.text():
            self.edited.emit()

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        if len(text) > SHOWN_CHARACTERS:
            self.large_pasted.emit(text)
        else:
            self.edited.emit()
            self.insertPlainText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


def _button_text(preview: Preview) -> str:
    if preview.finds.maybe is not None:
        return "Track anyway"
    if preview.new:
        return f"Track {preview.new:,}"
    return "Show" if preview.known else "Track"


def _can_track(preview: Preview) -> bool:
    return bool(preview.finds.jobids) or preview.finds.maybe is not None
