"""The shown jobs as rows. Changes are noted and flushed by one timer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from dreamina_desktop.core.job import Job
from dreamina_desktop.core.status_words import status_words
from dreamina_desktop.services.library import ChangeSet
from dreamina_desktop.ui.connection_words import WAITING_FOR
from dreamina_desktop.ui.jobs.job_order import ORDERS, Order, ordered
from dreamina_desktop.ui.services import Services

Index = QModelIndex | QPersistentModelIndex
FLUSH_MS = 40


class JobsModel(QAbstractListModel):
    """Row -> number; the job itself is read from the library when it is needed."""

    order_changed = Signal()

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._order: Order = ORDERS[0]
        self._wanted: Callable[[Job], bool] = lambda _job: True
        self._numbers: list[int] = []
        self._rows: dict[int, int] = {}
        self._changed: set[int] = set()
        self._listed = False
        self._timer = QTimer(self, singleShot=True, interval=FLUSH_MS)
        self._timer.timeout.connect(self.flush)
        self._reorder()
        services.library.subscribe(self._on_library_changed)
        services.poller.subscribe(self._on_poller_changed)
        self._waiting = ""

    def numbers(self) -> Sequence[int]:
        return self._numbers

    def job(self, row: int) -> Job:
        return self._services.library.job(self._numbers[row])

    def row(self, number: int) -> int | None:
        return self._rows.get(number)

    def waiting(self) -> str:
        """Why running jobs wait at the moment, else ""."""
        return self._waiting

    def set_order(self, order: Order) -> None:
        self._order = order
        self._reorder()

    def set_filter(self, wanted: Callable[[Job], bool]) -> None:
        self._wanted = wanted
        self._reorder()

    def sort_out(self) -> None:
        """What the filter holds has changed without a change of the jobs."""
        self._listed = True
        self._flush_soon()

    def flush(self) -> None:
        """Bring the rows up to date now; the timer does it by itself a moment after a change."""
        changed, self._changed = self._changed, set()
        resort = self._listed or (changed and self._order.name not in ("newest", "oldest"))
        self._listed = False
        if resort or any(self._moves(number) for number in changed):
            self._reorder()
        rows = sorted(self._rows[number] for number in changed if number in self._rows)
        for first, last in ranges(rows):
            self.dataChanged.emit(self.index(first), self.index(last))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._numbers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._numbers):
            return None
        job = self.job(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return title(job, self._services)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._accessible(job)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._services.accounts.masked(f"{title(job, self._services)}\n{job.jobid}")
        return None

    def _accessible(self, job: Job) -> str:
        words = status_words(job, waiting=self._waiting)
        status = f"{words.word}, code {words.code}" if words.code else words.word
        status = self._services.accounts.masked(status)
        return f"{job.number}, {status}, {title(job, self._services)}"

    def _moves(self, number: int) -> bool:
        """Whether a change moves a job into or out of the filtered list."""
        job = self._services.library.job(number)
        return (number in self._rows) != (not job.removed and self._wanted(job))

    def _reorder(self) -> None:
        """New rows at the edges are inserted or removed as such; anything else is a new layout,
        which keeps selection and current row."""
        numbers = ordered(self._services.library.shown(), self._order, self._wanted)
        before = self._numbers
        if numbers == before:
            return
        added = len(numbers) - len(before)
        if added > 0 and numbers[added:] == before:
            self.beginInsertRows(QModelIndex(), 0, added - 1)
            self._set(numbers)
            self.endInsertRows()
        else:
            self._relayout(numbers)
        self.order_changed.emit()

    def _relayout(self, numbers: list[int]) -> None:
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        owners = [self._numbers[index.row()] for index in kept]
        self._set(numbers)
        moved = [
            self.index(self._rows[number]) if number in self._rows else QModelIndex()
            for number in owners
        ]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _set(self, numbers: list[int]) -> None:
        self._numbers = numbers
        self._rows = {number: row for row, number in enumerate(numbers)}

    def _on_library_changed(self, changes: ChangeSet) -> None:
        self._changed |= changes.jobs
        self._listed |= changes.listed
        self._flush_soon()

    def _flush_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _on_poller_changed(self) -> None:
        waiting = WAITING_FOR.get(self._services.poller.status.connection, "")
        if waiting != self._waiting:
            self._waiting = waiting
            if self._numbers:
                self.dataChanged.emit(self.index(0), self.index(len(self._numbers) - 1))


def title(job: Job, services: Services) -> str:
    """The prompt's beginning, or what stands in for it; no e-mail address."""
    record = job.record
    if record is not None and record.prompt:
        return services.accounts.masked(" ".join(record.prompt[:300].split()))
    if record is not None and record.source_jobid:
        source = services.library.by_id(record.source_jobid)
        number = f" of {source.number}-{(record.source_index or 0) + 1}" if source else ""
        return f"Upscale{number}"
    label = services.accounts.label(job.jobid)
    return f"Job of account {label.name}" if label else "Job"


def ranges(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Sorted rows as (first, last) ranges."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
