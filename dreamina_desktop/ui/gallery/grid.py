"""Where each tile lies: a uniform grid, by arithmetic, whatever the number of tiles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from PySide6.QtCore import QPoint, QRect

from dreamina_desktop.ui.geometry import Step

MARGIN = 16  # left and right
TOP = 6  # room for the selection ring of the first line
BOTTOM = 12
GAP = 16  # between columns
LINE_GAP = 12
RING = 6  # how far a tile's ring reaches out of it
SMALLEST = 0.85  # of the width asked for: rather one more column than tiles twice as wide
RATIOS = (3 / 4, 1.0, 4 / 3, 16 / 9)  # of the mat that pictures lie on


def mat_ratio(ratios: Iterable[float]) -> float:
    """The mat's width by height that suits pictures of these ratios best."""
    middle = median(tuple(ratios) or (16 / 9,))
    return min(RATIOS, key=lambda ratio: max(ratio / middle, middle / ratio))


@dataclass(frozen=True, slots=True)
class Grid:
    """Tiles of one size in lines that fill the width. In pixels of the content, whose origin
    scrolls; `width` is the viewport's."""

    width: int = 400
    count: int = 0
    target: int = 240  # the tile width that was asked for
    ratio: float = 16 / 9
    caption: int = 26

    @property
    def columns(self) -> int:
        least = round(self.target * SMALLEST)
        return max(1, (self._available + GAP) // (least + GAP))

    @property
    def tile_width(self) -> int:
        return (self._available + GAP) // self.columns - GAP

    @property
    def picture_height(self) -> int:
        return max(1, round(self.tile_width / self.ratio))

    @property
    def pitch(self) -> int:
        """From one line to the next."""
        return self.picture_height + self.caption + LINE_GAP

    @property
    def lines(self) -> int:
        return -(-self.count // self.columns)

    @property
    def height(self) -> int:
        return TOP + self.lines * self.pitch - LINE_GAP + BOTTOM if self.count else 0

    def tile(self, row: int) -> QRect:
        """Picture and caption of a tile."""
        line, column = divmod(row, self.columns)
        left = MARGIN + column * (self._available + GAP) // self.columns
        height = self.picture_height + self.caption
        return QRect(left, self.top(row), self.tile_width, height) if line >= 0 else QRect()

    def top(self, row: int) -> int:
        return TOP + row // self.columns * self.pitch

    def cell(self, row: int) -> QRect:
        """All that a tile paints on."""
        return self.tile(row).adjusted(-RING, -RING, RING, 0)

    def row_at(self, point: QPoint) -> int | None:
        """The tile under a point; None between tiles."""
        row = self.nearest(point)
        return row if row is not None and self.tile(row).contains(point) else None

    def nearest(self, point: QPoint) -> int | None:
        """The tile whose cell holds a point, or is nearest to it; None without tiles."""
        if not self.count:
            return None
        line = min(max(0, (point.y() - TOP) // self.pitch), self.lines - 1)
        column = self._column(point.x())
        return min(line * self.columns + column, self.count - 1)

    def rows(self, top: int, bottom: int) -> range:
        """The tiles of all lines that show between two heights."""
        first = max(0, (top - TOP) // self.pitch)
        last = (bottom + RING - TOP) // self.pitch
        return range(first * self.columns, min(self.count, (last + 1) * self.columns))

    def rows_in(self, rect: QRect) -> list[tuple[int, int]]:
        """The tiles that a rectangle touches, as runs (first, last)."""
        runs = []
        for line in range(max(0, (rect.top() - TOP) // self.pitch), self.lines):
            first = line * self.columns
            if self.top(first) > rect.bottom():
                break
            touched = [
                row
                for row in range(first, min(self.count, first + self.columns))
                if self.tile(row).intersects(rect)
            ]
            if touched:
                runs.append((touched[0], touched[-1]))
        return runs

    def moved(self, row: int, step: Step, page: int) -> int:
        """The tile that a key leads to; `page`: in lines. Sideways goes on in the next line; up
        and down keep the column, as long as there is a line."""
        last, first = self.count - 1, row % self.columns
        ends = {Step.FIRST: 0, Step.LAST: last, Step.LEFT: row - 1, Step.RIGHT: row + 1}
        if step in ends:
            return min(max(0, ends[step]), last)
        lines = {Step.UP: -1, Step.DOWN: 1, Step.PAGE_UP: -page, Step.PAGE_DOWN: page}[step]
        line = min(max(0, row // self.columns + lines), self.lines - 1)
        return min(line * self.columns + first, last)

    @property
    def _available(self) -> int:
        return max(40, self.width - 2 * MARGIN)

    def _column(self, x: int) -> int:
        return min(max(0, (x - MARGIN) * self.columns // (self._available + GAP)), self.columns - 1)
