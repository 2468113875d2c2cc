"""What closing the window does: end the program, leave it at work, or ask which."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from dreamina_desktop.services.tracking.background import OnClose
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.window.closing_offer import ClosingOffer


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
