"""Put the whole application into a theme: palette and style sheet together."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from dreamina_desktop.ui.theme import palette, style


def apply(application: QApplication, theme: str) -> None:
    """`theme`: "system", "light" or "dark"."""
    palette.apply(application, theme)
    style.refresh(application)
