"""The whole library as one file, for another machine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from dreamina_desktop.core.archive.format import ENDING
from dreamina_desktop.core.text.dates import local_time
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.form import make_button, make_heading, make_words

_FILTER = f"Libraries (*{ENDING});;All files (*)"
_WORDS = (
    "Jobs, marks, collections and images, for another machine of yours: the file holds account "
    "addresses and references, but no token and no settings. What is here already is not added "
    "twice. A file can also be dropped on the window."
)


class LibrarySection(QWidget):
    """Two buttons. How far it is, and what came of it, says the window."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._save = make_button("Save the library as a file…")
        self._add = make_button("Add a library from a file…")
        self._save.clicked.connect(self.choose_target)
        self._add.clicked.connect(self.choose_source)
        words = make_words()
        words.setText(_WORDS)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._save)
        row.addWidget(self._add)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(make_heading("Library"))
        column.addLayout(row)
        column.addWidget(words)

    def choose_target(self) -> None:
        """Ask where it is to be saved; the dialog asks before a file is replaced."""
        today = local_time(datetime.now(UTC))
        dialog = QFileDialog(self, "Save the library as a file", _documents(), _FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix(ENDING.lstrip("."))
        dialog.selectFile(f"library-{today:%Y-%m-%d}{ENDING}")
        self._open(dialog)
        dialog.fileSelected.connect(self._on_target_selected)

    def choose_source(self) -> None:
        """Ask which one is to be added."""
        dialog = QFileDialog(self, "Add a library from a file", _documents(), _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._open(dialog)
        dialog.fileSelected.connect(self._on_source_selected)

    def _on_target_selected(self, file: str) -> None:
        self._services.archiver().save(Path(file))
        self.window().close()  # its progress, with *Stop*, is in the window behind

    def _on_source_selected(self, file: str) -> None:
        self._services.archiver().add(Path(file))
        self.window().close()

    def _open(self, dialog: QFileDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def _documents() -> str:
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return folder if Path(folder).is_dir() else str(Path.home())
