"""Settings: token, interval, folder, theme, names of accounts. Nothing waits for a dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.services.preferences import MAX_POLL_INTERVAL_S, MIN_POLL_INTERVAL_S
from dreamina_desktop.services.token import TokenSource
from dreamina_desktop.ui.services import Services

_SOURCES = {
    TokenSource.NONE: "There is no token yet.",
    TokenSource.ENVIRONMENT: "In use: the one in the environment variable USEAPI_TOKEN.",
    TokenSource.KEYRING: "In use: the one in the system's keyring.",
    TokenSource.THIS_RUN: "In use: the one entered, for this run only.",
    TokenSource.SANDBOX: "In use: the demo's own.",
}
_THEMES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))


class SettingsDialog(QDialog):
    """Every change takes effect at once; there is nothing to confirm."""

    theme_chosen = Signal(str)

    def __init__(self, services: Services, parent: QWidget) -> None:
        super().__init__(parent)
        self._services = services
        self.setWindowTitle("Settings")
        self.setMinimumWidth(520)
        form = QFormLayout()
        form.setSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._add_token(form)
        self._add_interval(form)
        self._add_folder(form)
        self._add_theme(form)
        self._add_accounts(form)
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        close.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addStretch()
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        services.token.subscribe(self._show_source)

    def show_token(self) -> None:
        """Open with the cursor in the field for the token."""
        self.open()
        self._token.setFocus()

    def show_folder(self) -> None:
        self.open()
        self._choose_folder()

    def _add_token(self, form: QFormLayout) -> None:
        self._token = QLineEdit()
        self._token.setEchoMode(QLineEdit.EchoMode.Password)
        self._token.setPlaceholderText("user:12345-…")
        self._token.setAccessibleName("API token")
        self._try = QPushButton("Try and keep")
        self._try.clicked.connect(self._try_token)
        self._token.returnPressed.connect(self._try_token)
        self._forget = QPushButton("Forget")
        self._forget.setAccessibleName("Forget the kept token")
        self._forget.setAutoDefault(False)
        self._forget.clicked.connect(
            lambda: self._services.supervisor.spawn(self._services.token.forget(), "forget token")
        )
        row = QHBoxLayout()
        row.addWidget(self._token, 1)
        row.addWidget(self._try)
        row.addWidget(self._forget)
        form.addRow("API token", row)
        self._token_words = QLabel()
        self._token_words.setProperty("role", "muted")
        self._token_words.setWordWrap(True)
        form.addRow("", self._token_words)
        self._show_source()

    def _add_interval(self, form: QFormLayout) -> None:
        interval = QSpinBox()
        interval.setRange(int(MIN_POLL_INTERVAL_S), int(MAX_POLL_INTERVAL_S))
        interval.setSuffix(" s")
        interval.setAccessibleName("Seconds between two checks of a job")
        interval.setValue(round(self._services.preferences.poll_interval_s))
        interval.valueChanged.connect(self._set_interval)
        form.addRow("Check a running job every", interval)

    def _add_folder(self, form: QFormLayout) -> None:
        self._folder = QLineEdit(self._services.images_folder)
        self._folder.setReadOnly(True)
        self._folder.setAccessibleName("Folder for images")
        choose = QPushButton("Choose…")
        choose.setAccessibleName("Choose the folder for images")
        choose.setAutoDefault(False)
        choose.clicked.connect(self._choose_folder)
        row = QHBoxLayout()
        row.addWidget(self._folder, 1)
        row.addWidget(choose)
        form.addRow("Images are kept in", row)
        self._folder_words = QLabel("")
        self._folder_words.setProperty("role", "muted")
        self._folder_words.setWordWrap(True)
        form.addRow("", self._folder_words)

    def _add_theme(self, form: QFormLayout) -> None:
        themes = QComboBox()
        themes.setAccessibleName("Theme")
        for name, label in _THEMES:
            themes.addItem(label, name)
        themes.setCurrentIndex(themes.findData(self._services.preferences.theme))
        themes.currentIndexChanged.connect(lambda row: self._set_theme(themes.itemData(row)))
        form.addRow("Theme", themes)

    def _add_accounts(self, form: QFormLayout) -> None:
        for account, label in self._services.accounts.all().items():
            name = QLineEdit(self._services.preferences.account_names.get(account, ""))
            name.setPlaceholderText(label.name)
            name.setAccessibleName(f"Name of account {label.name}")
            name.editingFinished.connect(
                lambda a=account, field=name: self._services.accounts.rename(a, field.text())
            )
            form.addRow(f"Account {label.name} is called", name)

    def _try_token(self) -> None:
        self._try.setEnabled(False)
        self._token_words.setText("Trying it…")
        self._services.supervisor.spawn(self._try_and_show(self._token.text()), "try token")

    async def _try_and_show(self, token: str) -> None:
        try:
            trial = await self._services.token.try_and_keep(token)
        finally:
            self._try.setEnabled(True)
        self._token_words.setText(trial.text)
        if trial.accepted:
            self._token.clear()

    def _show_source(self) -> None:
        self._token_words.setText(_SOURCES[self._services.token.source])

    def _set_interval(self, seconds: int) -> None:
        self._services.preferences.poll_interval_s = float(seconds)

    def _set_theme(self, theme: str) -> None:
        self._services.preferences.theme = theme
        self.theme_chosen.emit(theme)

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, "Folder for images", self._services.images_folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._set_folder)
        dialog.open()

    def _set_folder(self, folder: str) -> None:
        self._services.preferences.images_folder = folder
        self._folder.setText(folder)
        self._folder_words.setText(
            "New images go there from the next start on; what is saved stays where it is."
        )
