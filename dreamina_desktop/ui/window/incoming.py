"""Text that comes from outside: the clipboard, and what is dropped on the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QFile, QIODevice, QMimeData, QObject, QRunnable, QThreadPool, Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QSpinBox, QTextEdit

MAX_BYTES = 16 * 1024 * 1024


class TextReader(QObject):
    """Reads text files off the GUI thread."""

    read = Signal(str)
    failed = Signal(str)  # a sentence

    def take(self, data: QMimeData) -> bool:
        """Deliver the text of `data`, or of the files it names; False when it has neither."""
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
        if files:
            QThreadPool.globalInstance().start(_Reading(files, self.read.emit, self.failed.emit))
            return True
        if data.hasText() and data.text().strip():
            self.read.emit(data.text())
            return True
        return False


class _Reading(QRunnable):
    def __init__(
        self, files: list[str], read: Callable[[str], None], failed: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._files = files
        self._read = read
        self._failed = failed

    def run(self) -> None:
        texts = []
        for name in self._files:
            file = QFile(name)
            if file.size() > MAX_BYTES or not file.open(QIODevice.OpenModeFlag.ReadOnly):
                self._failed(f"{file.fileName()} cannot be read as text.")
                continue
            texts.append(bytes(file.readAll().data()).decode("utf-8", errors="replace"))
            file.close()
        if texts:
            self._read("\n".join(texts))


def editable_has_focus() -> bool:
    """Whether a paste belongs to a text field."""
    widget = QApplication.focusWidget()
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, QSpinBox)
