"""What becomes of the work when the window is closed, and at the next login."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.form import make_heading, make_words

_WORDS = "Ctrl+Q always ends the program."


class BackgroundSection(QWidget):
    """Two checks. A demo has neither: it is over with its window."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.keeps = QCheckBox("Keep saving in the background when the window is closed")
        self.at_login = QCheckBox("Start at login")
        self._words = make_words()
        self.keeps.clicked.connect(lambda on: services.background.decide(keeps=on))
        self.at_login.clicked.connect(self._start_setting)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(make_heading("Background"))
        column.addWidget(self.keeps)
        column.addWidget(self.at_login)
        column.addWidget(self._words)
        self.setVisible(not services.demo)

    def show_settings(self) -> None:
        """Read them anew; the second one is asked of the system."""
        self._words.setText(_WORDS)
        self.keeps.setChecked(self._services.background.keeps)
        self._services.supervisor.spawn(self._show_login(), "start at login")

    async def _show_login(self) -> None:
        try:
            on = await self._services.background.starts_at_login()
        except OSError as error:
            self._fail(error)
        else:
            self.at_login.setChecked(on)

    def _start_setting(self, on: bool) -> None:
        self._services.supervisor.spawn(self._set_login(on), "set start at login")

    async def _set_login(self, on: bool) -> None:
        try:
            await self._services.background.start_at_login(on)
        except OSError as error:
            self._fail(error)
            self.at_login.setChecked(not on)
        else:
            self._words.setText(_WORDS)

    def _fail(self, error: OSError) -> None:
        self._words.setText(f"Start at login could not be changed. {_in_words(error)}")


def _in_words(error: OSError) -> str:
    return f"{error.strerror}: {error.filename}." if error.filename else f"{error}"
