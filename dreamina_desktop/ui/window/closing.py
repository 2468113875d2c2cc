"""What closing the window does: end the program, leave it at work, or, once, ask which."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QSystemTrayIcon,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.tracking.background import OnClose, Unfinished
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.form import make_heading, make_words

WIDTH = 440


class ClosingOffer(QDialog):
    """Esc answers nothing, and the window stays."""

    answered = Signal(bool, bool)  # whether to keep saving; whether to start at login
    quit_chosen = Signal()  # Ctrl+Q: no answer either, but the end

    def __init__(
        self, unfinished: Unfinished, *, tray: bool, at_login: bool, parent: QWidget
    ) -> None:
        """`tray`: whether there is one for an icon; `at_login`: how it is at the moment."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keep saving")
        self.setFixedWidth(WIDTH)
        self._question = make_heading(offer_words(unfinished))
        self._question.setWordWrap(True)
        self._how = make_words()
        self._how.setText(_how(tray=tray))
        self._at_login = QCheckBox("Start at login")
        self._at_login.setChecked(at_login)
        self._keep = QPushButton("Keep saving in the background")
        self._keep.setProperty("role", "primary")
        self._keep.setDefault(True)
        self._quit = QPushButton("Quit")
        self._lay_out()
        self._keep.clicked.connect(lambda: self._answer(keeps=True))
        self._quit.clicked.connect(lambda: self._answer(keeps=False))
        self._keep.setFocus()
        shortcut = QShortcut(QKeySequence("Ctrl+Q"), self)
        shortcut.activated.connect(self.quit_chosen)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(self._quit)
        buttons.addWidget(self._keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._question)
        column.addWidget(self._how)
        column.addWidget(self._at_login)
        column.addLayout(buttons)

    def _answer(self, *, keeps: bool) -> None:
        self.answered.emit(keeps, self._at_login.isChecked())
        self.accept()


def offer_words(unfinished: Unfinished) -> str:
    """`4 jobs are still running. Keep saving in the background?`"""
    run = "is still running" if unfinished.jobs == 1 else "are still running"
    wait = "is not saved yet" if unfinished.images == 1 else "are not saved yet"
    parts = []
    if unfinished.jobs:
        parts.append(f"{counted(unfinished.jobs, 'job')} {run}")
    if unfinished.images:
        parts.append(f"{counted(unfinished.images, 'image')} {wait}")
    return f"{' and '.join(parts)}. Keep saving in the background?"


def _how(*, tray: bool) -> str:
    by = "Its icon in the tray" if tray else "Starting it again"
    return (
        f"The program then goes on without its window. {by} brings the window back. "
        "Both can be changed in the settings."
    )


class Closing(QObject):
    """Nothing waits for the answer: the program works on while the question stands."""

    quit_chosen = Signal()
    hide_chosen = Signal()

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._asks = False

    def start(self) -> bool:
        """The window's close was wanted. Whether it closes now; one of the signals follows, or
        the question."""
        match self._services.background.on_close():
            case OnClose.QUIT:
                self.quit_chosen.emit()
                return True
            case OnClose.HIDE:
                self.hide_chosen.emit()
                return True
            case OnClose.OFFER:
                if not self._asks:
                    self._asks = True
                    self._services.supervisor.spawn(self._ask(), "offer")
                return False

    async def _ask(self) -> None:
        background = self._services.background
        try:
            at_login = await background.starts_at_login()
        except OSError:
            at_login = False
        offer = ClosingOffer(
            background.unfinished(),
            tray=QSystemTrayIcon.isSystemTrayAvailable(),
            at_login=at_login,
            parent=self._window,
        )
        offer.answered.connect(self._on_answered)
        offer.quit_chosen.connect(self.quit_chosen)
        offer.finished.connect(self._on_finished)
        offer.open()

    def _on_finished(self) -> None:
        self._asks = False

    def _on_answered(self, keeps: bool, at_login: bool) -> None:
        self._services.background.decide(keeps=keeps)
        self._services.supervisor.spawn(self._carry_out(keeps, at_login), "close")

    async def _carry_out(self, keeps: bool, at_login: bool) -> None:
        """The end waits until the system was told about the login."""
        try:
            await self._services.background.start_at_login(at_login)
        except OSError as error:
            self._services.messages.say(f"Start at login could not be changed. {error}")
        if keeps:
            self.hide_chosen.emit()
        else:
            self.quit_chosen.emit()
