"""The bar above the status bar: what the program says, with the button that mends it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QEnterEvent,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.services.session.messages import Message, Messages, Remedy
from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.icon_button import IconButton
from dreamina_desktop.ui.widgets.overrides import guarded
from dreamina_desktop.ui.widgets.word_break import breakable

READING_MS = 8000
READING_MS_A_CHARACTER = 70
SLIDE_MS = 120
PRESSED_MS = 500  # between two looks whether a button of the mouse is still held
UNLIMITED = 16_777_215  # Qt's largest height


class MessageBar(QWidget):
    """One lasting condition and one passing message, each in a place of its own: neither is
    stacked, and a condition is never replaced by a passing message."""

    remedy_chosen = Signal(object)  # Remedy
    focus_left = Signal()  # a message went away with the keyboard's focus in it

    def __init__(self, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for passing in (True, False):  # what passes comes and goes above what stays
            row = _Row(messages, self, passing=passing)
            row.remedy_chosen.connect(self.remedy_chosen)
            row.focus_left.connect(self.focus_left)
            layout.addWidget(row)


@guarded
class _Row(QWidget):
    """One message with its button, or two."""

    remedy_chosen = Signal(object)
    focus_left = Signal()

    def __init__(self, messages: Messages, bar: MessageBar, *, passing: bool) -> None:
        super().__init__(bar)
        self._bar = bar
        self._messages = messages
        self._passing = passing
        self._shown: Message | None = None
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._button, self._second = QPushButton(), QPushButton()
        self._close = IconButton("close", "Close message")
        self._close.setVisible(passing)
        for button in (self._button, self._second, self._close):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where it is
            button.installEventFilter(self)
        self._button.clicked.connect(lambda: self._choose(second=False))
        self._second.clicked.connect(lambda: self._choose(second=True))
        self._close.clicked.connect(messages.dismiss)
        self._timer = QTimer(self, singleShot=True, interval=READING_MS)
        self._timer.timeout.connect(self._on_read)
        self._slide = QVariantAnimation(self)
        self._slide.valueChanged.connect(self.setMaximumHeight)
        self._slide.finished.connect(self._on_slide_finished)
        self._lay_out()
        self.hide()
        messages.subscribe(self._refresh)
        self._refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self._timer.stop()
        elif event.type() == QEvent.Type.FocusOut:
            self._time_reading()
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()  # it is being read

    def leaveEvent(self, event: QEvent) -> None:
        self._time_reading()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._time_reading()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._shown is not None:
            self._tint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), colors().raised)
            painter.fillRect(0, 0, self.width(), 1, colors().line)

    def _lay_out(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(12)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button)
        layout.addWidget(self._second)
        layout.addWidget(self._close)

    def _refresh(self) -> None:
        message = self._messages.passing if self._passing else self._messages.lasting
        if message is self._shown:
            return
        was_shown, self._shown = self._shown is not None, message
        if message is None:
            self._leave()
            return
        self._text.setText(breakable(message.text))
        _show_remedy(self._button, message.remedy)
        _show_remedy(self._second, message.second)
        self._tint()
        self._time_reading()
        if not was_shown:
            self._slide_to(self._wanted_height(), start=0)
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, message.text))

    def _on_read(self) -> None:
        """Nothing moves under a pressed pointer: it may be dragging to a place above the bar."""
        if QApplication.mouseButtons() is Qt.MouseButton.NoButton:
            self._messages.dismiss()
        else:
            self._timer.start(PRESSED_MS)

    def _leave(self) -> None:
        self._timer.stop()
        if self._has_focus():
            self.focus_left.emit()
        self._slide_to(0, start=self.height())

    def _wanted_height(self) -> int:
        width = self.width() if self.isVisible() else self._bar.width()
        return max(self.heightForWidth(width), self.minimumSizeHint().height())

    def _slide_to(self, height: int, start: int) -> None:
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        wanted = self.isVisible() or self._shown is not None
        length = min(SLIDE_MS, self.style().styleHint(hint, None, self))  # 0: no motion wanted
        self._slide.stop()
        if not length or not wanted or not self._bar.isVisible():
            self._on_slide_finished()
            return
        self._slide.setStartValue(start)
        self._slide.setEndValue(height)
        self._slide.setDuration(length)
        self.setMaximumHeight(start)
        self._slide.start()

    def _on_slide_finished(self) -> None:
        self.setMaximumHeight(UNLIMITED)
        if self._shown is None:
            self.hide()

    def _tint(self) -> None:
        color = colors().info if self._passing else colors().pending
        self._icon.setPixmap(icons.pixmap("info", color, 20, self.devicePixelRatioF()))

    def _time_reading(self) -> None:
        """It stands still while nobody can read it, or somebody does."""
        read = self._has_focus() or self.underMouse() or not self._bar.isVisible()
        if self._passing and self._shown is not None and not read:
            self._timer.start(max(READING_MS, READING_MS_A_CHARACTER * len(self._shown.text)))

    def _has_focus(self) -> bool:
        return any(button.hasFocus() for button in (self._button, self._second, self._close))

    def _choose(self, *, second: bool) -> None:
        if self._shown is None:
            return
        remedy = self._shown.second if second else self._shown.remedy
        if remedy is None:
            return
        if self._passing:
            self._messages.dismiss()
        self.remedy_chosen.emit(remedy)


def _show_remedy(button: QPushButton, remedy: Remedy | None) -> None:
    button.setText(remedy.value if remedy else "")
    button.setVisible(remedy is not None)
