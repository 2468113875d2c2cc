"""The theme of the whole application: palette, and over Fusion one style sheet made from it."""

from __future__ import annotations

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QStyleFactory

from dreamina_desktop.resources_folder import resources_folder
from dreamina_desktop.ui.theme import palette
from dreamina_desktop.ui.theme.palette import Colors, colors

HEADING = 1.15  # of the system's size

_SHEET = """
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px 8px; }}
QMainWindow, QDialog {{ background: {surface}; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="heading"] {{ font-weight: 600; font-size: {heading_pt}pt; }}
QLabel[role="error"] {{ color: {failed}; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="code"], QPlainTextEdit[role="code"] {{ font-family: monospace; }}
QLabel[role="found"] {{ color: {accent}; }}
QLabel[role="pill"] {{
    color: {info}; background: {canvas}; border-radius: 6px; padding: 3px 8px;
}}
QFrame[role="line"] {{ background: {line}; border: none; }}
QWidget[role="canvas"] {{ background: {canvas}; }}
QPlainTextEdit, QLineEdit, QSpinBox, QComboBox {{
    background: {surface}; color: {text}; border: 1px solid {control}; border-radius: 6px;
    padding: 5px 8px; selection-background-color: {accent}; selection-color: {on_accent};
}}
QPlainTextEdit:focus, QLineEdit:focus, QSpinBox:focus, QComboBox:focus {{
    border: 2px solid {accent}; padding: 4px 7px;
}}
QSpinBox QLineEdit, QSpinBox QLineEdit:focus {{
    border: none; padding: 0 0 0 6px; background: transparent;
}}
QSpinBox::up-button, QSpinBox::down-button {{
    subcontrol-origin: border; width: 22px; border: none; background: transparent;
}}
QSpinBox::up-button {{ subcontrol-position: top right; }}
QSpinBox::down-button {{ subcontrol-position: bottom right; }}
QPlainTextEdit:disabled, QLineEdit:disabled, QComboBox:disabled {{
    background: {canvas}; color: {muted}; border-color: {line};
}}
QComboBox {{ padding-right: 24px; combobox-popup: 0; }}
QComboBox:focus {{ padding-right: 23px; }}
QComboBox::drop-down {{ width: 24px; border: none; background: transparent; }}
QSpinBox::up-arrow {{ image: url("{icons}/arrow-up-{theme}.svg"); }}
QSpinBox::down-arrow, QComboBox::down-arrow {{ image: url("{icons}/arrow-down-{theme}.svg"); }}
QSpinBox::up-arrow, QSpinBox::down-arrow, QComboBox::down-arrow {{ width: 10px; height: 10px; }}
QComboBox QAbstractItemView {{
    background: {raised}; border: 1px solid {line}; outline: none;
    selection-background-color: {selected}; selection-color: {text};
}}
QComboBox QAbstractItemView::item {{ min-height: 26px; padding: 0 6px; }}
QPushButton {{
    background: {surface}; color: {text}; border: 1px solid {control}; border-radius: 6px;
    padding: 6px 14px;
}}
QPushButton {{ outline: none; }}
QPushButton:hover {{ background: {canvas}; }}
QPushButton:focus {{ border: 2px solid {accent}; padding: 5px 13px; }}
QPushButton:disabled {{ color: {control}; border-color: {line}; }}
QPushButton[role="primary"] {{
    background: {accent}; color: {on_accent}; border: 1px solid {accent}; font-weight: 600;
}}
QPushButton[role="primary"]:hover {{ background: {accent_hover}; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {text}; }}
QPushButton[role="primary"]:disabled {{
    background: {canvas}; color: {muted}; border-color: {line}; font-weight: 400;
}}
QCheckBox {{ spacing: 8px; padding: 2px 0; }}
QCheckBox::indicator {{
    width: 16px; height: 16px; background: {surface};
    border: 1px solid {control}; border-radius: 4px;
}}
QCheckBox::indicator:hover {{ border-color: {text}; }}
QCheckBox::indicator:focus {{ border: 2px solid {accent}; width: 14px; height: 14px; }}
QCheckBox::indicator:checked {{
    background: {accent}; border-color: {accent}; image: url("{icons}/tick-{theme}.svg");
}}
QCheckBox::indicator:checked:focus {{ border-color: {text}; }}
QRadioButton {{ spacing: 8px; padding: 2px 0; }}
QRadioButton::indicator {{
    width: 16px; height: 16px; background: {surface};
    border: 1px solid {control}; border-radius: 9px;
}}
QRadioButton::indicator:hover {{ border-color: {text}; }}
QRadioButton::indicator:checked {{
    width: 8px; height: 8px; background: {on_accent}; border: 5px solid {accent};
}}
QRadioButton::indicator:focus {{ border-color: {accent}; }}
QRadioButton::indicator:checked:focus {{ border-color: {text}; }}
QToolButton {{
    background: transparent; color: {text}; border: 1px solid transparent; border-radius: 6px;
    padding: 4px;
}}
QToolButton:hover {{ background: {canvas}; border-color: {line}; }}
QToolButton:focus {{ border: 2px solid {accent}; padding: 3px; }}
QToolButton:checked {{ background: {selected}; }}
QToolButton[role="switch"] {{ border: 1px solid {control}; padding: 5px; }}
QToolButton[role="switch"]:checked {{
    background: {selected}; border: 1px solid {accent}; font-weight: 600;
}}
QToolButton[role="switch"]:focus {{ border: 2px solid {accent}; padding: 4px; }}
QToolButton[role="expiring"] {{ color: {pending}; }}
QToolButton[role="chip"] {{
    background: {selected}; border: 1px solid {control}; border-radius: 6px; padding: 2px 8px;
}}
QToolButton[role="chip"]:hover {{ border-color: {text}; }}
QToolButton[role="chip"]:focus {{ border: 2px solid {accent}; padding: 1px 7px; }}
QToolButton[role="plain-menu"]::menu-indicator {{ image: none; width: 0; }}
QPushButton[role="quiet"] {{
    border: 1px solid transparent; background: transparent; color: {accent}; padding: 3px 8px;
}}
QPushButton[role="quiet"]:hover {{ background: {canvas}; }}
QPushButton[role="quiet"]:focus {{ border: 2px solid {accent}; padding: 2px 7px; }}
QToolButton[role="link"] {{ color: {accent}; padding: 3px 6px; }}
QToolButton[role="menu"] {{ color: {muted}; padding: 3px 20px 3px 6px; }}
QToolButton[role="menu"]:focus {{ padding: 2px 19px 2px 5px; }}
QToolButton::menu-indicator {{
    image: url("{icons}/arrow-down-{theme}.svg"); width: 10px; height: 10px;
    subcontrol-origin: padding; subcontrol-position: center right; right: 5px;
}}
QMenu {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {selected}; }}
QMenu::item:disabled {{ color: {control}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {line}; border-radius: 4px; margin: 1px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {control}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {line}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QScrollArea {{ border: none; background: transparent; }}
QAbstractScrollArea#plain {{ border: none; }}
"""


