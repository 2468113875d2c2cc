"""What the groups of settings are built from."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QPushButton, QSizePolicy


def make_form() -> QFormLayout:
    """Rows of a name and its field; in a narrow window one below the other."""
    form = QFormLayout()
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(16)
    form.setVerticalSpacing(8)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    return form


def make_heading(text: str) -> QLabel:
    """The name of a group."""
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def make_words() -> QLabel:
    """Where a group says something, in words."""
    label = QLabel()
    label.setProperty("role", "muted")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return label


def make_button(text: str, name: str = "") -> QPushButton:
    """One that Enter in a field does not press; `name` for screen readers."""
    button = QPushButton(text)
    button.setAutoDefault(False)
    if name:
        button.setAccessibleName(name)
    return button
