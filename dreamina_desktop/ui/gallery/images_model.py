"""The gallery's model: rows of images by arithmetic, each read from the library when asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from dreamina_desktop.core.jobs.job import Image, ImageKey
from dreamina_desktop.core.text.wording import middle_shortened, shortened
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.gallery.image_order import ImageOrder, Replacement
from dreamina_desktop.ui.marks import mark_actions as mark_words
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.row_selection import runs
from dreamina_desktop.ui.widgets.overrides import guarded

TIP_LENGTH = 300  # characters of a note, and of the tags
PROMPT_LENGTH = 600  # characters of a prompt, and of a reason
KEY_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@guarded
class ImagesModel(QAbstractListModel):
    """One row an image. It keeps numbers only: what is shown is read from the library."""

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._order = ImageOrder()

    @property
    def order(self) -> ImageOrder:
        return self._order

    def peek(self, row: int) -> Image | None:
        """The image if it is in memory."""
        return self._services.library.peek_image(self._order[row])

    def set_order(self, order: ImageOrder, change: Replacement) -> None:
        """Become `order`; `change` is what the present order says about the way there."""
        nothing = QModelIndex()
        if change.removed:
            self.beginRemoveRows(nothing, change.start, change.start + change.removed - 1)
            self._order = change.kept
            self.endRemoveRows()
        if change.inserted:
            self.beginInsertRows(nothing, change.start, change.start + change.inserted - 1)
            self._order = order
            self.endInsertRows()
        self._order = order

    def tell_changed(self, keys: Iterable[ImageKey]) -> None:
        """These images are not as they were: one signal for each run of neighbours."""
        rows = sorted(row for key in keys if (row := self._order.row(key)) is not None)
        for first, last in runs(rows):
            self.dataChanged.emit(self.index(first), self.index(last))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._order)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._order):
            return None
        key = self._order[index.row()]
        if role == KEY_ROLE:
            return key
        if role == Qt.ItemDataRole.DisplayRole:
            return str(key)
        image = self._services.library.image(key)
        return None if image is None else self._words(image, role)

    def _words(self, image: Image, role: int) -> str | None:
        match role:
            case Qt.ItemDataRole.AccessibleTextRole:
                trouble = self._services.file_watch.trouble(image.key)
                said = mark_words.accessible(self._services.library.peek_marks(image.key))
                return ", ".join(filter(None, (wording.accessible(image, trouble), said)))
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return "\n".join(part for part in (self._why(image), self._prompt(image)) if part)
            case Qt.ItemDataRole.ToolTipRole:
                lines = [f"{image.key}  {wording.size(image)}".strip()]
                marks = self._services.library.peek_marks(image.key)
                remarks = (mark_words.line(marks), marks.note)
                lines += [shortened(each, TIP_LENGTH) for each in remarks]
                lines += [self._why(image), self._prompt(image)]
                lines = list(filter(None, lines))
                return "\n".join(lines)
        return None

    def _why(self, image: Image) -> str:
        if trouble := self._services.file_watch.trouble(image.key):
            return wording.reason(image, trouble)
        fetching = self._services.downloader.is_fetching(image.key)
        why = self._services.accounts.masked(wording.explanation(image, fetching=fetching))
        return middle_shortened(why, PROMPT_LENGTH)

    def _prompt(self, image: Image) -> str:
        record = self._services.library.job(image.key.number).record
        prompt = shortened(record.prompt, PROMPT_LENGTH) if record and record.prompt else ""
        return self._services.accounts.masked(prompt)
