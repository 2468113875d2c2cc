"""Where images are kept."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.window.settings.section import make_button, make_heading, make_words


class FolderSection(QWidget):
    """A new folder is for new images: files are never moved."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._folder = QLineEdit()
        self._folder.setReadOnly(True)
        self._folder.setAccessibleName("Folder for images")
        choose = make_button("Choose…", "Choose the folder for images")
        choose.clicked.connect(self.choose)
        self._words = make_words()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._folder, 1)
        row.addWidget(choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(make_heading("Images are kept in"))
        column.addLayout(row)
        column.addWidget(self._words)
        self._show()

    def choose(self) -> None:
        """Ask for a folder; nothing waits for the answer."""
        dialog = QFileDialog(self, "Folder for images", self._wanted())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take)
        dialog.open()

    def take(self, folder: str) -> None:
        """Keep new images there."""
        self._services.preferences.images_folder = folder
        self._show()

    def _wanted(self) -> str:
        return self._services.preferences.images_folder or self._services.default_images_folder

    def _show(self) -> None:
        self._folder.setText(self._wanted())
        self._folder.setCursorPosition(0)
        self._words.setText("New images go there; what is saved stays where it is.")
