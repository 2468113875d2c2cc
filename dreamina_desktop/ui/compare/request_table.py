"""What differs between the requests of the images above: a column each."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QSizePolicy, QWidget

from dreamina_desktop.core.request.differences import Difference
from dreamina_desktop.ui.theme.palette import colors

HEIGHT = 168  # pixels, where there is something to be read
SAME = "The same request: nothing differs but what was made of it."


class RequestTable(QScrollArea):
    """Texts of others are shown as they are: every piece is escaped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("What differs")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_differences(self, found: Sequence[Difference], columns: int) -> None:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(16, 8, 16, 8)
        grid.setHorizontalSpacing(16)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        if not found:
            grid.addWidget(_muted(SAME), 0, 0, 1, columns)
        for row, difference in enumerate(found):
            grid.addWidget(_muted(difference.name), 2 * row, 0, 1, columns)
            for column, parts in enumerate(difference.values):
                grid.addWidget(_cell(parts), 2 * row + 1, column)
        grid.setRowStretch(2 * len(found) + 1, 1)
        self.setWidget(page)
        self.setFixedHeight(HEIGHT if found else page.sizeHint().height())


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label


def _cell(parts: Sequence[tuple[str, bool]]) -> QLabel:
    color = colors().pending.name()
    pieces = (
        f'<span style="color: {color}; font-weight: 600">{escape(text)}</span>'
        if differs
        else escape(text)
        for text, differs in parts
    )
    label = QLabel("".join(pieces) or "–")
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label
