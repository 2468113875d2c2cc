"""What S9 to S12 are compared with: Qt's own table, model and proxy over rows in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.core.jobs.status import status_words

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("number", "prompt", "status", "model", "ratio", "resolution", "images")


def row_of(job: Job) -> tuple[Any, ...]:
    """The same facts as a row of the program's list."""
    record = job.record
    return (
        job.number,
        record.prompt if record else "",
        status_words(job).word,
        record.model if record else "",
        record.ratio if record else "",
        record.resolution if record else "",
        len(job.images),
    )


class RowsModel(QAbstractTableModel):
    """All rows in memory."""

    def __init__(self, rows: Sequence[tuple[Any, ...]]) -> None:
        super().__init__()
        self.rows = rows

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.rows[index.row()][index.column()]
        return None
