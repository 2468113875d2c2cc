"""How many images came in above what is in view; a click goes there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from dreamina_desktop.ui.widgets.overrides import guarded

TOP = 12  # pixels below the gallery's upper edge


@guarded
class NewPill(QPushButton):
    """Over `parent`, in the middle of its upper edge, while there is something new."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._count = 0
        self.setProperty("role", "primary")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the gallery keeps the keys: Home goes there
        self.setToolTip("Show what is new (Home)")
        parent.installEventFilter(self)
        self.hide()

    def add(self, count: int) -> None:
        """So many more."""
        self._count += count
        self._show()

    def clear(self) -> None:
        """They were seen, or others are shown by now."""
        self._count = 0
        self._show()

    def _show(self) -> None:
        self.setText(f"{self._count:,} new")
        self.setAccessibleName(f"{self._count:,} new images above")
        self.setVisible(self._count > 0)
        self._place()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is not None and self._count:
            self.adjustSize()
            self.move((parent.width() - self.width()) // 2, TOP)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False
