"""The bar above the status bar: one message at a time, with the button that mends it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from dreamina_desktop.services.messages import Message, Messages, Remedy
from dreamina_desktop.ui import icons
from dreamina_desktop.ui.palette import colors

READING_MS = 8000


class MessageBar(QWidget):
    """Shows a passing message over a lasting one for its time; the lasting one comes back."""

    remedy_chosen = Signal(object)  # Remedy

    def __init__(self, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._messages = messages
        self._shown: Message | None = None
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._button = QPushButton()
        self._button.clicked.connect(self._choose)
        self._close = QToolButton()
        self._close.setAccessibleName("Close message")
        self._close.setToolTip("Close message")
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
        """Lasting conditions come first in importance, a passing message is shown beside none."""
        passing, lasting = self._messages.passing, self._messages.lasting
        message = passing or lasting
        self.setVisible(message is not None)
        if message is None or message == self._shown:
            self._shown = message
            return
        self._shown = message
        c = colors()
        color = c.info if message is passing else c.pending
        self._icon.setPixmap(icons.pixmap("info", color, 20, self.devicePixelRatioF()))
        self._close.setIcon(icons.icon("close", c.muted))
        self._close.setVisible(message is passing)
        self._text.setText(message.text)
        self._button.setVisible(message.remedy is not None)
        if message.remedy is not None:
            self._button.setText(message.remedy.value)
        if message is passing:
            self._timer.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self._text, QAccessible.Event.Alert))

    def _choose(self) -> None:
        if self._shown is not None and self._shown.remedy is not None:
            remedy: Remedy = self._shown.remedy
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
        if self._messages.passing is not None:
            self._timer.start()
