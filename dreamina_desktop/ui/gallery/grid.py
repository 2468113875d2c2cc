"""Where each tile lies: a uniform grid, by arithmetic, whatever the number of tiles; in sections,
where they are grouped.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise
from statistics import median

from PySide6.QtCore import QPoint, QRect

from dreamina_desktop.ui.views.geometry import Step

MARGIN = 16  # left and right
TOP = 6  # room for the selection ring of the first line
BOTTOM = 12
GAP = 16  # between columns
LINE_GAP = 12
HEADER = 40  # of a section
RING = 6  # how far a tile's ring reaches out of it
SMALLEST = 0.85  # of the width asked for: rather one more column than tiles twice as wide
RATIOS = (3 / 4, 1.0, 4 / 3, 16 / 9)  # of the mat that pictures lie on


def mat_ratio(ratios: Iterable[float]) -> float:
    """The mat's width by height that suits pictures of these ratios best."""
    middle = median(tuple(ratios) or (16 / 9,))
    return min(RATIOS, key=lambda ratio: max(ratio / middle, middle / ratio))


NO_SECTIONS = array("q", [0])


@dataclass(frozen=True, slots=True)
class Grid:
    """Tiles of one size in lines that fill the width; each section begins a line, below a header.
    In pixels of the content, whose origin scrolls; `width` is the viewport's."""

    width: int = 400
    count: int = 0
    target: int = 240  # the tile width that was asked for
    ratio: float = 16 / 9
    caption: int = 26
    starts: array[int] = field(default_factory=lambda: NO_SECTIONS)  # the sections' first tiles
    header: int = 0  # its height; 0 without sections
    _lines: array[int] = field(init=False, repr=False)  # lines before each section, and in all

    def __post_init__(self) -> None:
        columns = self.columns
        counts = (after - first for first, after in pairwise(chain(self.starts, [self.count])))
        lines = accumulate((-(-count // columns) for count in counts), initial=0)
        object.__setattr__(self, "_lines", array("q", lines))

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
        return self._lines[-1]

    @property
    def height(self) -> int:
        if not self.count:
            return 0
        return TOP + len(self.starts) * self.header + self.lines * self.pitch - LINE_GAP + BOTTOM

    def tile(self, row: int) -> QRect:
        """Picture and caption of a tile."""
        if row < 0:
            return QRect()
        column = (row - self.starts[self.section(row)]) % self.columns
        left = MARGIN + column * (self._available + GAP) // self.columns
        return QRect(left, self.top(row), self.tile_width, self.picture_height + self.caption)

    def top(self, row: int) -> int:
        section = self.section(row)
        line = self._lines[section] + (row - self.starts[section]) // self.columns
        return TOP + (section + 1) * self.header + line * self.pitch

    def section(self, row: int) -> int:
        """To which section a tile belongs."""
        if not self.header:
            return 0
        return max(0, bisect_right(self.starts, row) - 1)

    def section_at(self, y: int) -> int:
        """The section whose header or tiles are at a height, or nearest to it."""
        found = bisect_right(range(len(self.starts)), y, key=self.section_top)
        return max(0, found - 1)

    def section_top(self, section: int) -> int:
        """Where its header begins; of the one behind the last: where it would."""
        return TOP + section * self.header + self._lines[section] * self.pitch

    def rows_of(self, section: int) -> range:
        """The tiles of a section."""
        ends = (*self.starts[section + 1 : section + 2], self.count)
        return range(self.starts[section], ends[0])

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
        rows = self._line_at(point.y())
        return min(rows.start + self._column(point.x()), rows.stop - 1)

    def rows(self, top: int, bottom: int) -> range:
        """The tiles of all lines that show between two heights."""
        if not self.count or bottom < top:
            return range(0)
        if not self.header:  # asked for very often, and then it is this simple
            pitch, columns = self.pitch, self.columns
            first = max(0, min((top - TOP) // pitch, self.lines - 1))
            last = max(0, (bottom + RING - TOP) // pitch)
            return range(first * columns, min(self.count, (last + 1) * columns))
        return range(self._line_at(top).start, self._line_at(bottom + RING).stop)

    def rows_in(self, rect: QRect) -> list[tuple[int, int]]:
        """The tiles that a rectangle touches, as runs (first, last)."""
        runs = []
        visible = self.rows(rect.top(), rect.bottom())
        row = visible.start
        while row < visible.stop:
            line = self._line_of(row)
            touched = [each for each in line if self.tile(each).intersects(rect)]
            if touched:
                runs.append((touched[0], touched[-1]))
            row = line.stop
        return runs

    def moved(self, row: int, step: Step, page: int) -> int:
        """The tile that a key leads to; `page`: in lines. Sideways goes on in the next line; up
        and down keep the column, as long as there is a line."""
        last = self.count - 1
        ends = {Step.FIRST: 0, Step.LAST: last, Step.LEFT: row - 1, Step.RIGHT: row + 1}
        if step in ends:
            return min(max(0, ends[step]), last)
        line = self._line_of(row)
        column = row - line.start
        steps = {Step.UP: -1, Step.DOWN: 1, Step.PAGE_UP: -page, Step.PAGE_DOWN: page}[step]
        for _ in range(abs(steps)):
            beside = line.start - 1 if steps < 0 else line.stop
            if not 0 <= beside <= last:
                break
            line = self._line_of(beside)
        return min(line.start + column, line.stop - 1)

    def _line_of(self, row: int) -> range:
        """The tiles in the line of one."""
        rows = self.rows_of(self.section(row))
        first = row - (row - rows.start) % self.columns
        return range(first, min(first + self.columns, rows.stop))

    def _line_at(self, y: int) -> range:
        """The tiles of the line at a height, or nearest to it."""
        section = self.section_at(y)
        line = max(0, (y - self.section_top(section) - self.header) // self.pitch)
        last = self._lines[section + 1] - self._lines[section] - 1
        rows = self.rows_of(section)
        return self._line_of(min(rows.start + min(line, last) * self.columns, self.count - 1))

    @property
    def _available(self) -> int:
        return max(40, self.width - 2 * MARGIN)

    def _column(self, x: int) -> int:
        return min(max(0, (x - MARGIN) * self.columns // (self._available + GAP)), self.columns - 1)
