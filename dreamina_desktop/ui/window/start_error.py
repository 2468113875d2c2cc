"""Says why the window cannot be opened, in one of its own: a menu entry has no terminal."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

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
