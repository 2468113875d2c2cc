"""A button that is an icon: named for screen readers, tinted again when the theme changes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QToolButton, QWidget

from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.overrides import guarded


@guarded
class IconButton(QToolButton):
    """`icon` is the name of a file in resources/icons."""

    def __init__(self, icon: str, name: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = ""
        self.setIconSize(QSize(icons.SIZE, icons.SIZE))
        self.show_as(icon, name, tip)

    def show_as(self, icon: str, name: str, tip: str = "") -> None:
        """Its picture, what screen readers call it, and its tool tip (else the name)."""
        if icon != self._icon_name:
            self._icon_name = icon
            self._tint()
        self.setAccessibleName(name)
        self.setToolTip(tip or name)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._icon_name:
            self._tint()

    def _tint(self) -> None:
        self.setIcon(icons.icon(self._icon_name, colors().text))
