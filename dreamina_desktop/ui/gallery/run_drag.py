"""The one nested event loop of the window: Qt has no other way to drag."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QDrag


def run_drag(drag: QDrag) -> Qt.DropAction:
    """Drag until the button is released or Escape pressed; what was done with it. Only copies are
    offered: nobody may take a file away. To be called from an event of Qt and never from a
    coroutine, whose task would be in the way of all others (docs/architecture.md, Traps)."""
    return drag.exec(Qt.DropAction.CopyAction)
