"""The settings in a dialog. Every change takes effect at once; there is nothing to confirm."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.form import make_button
from dreamina_desktop.ui.window.settings.accounts_section import AccountsSection
from dreamina_desktop.ui.window.settings.appearance_section import AppearanceSection
from dreamina_desktop.ui.window.settings.background_section import BackgroundSection
from dreamina_desktop.ui.window.settings.checking_section import CheckingSection
from dreamina_desktop.ui.window.settings.diagnostics_section import DiagnosticsSection
from dreamina_desktop.ui.window.settings.folder_section import FolderSection
from dreamina_desktop.ui.window.settings.library_section import LibrarySection
from dreamina_desktop.ui.window.settings.token_section import TokenSection


class SettingsDialog(QDialog):
    """Made once for a window, and read anew each time it is shown."""

    theme_chosen = Signal(str)

    def __init__(self, services: Services, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.resize(560, 680)
        self._token = TokenSection(services)
        self._folder = FolderSection(services)
        self._background = BackgroundSection(services)
        self._accounts = AccountsSection(services)
        self._diagnostics = DiagnosticsSection(services)
        self._appearance = appearance = AppearanceSection(services)
        appearance.theme_chosen.connect(self.theme_chosen)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(24)
        for section in (
            self._token,
            CheckingSection(services),
            self._folder,
            LibrarySection(services),
            self._background,
            appearance,
            self._accounts,
            self._diagnostics,
        ):
            column.addWidget(section)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(page)
        close = make_button("Close")
        close.clicked.connect(self.accept)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(24, 12, 24, 16)
        bottom.addStretch()
        bottom.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addLayout(bottom)

    def show_settings(self) -> None:
        """Open, with the cursor in the first field."""
        self._token.start_anew()
        self._background.show_settings()
        self._accounts.show_accounts()
        self._order_tabs()
        self._diagnostics.start_anew()
        self.open()
        self._token.field.setFocus()

    def _order_tabs(self) -> None:
        """As they stand: the accounts' fields are made later than what follows them."""
        before: QWidget = self._appearance.themes
        for field in self._accounts.fields():
            self.setTabOrder(before, field)
            before = field

    def show_token(self) -> None:
        """The way to mend a missing or refused token."""
        self.show_settings()

    def show_folder(self) -> None:
        """The way to mend a full disk."""
        self.show_settings()
        self._folder.choose()
