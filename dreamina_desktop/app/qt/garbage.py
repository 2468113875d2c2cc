"""Python's cyclic garbage is collected on the GUI thread alone.

By itself Python collects in whatever thread allocates: a Qt object in a forgotten cycle would be
destroyed by the database's thread, its timer would live on, and the next tick kills the process.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_EVERY_MS = 250


class GarbageCollector(QObject):
    """Does on the thread of `parent` what Python would have done by itself, by the same counts."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect the oldest generation whose time has come."""
        for generation, limit in reversed(list(enumerate(gc.get_threshold()))):
            if gc.get_count()[generation] > limit:
                gc.collect(generation)
                return

    def close(self) -> None:
        """Python collects by itself again."""
        self._timer.stop()
        gc.enable()
