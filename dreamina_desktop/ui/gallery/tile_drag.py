"""Selected tiles on their way to another place."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication


class TileDrag:
    """From the press to the release; a press that hardly moves is a click."""

    def __init__(self) -> None:
        self._start: QPoint | None = None
        self.row: int | None = None  # before which they would be dropped; None: nowhere yet

    @property
    def is_begun(self) -> bool:
        return self._start is not None

    def begin(self, point: QPoint) -> None:
        self._start = point

    def move(self, point: QPoint, row: int, *, is_behind: bool) -> bool:
        """`row`: the tile that is nearest, `is_behind`: to its middle; whether it is a drag."""
        if self._start is None:
            return False
        far = (point - self._start).manhattanLength() >= QApplication.startDragDistance()
        if far or self.row is not None:
            self.row = row + is_behind
        return self.row is not None

    def end(self) -> int | None:
        """Where they were dropped; None where it was a click."""
        row, self._start, self.row = self.row, None, None
        return row
