"""The line below the picture: what it is, and the buttons for all that the keys do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.overrides import guarded
from dreamina_desktop.ui.wording import plain_tip

HEIGHT = 48
BUTTON = 32
NARROW = 860  # pixels; below, there is no room for sizes, and for the first marks only
MOST_MARKS, FEWEST_MARKS = 40, 8  # characters


class Command(Enum):
    """What the viewer can do: the icon's name ("" without a button) and words with the key."""

    PREVIOUS = ("prev", "Previous image (Left)")
    NEXT = ("next", "Next image (Right)")
    ZOOM_OUT = ("zoom-out", "Zoom out (-)")
    ZOOM_IN = ("zoom-in", "Zoom in (+)")
    FIT = ("fit", "Fit to window (F)")
    PICK = ("pick", "Pick (P)")
    REJECT = ("reject", "Reject (X)")
    FILL = ("", "Fill the window (W)")
    ACTUAL_SIZE = ("", "Actual size, 100 % (Z)")
    INFORMATION = ("info", "Information (I)")
    COPY_REFERENCE = ("copy", "Copy reference (Ctrl+C)")
    COPY_PICTURE = ("image", "Copy picture (Ctrl+Shift+C)")
    CLOSE = ("close", "Close (Esc)")
    FIRST = ("", "First image (Home)")
    LAST = ("", "Last image (End)")

    @property
    def icon(self) -> str:
        return self.value[0]

    @property
    def label(self) -> str:
        return self.value[1].partition(" (")[0]

    @property
    def tool_tip(self) -> str:
        return self.value[1]


BUTTONS = (
    Command.PREVIOUS,
    Command.NEXT,
    Command.PICK,
    Command.REJECT,
    Command.ZOOM_OUT,
    Command.ZOOM_IN,
    Command.FIT,
    Command.ACTUAL_SIZE,
    Command.COPY_REFERENCE,
    Command.COPY_PICTURE,
    Command.INFORMATION,
    Command.CLOSE,
)


@dataclass(frozen=True, slots=True)
class BarContent:
    """What is said about the image shown."""

    number: str
    size: str
    zoom: str
    position: str
    prompt: str
    marks: str
    has_reference: bool
    has_picture: bool
    is_first: bool
    is_last: bool


@guarded
class ViewerBar(QWidget):
    """Tells commands; does nothing itself."""

    commanded = Signal(object)  # a Command

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QHBoxLayout(self)
        self._prompt_text = ""
        self._marks_text = ""
        self._message = ""
        self._number, self._facts, self._prompt = QLabel(self), QLabel(self), QLabel(self)
        self._marks = QLabel(self)
        for label in (self._number, self._facts, self._marks, self._prompt):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._facts.setProperty("role", "muted")
        self._prompt.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._buttons = {command: self._button(command) for command in BUTTONS}
        self._lay_out()
        self._tint()

    def _lay_out(self) -> None:
        self.setFixedHeight(HEIGHT)
        layout = self._layout
        layout.setContentsMargins(16, 0, 8, 0)
        layout.setSpacing(4)
        layout.addWidget(self._number)
        layout.addSpacing(4)
        layout.addWidget(self._facts)
        layout.addSpacing(8)
        layout.addWidget(self._marks)
        layout.addSpacing(12)
        layout.addWidget(self._prompt, 1)
        layout.addSpacing(8)
        for button in self._buttons.values():
            layout.addWidget(button)

    def _button(self, command: Command) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(command.label)
        button.setToolTip(command.tool_tip)
        button.setFixedSize(BUTTON, BUTTON)
        button.setIconSize(QSize(icons.SIZE, icons.SIZE))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if not command.icon:
            button.setText("1:1")
        button.clicked.connect(lambda: self.commanded.emit(command))
        return button

    def stops(self) -> list[QWidget]:
        """The buttons that the Tab key goes through."""
        return [button for button in self._buttons.values() if button.isEnabled()]

    def show_content(self, content: BarContent) -> None:
        self._number.setText(content.number)
        facts = (content.size, content.zoom, content.position)
        self._facts.setText(" · ".join(fact for fact in facts if fact))
        self._marks_text = content.marks
        self._show_marks()
        self._prompt_text = " ".join(content.prompt.split())
        self._elide()
        self._buttons[Command.PREVIOUS].setEnabled(not content.is_first)
        self._buttons[Command.NEXT].setEnabled(not content.is_last)
        self._buttons[Command.COPY_REFERENCE].setEnabled(content.has_reference)
        for command in (Command.ZOOM_OUT, Command.ZOOM_IN, Command.FIT, Command.ACTUAL_SIZE):
            self._buttons[command].setEnabled(content.has_picture)
        self._buttons[Command.COPY_PICTURE].setEnabled(content.has_picture)

    def _show_marks(self) -> None:
        most = MOST_MARKS if self.width() >= NARROW else FEWEST_MARKS
        text = self._marks_text
        self._marks.setText(text if len(text) <= most else f"{text[:most]}…")

    def show_message(self, text: str) -> None:
        """A passing message, in the prompt's place; "" brings the prompt back."""
        self._message = text
        self._elide()

    def _elide(self) -> None:
        text = self._message or self._prompt_text
        metrics = QFontMetrics(self._prompt.font())
        width = self._prompt.width()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        self._prompt.setText(shown)
        self._prompt.setToolTip(plain_tip(text) if shown != text else "")
        palette = self._prompt.palette()
        color = colors().text if self._message else colors().muted
        palette.setColor(palette.ColorRole.WindowText, color)
        self._prompt.setPalette(palette)

    def _tint(self) -> None:
        for command, button in self._buttons.items():
            if command.icon:
                button.setIcon(icons.icon(command.icon, colors().text))
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self._number.setFont(font)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._tint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._facts.setVisible(self.width() >= NARROW)
        self._show_marks()
        self._layout.activate()
        self._elide()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), colors().surface)
            painter.fillRect(0, 0, self.width(), 1, colors().line)
