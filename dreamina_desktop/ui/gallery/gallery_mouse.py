"""The beginning of a drag, a press on a tile that may become one or only a click; and its end."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication


@dataclass
class TileDrop:
    """Tiles over the view that they come from."""

    point: QPoint | None = None  # of the viewport
    row: int | None = None  # before which they would be dropped; None: nowhere


class TileDrag:
    """From the press to the release, or to where the drag itself takes over."""

    def __init__(self) -> None:
        self._start: QPoint | None = None
        self._is_far = False

    @property
    def is_begun(self) -> bool:
        """The button is held on a tile."""
        return self._start is not None

    def begin(self, point: QPoint) -> None:
        self._start, self._is_far = point, False

    def becomes_drag(self, point: QPoint) -> bool:
        """Whether the pointer is far enough away by now; once for each press."""
        if self._start is None or self._is_far:
            return False
        distance = (point - self._start).manhattanLength()
        self._is_far = distance >= QApplication.startDragDistance()
        return self._is_far

    def end(self) -> bool:
        """Whether it was only a click."""
        is_click = self._start is not None and not self._is_far
        self._start = None
        return is_click
