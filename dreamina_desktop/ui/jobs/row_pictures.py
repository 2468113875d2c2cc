"""Rows as they were painted last: text takes most of a frame, and most rows look as before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from PySide6.QtGui import QPixmap

from dreamina_desktop.core.job import Job

LIMIT_BYTES = 8_000_000  # some 80 rows


class RowPictures:
    """By job; the least recently painted ones are dropped. GUI thread only."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self.size_bytes = 0
        self._kept: OrderedDict[int, tuple[Job, Hashable, QPixmap]] = OrderedDict()

    def get(self, job: Job, look: Hashable) -> QPixmap | None:
        """The picture of a row, if it was painted of this very job; `look`: what else it shows."""
        kept = self._kept.get(job.number)
        if kept is None or kept[0] is not job or kept[1] != look:
            return None
        self._kept.move_to_end(job.number)
        return kept[2]

    def put(self, job: Job, look: Hashable, picture: QPixmap) -> None:
        self._drop(job.number)
        self._kept[job.number] = (job, look, picture)
        self.size_bytes += _size(picture)
        while self.size_bytes > self._limit_bytes and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        self._kept.clear()
        self.size_bytes = 0

    def _drop(self, number: int) -> None:
        if number in self._kept:
            self.size_bytes -= _size(self._kept.pop(number)[2])


def _size(picture: QPixmap) -> int:
    return picture.width() * picture.height() * 4
