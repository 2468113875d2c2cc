"""The bar above the status bar: one message at a time, with the button that mends it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from dreamina_desktop.services.messages import Message, Messages, Remedy
from dreamina_desktop.ui import icons
from dreamina_desktop.ui.palette import colors

READING_MS = 8000


class MessageBar(QWidget):
    """Two rows, each hidden when it has nothing to say: a lasting condition is never replaced
    by a passing message."""

    remedy_chosen = Signal(object)  # Remedy

    def __init__(self, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for passing in (False, True):
            row = _Row(messages, passing=passing)
            row.remedy_chosen.connect(self.remedy_chosen)
            layout.addWidget(row)


class _Row(QWidget):
    """One message with its button."""

    remedy_chosen = Signal(object)

    def __init__(self, messages: Messages, *, passing: bool) -> None:
        super().__init__()
        self._messages = messages
        self._passing = passing
        self._shown: Message | None = None
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._button = QPushButton()
        self._button.clicked.connect(self._choose)
        self._close = QToolButton()
        self._close.setAccessibleName("Close message")
        self._close.setToolTip("Close message")
        self._close.setVisible(passing)
        self._close.clicked.connect(messages.dismiss)
        self._timer = QTimer(self, singleShot=True, interval=READING_MS)
        self._timer.timeout.connect(messages.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 6, 8, 6)
        layout.setSpacing(12)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button)
        layout.addWidget(self._close)
        messages.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        message = self._messages.passing if self._passing else self._messages.lasting
        self.setVisible(message is not None)
        if message is None or message == self._shown:
            self._shown = message
            return
        self._shown = message
        c = colors()
        color = c.info if self._passing else c.pending
        self._icon.setPixmap(icons.pixmap("info", color, 20, self.devicePixelRatioF()))
        self._close.setIcon(icons.icon("close", c.muted))
        self._text.setText(message.text)
        self._button.setVisible(message.remedy is not None)
        if message.remedy is not None:
            self._button.setText(message.remedy.value)
        if self._passing:
            self._timer.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self._text, QAccessible.Event.Alert))

    def _choose(self) -> None:
        if self._shown is not None and self._shown.remedy is not None:
            remedy: Remedy = self._shown.remedy
            if self._passing:
                self._messages.dismiss()
            self.remedy_chosen.emit(remedy)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colors().raised)
        painter.fillRect(0, 0, self.width(), 1, colors().line)
        painter.end()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()  # it is being read

    def leaveEvent(self, event: QEvent) -> None:
        if self._passing and self._shown is not None:
            self._timer.start()
