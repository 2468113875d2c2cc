"""The small parts that the pages of the details are put together from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from dreamina_desktop.core.text.wording import shortened
from dreamina_desktop.services.session.messages import Messages
from dreamina_desktop.services.session.preferences import Preferences
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.copy.account_hint import own_account_once
from dreamina_desktop.ui.widgets.icon_button import IconButton
from dreamina_desktop.ui.widgets.overrides import guarded

SHOWN_ID = 26  # characters of an ID that fit into a narrow pane
MAX_SHOWN = 2000  # characters of one text; what is copied is whole
PREVIEW_HEIGHT = 150


def heading(text: str) -> QLabel:
    """The pane's first line."""
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def wrapped(text: str, *, selectable: bool = False) -> QLabel:
    """A text of several lines, shown as it is."""
    label = QLabel(shortened(text, MAX_SHOWN))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if selectable:
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return label


def muted(text: str) -> QLabel:
    """Secondary words."""
    label = wrapped(text)
    label.setProperty("role", "muted")
    return label


def field_name(text: str) -> QLabel:
    """What stands above a value."""
    label = muted(text)
    label.setContentsMargins(0, 8, 0, 0)
    return label


def tool(icon: str, name: str, work: Callable[[], object]) -> IconButton:
    """An icon that does something."""
    button = IconButton(icon, name)
    button.clicked.connect(lambda _=False: work())
    return button


class Copying:
    """Makes the rows and buttons that copy, and say what was copied."""

    def __init__(self, messages: Messages, preferences: Preferences) -> None:
        self._messages = messages
        self._preferences = preferences

    def copy(self, text: str, said: str) -> None:
        """Put `text` on the clipboard."""
        QGuiApplication.clipboard().setText(text)
        self._messages.say(said)

    def copy_reference(self, text: str, said: str) -> None:
        """The same, and once ever what is to be known of a reference."""
        self.copy(text, f"{said} {own_account_once(self._preferences, 1)}".rstrip())

    def button(self, name: str, text: str, said: str) -> QPushButton:
        button = QPushButton(name)
        button.clicked.connect(lambda: self.copy(text, said))
        return button

    def add_text(self, column: QVBoxLayout, name: str, shown: str, text: str, said: str) -> None:
        """A text to read, to select and to copy as a whole."""
        row = QHBoxLayout()
        row.addWidget(field_name(name), 1)
        row.addWidget(tool("copy", f"Copy {name.lower()}", lambda: self.copy(text, said)))
        column.addLayout(row)
        column.addWidget(wrapped(shown, selectable=True))

    def add_id(
        self, column: QVBoxLayout, name: str, shown: str, button: str, copy: Callable[[], object]
    ) -> None:
        """A long ID, elided in the middle. `button`: what its button is called; `copy`: what it
        does."""
        column.addWidget(field_name(name))
        row = QHBoxLayout()
        words = QLabel(wording.middle_elided(shown, SHOWN_ID))
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setProperty("role", "code")
        words.setToolTip(wording.plain_tip(shown))
        row.addWidget(words, 1)
        row.addWidget(tool("copy", button, copy))
        column.addLayout(row)


@guarded
class Preview(QWidget):
    """A thumbnail in the middle of the pane, as sharp as it is."""

    def __init__(self) -> None:
        super().__init__()
        self._pixmap: QPixmap | None = None
        self.setFixedHeight(PREVIEW_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_pixmap(self, pixmap: QPixmap | None) -> None:
        self._pixmap = pixmap
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(PREVIEW_HEIGHT, PREVIEW_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._pixmap is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = self._pixmap.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(self.rect().center())
            painter.drawPixmap(place, self._pixmap)
