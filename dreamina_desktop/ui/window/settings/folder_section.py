"""Where images are kept, how much of that disk stays free, and what thumbnails may take."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.form import make_button, make_form, make_heading, make_words

GIGABYTE = 1_000_000_000
MOST_FREE_GB = 10_000


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
        form = make_form()
        form.addRow("Stop saving below", self._make_reserve())
        form.addRow("Thumbnails take up to", self._make_thumbnails())
        column.addLayout(form)
        self._show()

    def _make_reserve(self) -> QSpinBox:
        self.reserve = QSpinBox()
        self.reserve.setRange(0, MOST_FREE_GB)
        self.reserve.setSpecialValueText("2 GB free, a tenth of a small disk")
        self.reserve.setSuffix(" GB free")
        self.reserve.lineEdit().setTextMargins(6, 0, 0, 0)  # where other fields begin
        self.reserve.setKeyboardTracking(False)
        self.reserve.setAccessibleName("Free space of the disk below which no image is saved")
        self.reserve.setValue((self._services.preferences.reserve_bytes or 0) // GIGABYTE)
        self.reserve.valueChanged.connect(self._keep_reserve)
        return self.reserve

    def _make_thumbnails(self) -> QSpinBox:
        self.thumbnails = QSpinBox()
        self.thumbnails.setRange(0, MOST_FREE_GB)
        self.thumbnails.setSpecialValueText("2 GB")
        self.thumbnails.setSuffix(" GB")
        self.thumbnails.lineEdit().setTextMargins(6, 0, 0, 0)
        self.thumbnails.setKeyboardTracking(False)
        self.thumbnails.setAccessibleName("Room on the disk for thumbnails")
        self.thumbnails.setValue((self._services.preferences.thumbnail_bytes or 0) // GIGABYTE)
        self.thumbnails.valueChanged.connect(self._keep_thumbnails)
        return self.thumbnails

    def _keep_thumbnails(self, gigabytes: int) -> None:
        self._services.preferences.thumbnail_bytes = gigabytes * GIGABYTE or None

    def _keep_reserve(self, gigabytes: int) -> None:
        self._services.preferences.reserve_bytes = gigabytes * GIGABYTE or None

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
