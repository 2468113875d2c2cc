"""Rows as runs of neighbours, and as Qt's selections: never an object for each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtCore import QAbstractItemModel, QItemSelection, QItemSelectionRange

Run = tuple[int, int]  # first and last row


def runs(rows: Sequence[int]) -> Iterator[Run]:
    """Sorted rows as runs of neighbours."""
    start = 0
    for place, row in enumerate(rows):
        if place + 1 == len(rows) or rows[place + 1] != row + 1:
            yield rows[start], row
            start = place + 1


def selection_of(model: QAbstractItemModel, selected: Iterable[Run]) -> QItemSelection:
    """What selects these runs of a list."""
    selection = QItemSelection()
    for first, last in selected:
        selection.append(QItemSelectionRange(model.index(first, 0), model.index(last, 0)))
    return selection


def runs_of(selection: QItemSelection) -> list[Run]:
    """The selected rows of a list, sorted."""
    return sorted((each.top(), each.bottom()) for each in selection.toList())


def rows_of(selection: QItemSelection) -> list[int]:
    """The same row by row."""
    return [row for first, last in runs_of(selection) for row in range(first, last + 1)]


def count_of(selection: QItemSelection) -> int:
    return sum(each.height() for each in selection.toList())
