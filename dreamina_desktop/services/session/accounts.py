"""The short names of the accounts in the library's jobs."""

from __future__ import annotations

from collections.abc import Callable

from dreamina_desktop.core.text.accounts import AccountLabel, account_of, labels, mask_addresses
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.listeners import Listeners
from dreamina_desktop.services.session.preferences import Preferences


class Accounts:
    """Lettered in the order in which jobs were tracked, so that a letter never changes."""

    def __init__(self, library: Library, preferences: Preferences) -> None:
        self._library = library
        self._preferences = preferences
        self._listeners = Listeners[[]]()
        self._seen = 0  # accounts that have labels
        self._labels: dict[str, AccountLabel] = {}
        library.subscribe(self._on_changed)
        preferences.subscribe(self._on_setting_changed)

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when labels changed."""
        self._listeners.add(listener)

    def label(self, text: str | None) -> AccountLabel | None:
        """The label of the account that a job ID or an assetRef embeds; None without one."""
        account = account_of(text) if text else None
        return self.all().get(account) if account else None

    def all(self) -> dict[str, AccountLabel]:
        """Labels by account, in their order."""
        if self._seen != len(self._library.accounts):
            self._make_labels()
        return self._labels

    def rename(self, account: str, name: str) -> None:
        """Give an account a name; "" goes back to its letter."""
        names = self._preferences.account_names
        names.pop(account, None)
        if name.strip():
            names[account] = name.strip()
        self._preferences.account_names = names

    def masked(self, text: str) -> str:
        """`text` with every e-mail address replaced by a short name."""
        return mask_addresses(text, self.all())

    def _make_labels(self) -> None:
        accounts = self._library.accounts
        self._seen = len(accounts)
        self._labels = labels(accounts, self._preferences.account_names)

    def _on_changed(self, changes: ChangeSet) -> None:
        if changes.listed:
            before = self._labels
            if self.all() != before:
                self._tell()

    def _on_setting_changed(self, name: str) -> None:
        if name == "account_names":
            self._make_labels()
            self._tell()

    def _tell(self) -> None:
        self._listeners.tell()
