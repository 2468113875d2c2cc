"""Our own colours, light and dark; contrast of every text on every ground is 4.5 or more."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True, slots=True)
class Colors:
    """Roles of colour. `line` is for dividers only; borders of controls use `control`."""

    dark: bool
    canvas: QColor
    surface: QColor
    raised: QColor
    line: QColor
    control: QColor
    text: QColor
    muted: QColor
    accent: QColor
    on_accent: QColor
    pending: QColor
    completed: QColor
    failed: QColor
    info: QColor
    accounts: tuple[QColor, ...]
    selected: QColor  # the ground of a selected row


def _colors(dark: bool, values: str, accounts: str, selected: str) -> Colors:
    canvas, surface, raised, line, control, text, muted, accent, on_accent, *states = (
        QColor(f"#{value}") for value in values.split()
    )
    pending, completed, failed, info = states
    return Colors(
        dark=dark,
        canvas=canvas,
        surface=surface,
        raised=raised,
        line=line,
        control=control,
        text=text,
        muted=muted,
        accent=accent,
        on_accent=on_accent,
        pending=pending,
        completed=completed,
        failed=failed,
        info=info,
        accounts=tuple(QColor(f"#{value}") for value in accounts.split()),
        selected=QColor(f"#{selected}"),
    )


LIGHT = _colors(
    False,
    "F4F4F6 FFFFFF FFFFFF D9DAE0 868894 1B1C22 5A5C68 3A55D9 FFFFFF 8A5A00 1F7A43 B3261E 2F5FA8",
    accounts="3A55D9 A03A7A 0F766E 8A5A00 6D3FC0 B3261E",
    selected="E8ECFB",
)
DARK = _colors(
    True,
    "141519 1C1D23 25262E 363842 757886 ECEDF2 A6A8B5 8FA2FF 14162B E8B75A 6FCF97 FF8A80 8AB4F8",
    accounts="8FA2FF F29AC8 5ED3C6 E8B75A C4A6FF FF8A80",
    selected="2A2F4A",
)

_current = LIGHT


def colors() -> Colors:
    """The colours in force: read them when painting, for they change with the theme."""
    return _current


def apply(application: QApplication, theme: str) -> None:
    """Put the whole application into `theme`: "system", "light" or "dark"."""
    global _current  # noqa: PLW0603 - a process has one application and one palette
    _current = DARK if _is_dark(theme) else LIGHT
    application.setPalette(_qt_palette(_current))


def _is_dark(theme: str) -> bool:
    if theme in ("light", "dark"):
        return theme == "dark"
    return QGuiApplication.styleHints().colorScheme().name == "Dark"


def _qt_palette(c: Colors) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, color in (
        (role.Window, c.surface),
        (role.WindowText, c.text),
        (role.Base, c.surface),
        (role.AlternateBase, c.canvas),
        (role.ToolTipBase, c.raised),
        (role.ToolTipText, c.text),
        (role.PlaceholderText, c.muted),
        (role.Text, c.text),
        (role.Button, c.surface),
        (role.ButtonText, c.text),
        (role.BrightText, c.on_accent),
        (role.Light, c.raised),
        (role.Midlight, c.line),
        (role.Mid, c.control),
        (role.Dark, c.control),
        (role.Shadow, c.line),
        (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent),
        (role.Link, c.info),
        (role.LinkVisited, c.info),
        (role.Accent, c.accent),
    ):
        palette.setColor(name, color)
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, c.control)
    return palette
