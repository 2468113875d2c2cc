"""The text field for IDs: one to a few lines, Enter tracks, a large paste is not rendered."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit

from dreamina_desktop.core.export.clipboard_list import MIME_TYPE
from dreamina_desktop.core.text.redaction import without_tokens
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.ui.intake.clipboard_and_drops import files_and_text
from dreamina_desktop.ui.widgets.overrides import guarded

RENDERED = 20_000  # characters; of a larger text only its size is shown
MAX_LINES = 4
PADDING = 20  # above and below the lines, together


@guarded
class IdEdit(QPlainTextEdit):
    """A QLineEdit would cut a paste at 32,767 characters."""

    submitted = Signal()
    files_pasted = Signal(object)  # list[str], their paths
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._stands_for: str | None = None  # the text that is too large to render
        self._summary = ""
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The window takes drops, files too, and tracks them at once.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.textChanged.connect(self._on_text_changed)
        self._fit_height()

    def whole_text(self) -> str:
        """Everything that was typed and pasted, rendered or not."""
        return self.toPlainText() if self._stands_for is None else self._stands_for

    def is_standing_for_more(self) -> bool:
        """Whether a summary is shown instead of the text."""
        return self._stands_for is not None

    def set_text(self, text: str) -> None:
        """Show `text`, or its size where it is large."""
        if len(text) <= RENDERED:
            self._stands_for = None
            self.setPlainText(text)
            return
        self._summary = f"{len(text) / 1e6:.1f} million characters"
        if len(text) < 100_000:
            self._summary = counted(len(text), "character")
        self._stands_for = text
        self.setPlainText(self._summary)
        self.selectAll()  # what is typed now replaces it

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.insertPlainText("\n")
        elif enter:
            self.submitted.emit()
        elif event.key() == Qt.Key.Key_Escape and self.toPlainText():
            self._empty()
        else:
            super().keyPressEvent(event)

    def _empty(self) -> None:
        """So that Ctrl+Z brings it back."""
        cursor = self.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.removeSelectedText()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo = event.matches(QKeySequence.StandardKey.Undo)
            if undo and not self.document().isUndoAvailable():
                event.ignore()  # then Ctrl+Z is the window's: it takes back the last paste
                return False
        return super().event(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Not our own images: there are no IDs in pictures."""
        is_text = source.hasHtml() or super().canInsertFromMimeData(source)
        return not source.hasFormat(MIME_TYPE) and is_text

    def insertFromMimeData(self, source: QMimeData) -> None:
        files, text = files_and_text(source)
        if files:
            self.files_pasted.emit(files)
            return
        if len(text) <= RENDERED:
            self.insertPlainText(without_tokens(text))  # never shown
            return
        selected = self.textCursor().selectedText() == self.toPlainText()
        before = "" if selected else self.whole_text()
        self.set_text(f"{before}\n{text}" if before else text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_height()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.horizontalScrollBar().setValue(0)

    def line_height(self) -> int:
        """Of the field when it has one line, in pixels."""
        return self.fontMetrics().lineSpacing() + PADDING

    def scroll_bar_width(self) -> int:
        """0 while there is none."""
        bar = self.verticalScrollBar()
        return bar.sizeHint().width() if self.blockCount() > MAX_LINES else 0

    def _on_text_changed(self) -> None:
        if self._stands_for is not None and self.toPlainText() != self._summary:
            self._stands_for = None
        self._fit_height()

    def _fit_height(self) -> None:
        lines = min(max(self.blockCount(), 1), MAX_LINES)
        policy = Qt.ScrollBarPolicy
        many = self.blockCount() > MAX_LINES
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if many else policy.ScrollBarAlwaysOff
        )
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + PADDING)
