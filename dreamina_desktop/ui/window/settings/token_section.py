"""The API's token: entered, tried before it is accepted, kept, forgotten."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from dreamina_desktop.services.polling.token import TokenSource
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.form import make_button, make_heading, make_words

_SOURCES = {
    TokenSource.NONE: "There is no token yet. It is shown at useapi.net, in your account.",
    TokenSource.ENVIRONMENT: "In use: the one in the environment variable USEAPI_TOKEN.",
    TokenSource.KEYRING: "In use: the one in the system's keyring.",
    TokenSource.THIS_RUN: "In use: the one entered, for this run only.",
    TokenSource.SANDBOX: "In use: the demo's own.",
}


class TokenSection(QWidget):
    """The token itself is never shown again."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText("user:12345-…")
        self.field.setAccessibleName("API token")
        self._try = make_button("Try and keep")
        self._forget = make_button("Forget", "Forget the token")
        self._source = make_words()
        self._result = make_words()
        self._lay_out()
        self.field.returnPressed.connect(self._start_trial)
        self.field.textChanged.connect(self._show_buttons)
        self._try.clicked.connect(self._start_trial)
        self._forget.clicked.connect(self._start_forgetting)
        services.token.subscribe(self._show_source)
        self._show_source()

    def start_anew(self) -> None:
        """Nothing entered and nothing said."""
        self.field.clear()
        self._say("")
        self._show_source()

    def result(self) -> str:
        """What the last trial said, in words."""
        return self._result.text()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self._try)
        row.addWidget(self._forget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(make_heading("API token"))
        column.addLayout(row)
        column.addWidget(self._result)
        column.addWidget(self._source)

    def _start_trial(self) -> None:
        if self._try.isEnabled():
            self._services.supervisor.spawn(self._try_token(self.field.text()), "try token")

    async def _try_token(self, token: str) -> None:
        self._try.setEnabled(False)
        self._say("Trying it…")
        try:
            trial = await self._services.token.try_and_keep(token)
        except OSError as error:
            self._say(f"It could not be tried. {error}", failed=True)
        else:
            if trial.accepted:
                self.field.clear()
            self._say(trial.text, failed=not trial.accepted)
        finally:
            self._show_buttons()

    def _start_forgetting(self) -> None:
        self._services.supervisor.spawn(self._services.token.forget(), "forget token")

    def _say(self, text: str, *, failed: bool = False) -> None:
        self._result.setProperty("role", "error" if failed else "muted")
        self._result.style().polish(self._result)  # a style sheet does not see a new role by itself
        self._result.setText(text)
        self._result.setVisible(bool(text))
        self.field.setAccessibleDescription(text)

    def _show_source(self) -> None:
        self._source.setText(_SOURCES[self._services.token.source])
        self._show_buttons()

    def _show_buttons(self) -> None:
        self._try.setEnabled(bool(self.field.text().strip()))
        source = self._services.token.source
        self._forget.setVisible(source in (TokenSource.KEYRING, TokenSource.THIS_RUN))
