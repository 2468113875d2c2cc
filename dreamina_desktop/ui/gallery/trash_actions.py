"""Names what would go to the trash, and moves it when that is wanted."""

from __future__ import annotations

from collections.abc import Sequence

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.curation.trash import Heap
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.wording import file_size


class Trashing(QObject):
    """Asks once, for files are not the program's alone."""

    def __init__(self, services: Services, view: QWidget) -> None:
        super().__init__(view)
        self._services = services
        self._view = view

    def ask(self, keys: Sequence[ImageKey]) -> None:
        """About these images."""
        if keys:
            self._services.supervisor.spawn(self._look(keys), "look what goes to the trash")

    async def _look(self, keys: Sequence[ImageKey]) -> None:
        try:
            heap = await self._services.trash_can.look(keys)
        except DatabaseError as error:
            self._services.messages.say(str(error))
            return
        if not heap.keys:
            self._services.messages.say(f"Nothing to move to the trash. {_spared(heap)}".rstrip())
        elif shiboken6.isValid(self._view):
            self._open(heap)

    def _open(self, heap: Heap) -> None:
        box = QMessageBox(self._view)
        box.setWindowTitle("Move to trash")
        box.setText(f"{counted(len(heap.keys), 'image')}, {file_size(heap.size_bytes)}")
        stays = "Their records, thumbnails and references stay."
        box.setInformativeText(" ".join(filter(None, (_spared(heap), stays))))
        move = box.addButton("Move to trash", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        move.clicked.connect(lambda: self._services.trash_can.move(heap))
        box.finished.connect(box.deleteLater)
        box.open()


def _spared(heap: Heap) -> str:
    parts = []
    if heap.picked:
        parts.append(counted(heap.picked, "picked one"))
    if heap.sources:
        parts.append(counted(heap.sources, "source") + " of kept upscales")
    return f"Spared: {' and '.join(parts)}." if parts else ""
