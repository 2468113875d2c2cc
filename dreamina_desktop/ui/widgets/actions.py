"""Actions that belong to one view: their keys work while it, or a part of it, has the focus."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


def view_action(view: QWidget, name: str, work: Callable[[], object], *keys: str) -> QAction:
    """A new action of the view, as menus show it, that does the work; keys as "Shift+B"."""
    action = QAction(name, view)
    action.setShortcuts([QKeySequence(key) for key in keys])
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(lambda _checked: work())
    view.addAction(action)
    return action
