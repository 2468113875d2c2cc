"""Small windows of the start: what the program does while its window cannot be there yet, and why
it cannot be opened, for a menu entry has no terminal.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QProgressBar, QVBoxLayout, QWidget

from dreamina_desktop.core.text.wording import middle_shortened

TEXT_LENGTH = 1_000  # characters


class StartError(QMessageBox):
    """`open` it; `finished` when it was read."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setWindowTitle("Dreamina Desktop")
        self.setIcon(QMessageBox.Icon.Warning)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText("Dreamina Desktop could not start.")
        self.setInformativeText(middle_shortened(words, TEXT_LENGTH))


MANY = 5_000  # jobs: fewer are prepared in a moment
WIDTH = 400


class Preparing(QWidget):
    """Builds and shows itself when there is something to wait for."""

    def _build(self) -> None:
        self.setWindowTitle("Dreamina Desktop")
        self.setFixedWidth(WIDTH)
        self._title = QLabel(wordWrap=True)
        self._why = QLabel("This happens after an update, or when the library was restored.")
        self._why.setWordWrap(True)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Progress")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 24)
        layout.setSpacing(10)
        for widget in (self._title, self._bar, self._why):
            layout.addWidget(widget)

    def show_progress(self, done: int, total: int) -> None:
        """So many of so many jobs can be searched."""
        if total < MANY:
            return
        if self.layout() is None:
            self._build()
        self._title.setText(f"Preparing {total:,} jobs to be searched and sorted…")
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self.setVisible(done < total)
