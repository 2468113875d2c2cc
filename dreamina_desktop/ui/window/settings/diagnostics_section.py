"""What a bug report needs, on the clipboard, and what is in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.form import make_button, make_heading, make_words

COPIED = "Copied the diagnostics. They hold no token, no e-mail address and no link."


async def copy_diagnostics(services: Services) -> str:
    """What to say about it."""
    try:
        text = await services.diagnostics()
    except OSError as error:
        return f"The diagnostics could not be read. {error.strerror or error}"
    QGuiApplication.clipboard().setText(text)
    return COPIED


_WHAT = "For a report of a fault: versions, settings, counts and the end of the log."


class DiagnosticsSection(QWidget):
    """Nothing is sent: the user pastes it where it shall go."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._copy = make_button("Copy diagnostics")
        self._copy.clicked.connect(self._start)
        self._words = make_words()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(make_heading("Diagnostics"))
        column.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._words)
        self.start_anew()

    def start_anew(self) -> None:
        """Nothing copied yet."""
        self._words.setText(_WHAT)

    def _start(self) -> None:
        self._services.supervisor.spawn(self._copy_and_say(), "copy diagnostics")

    async def _copy_and_say(self) -> None:
        self._words.setText(await copy_diagnostics(self._services))
