"""Names for accounts: lists show them instead of e-mail addresses."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QLineEdit, QVBoxLayout, QWidget

from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.form import make_form, make_heading, make_words

MAX_NAME = 24  # characters


class AccountsSection(QWidget):
    """A field for each account that a tracked job names; hidden while there is none."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._form: QFormLayout = make_form()
        words = make_words()
        words.setText("Lists show these names, never the e-mail address.")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(make_heading("Accounts"))
        column.addLayout(self._form)
        column.addWidget(words)

    def fields(self) -> list[QLineEdit]:
        """From the first account to the last."""
        return self.findChildren(QLineEdit)

    def show_accounts(self) -> None:
        """Read them anew."""
        while self._form.rowCount():
            self._form.removeRow(0)
        names = self._services.preferences.account_names
        for account, label in self._services.accounts.all().items():
            field = QLineEdit(names.get(account, ""))
            field.setMaxLength(MAX_NAME)
            field.setPlaceholderText(label.name)
            field.setAccessibleName(f"Name of account {label.name}")
            field.editingFinished.connect(
                lambda a=account, f=field: self._services.accounts.rename(a, f.text())
            )
            self._form.addRow(f"Account {label.name}", field)
        self.setVisible(bool(self._form.rowCount()))