_NAMES = (
    "canvas",
    "surface",
    "raised",
    "line",
    "control",
    "text",
    "muted",
    "accent",
    "on_accent",
    "selected",
    "info",
    "failed",
    "pending",
)


def use_fusion(application: QApplication) -> None:
    """The one style that obeys our palettes on every system."""
    application.setStyle(QStyleFactory.create("Fusion"))


def refresh(application: QApplication) -> None:
    """After the palette changed."""
    heading_pt = f"{application.font().pointSizeF() * HEADING:.1f}"
    application.setStyleSheet(_SHEET.format(heading_pt=heading_pt, **_names(colors())))


def _names(c: Colors) -> dict[str, str]:
    named = {name: getattr(c, name) for name in _NAMES}
    named["accent_hover"] = _shifted(c.accent, 110 if c.dark else 115)
    # An image in a style sheet cannot be tinted: the arrows are there twice.
    files = {
        "icons": (resources_folder() / "icons").as_posix(),
        "theme": "dark" if c.dark else "light",
    }
    return {name: color.name() for name, color in named.items()} | files


def _shifted(color: QColor, percent: int) -> QColor:
    return color.darker(percent)


def apply(application: QApplication, theme: str) -> None:
    """`theme`: "system", "light" or "dark"."""
    palette.apply(application, theme)
    refresh(application)
