"""Where rows lie, by arithmetic: what a view asks, and the answer for one row below the other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from PySide6.QtCore import QPoint, QRect


class Step(Enum):
    """What a key of movement asks for."""

    FIRST = auto()
    LAST = auto()
    LEFT = auto()
    RIGHT = auto()
    UP = auto()
    DOWN = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()


class Geometry(Protocol):
    """In pixels of the content, whose origin scrolls."""

    @property
    def count(self) -> int:
        """How many rows there are."""

    @property
    def pitch(self) -> int:
        """From one line to the next."""

    @property
    def height(self) -> int:
        """Of all of it."""

    def cell(self, row: int) -> QRect:
        """All that a row paints on."""

    def row_at(self, point: QPoint) -> int | None:
        """The row under a point; None between rows."""

    def nearest(self, point: QPoint) -> int | None:
        """The row that is nearest to a point; None without rows."""

    def rows(self, top: int, bottom: int) -> range:
        """The rows that show between two heights."""

    def rows_in(self, rect: QRect) -> list[tuple[int, int]]:
        """The rows that a rectangle touches, as runs (first, last)."""

    def moved(self, row: int, step: Step, page: int) -> int:
        """The row that a key leads to; `page`: in lines."""


@dataclass(frozen=True, slots=True)
class Column:
    """Rows of one height, one below the other, over the whole width."""

    width: int = 200
    count: int = 0
    pitch: int = 20

    @property
    def height(self) -> int:
        return self.count * self.pitch

    def cell(self, row: int) -> QRect:
        return QRect(0, row * self.pitch, self.width, self.pitch)

    def row_at(self, point: QPoint) -> int | None:
        row = point.y() // self.pitch
        return row if 0 <= row < self.count else None

    def nearest(self, point: QPoint) -> int | None:
        return min(max(0, point.y() // self.pitch), self.count - 1) if self.count else None

    def rows(self, top: int, bottom: int) -> range:
        return range(max(0, top // self.pitch), min(self.count, bottom // self.pitch + 1))

    def rows_in(self, rect: QRect) -> list[tuple[int, int]]:
        rows = self.rows(rect.top(), rect.bottom())
        return [(rows.start, rows.stop - 1)] if rows else []

    def moved(self, row: int, step: Step, page: int) -> int:
        last = self.count - 1
        steps = {
            Step.FIRST: -row,
            Step.LAST: last - row,
            Step.UP: -1,
            Step.DOWN: 1,
            Step.PAGE_UP: -page,
            Step.PAGE_DOWN: page,
        }
        return min(max(0, row + steps.get(step, 0)), last)
