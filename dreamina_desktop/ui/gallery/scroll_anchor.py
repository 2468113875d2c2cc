"""The place in the gallery that stays in view while the layout around it changes."""

from __future__ import annotations

from dataclasses import dataclass

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.ui.gallery.grid import TOP, Grid
from dreamina_desktop.ui.gallery.image_order import ImageOrder


@dataclass(frozen=True, slots=True)
class Place:
    """The first visible tile. At the very top no tile is held: what is new there shows."""

    row: int | None = None
    hidden: float = 0.0  # how much of its line is scrolled away, to 1; below 0: it comes yet
    key: ImageKey | None = None  # set while rows change their images

    @classmethod
    def at(cls, grid: Grid, offset: int) -> Place:
        """Where a scroll offset is."""
        if offset <= 0 or not grid.count:
            return cls()
        row = grid.rows(offset + TOP, offset + TOP).start
        return cls(row, (offset + TOP - grid.top(row)) / grid.pitch)

    def offset(self, grid: Grid) -> int:
        """The scroll offset that puts this place at the top of `grid`."""
        if self.row is None:
            return 0
        return grid.top(self.row) - TOP + round(self.hidden * grid.pitch)

    def of_keys(self, order: ImageOrder) -> Place:
        """This place, bound to its image before rows change."""
        if self.row is None or self.row >= len(order):
            return Place()
        return Place(self.row, self.hidden, order[self.row])

    def of_rows(self, order: ImageOrder, *, arriving: bool) -> Place:
        """This place where its image is by now; where the image is gone, about there or, among
        images that were not `arriving`, at the top."""
        if self.row is None or self.key is None or not order:
            return Place()
        row = order.row(self.key)
        if row is None and not arriving:
            return Place()
        return Place(min(self.row, len(order) - 1) if row is None else row, self.hidden)
