"""The field that narrows the list while one types."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.overrides import guarded

WIDTH = 220  # pixels
MAX_LENGTH = 300  # characters


@guarded
class SearchField(QLineEdit):
    """Escape empties it, then leaves it; Down and Enter go to what was found."""

    searched = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Search")
        self.setMaxLength(MAX_LENGTH)
        self.setAccessibleName("Search the jobs")
        self.setToolTip("Words of prompts, numbers, models, job IDs (Ctrl+F)")
        self.setMaximumWidth(WIDTH)
        self.setMinimumWidth(WIDTH // 2)
        self._glass = QAction(self)
        self._glass.setEnabled(False)
        self._empty = QAction("Empty the search", self)
        self._empty.triggered.connect(self.clear)
        self._empty.setVisible(False)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.addAction(self._empty, QLineEdit.ActionPosition.TrailingPosition)
        self._tint()
        self.textChanged.connect(self._on_text_changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_glass"):
            self._tint()

    def _on_text_changed(self, text: str) -> None:
        self._empty.setVisible(bool(text))
        self.searched.emit(text)

    def _tint(self) -> None:
        muted = colors().muted
        self._glass.setIcon(icons.icon("search", muted))
        self._empty.setIcon(icons.icon("close", muted))
