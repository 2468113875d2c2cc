"""The short names of the accounts in the library's jobs."""

from __future__ import annotations

from collections.abc import Callable

from dreamina_desktop.core.account import AccountLabel
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.preferences import Preferences


class Accounts:
    """Lettered in the order in which jobs were tracked, so that a letter never changes."""

    def __init__(self, library: Library, preferences: Preferences) -> None:
        raise NotImplementedError

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when labels changed."""
        raise NotImplementedError

    def label(self, text: str | None) -> AccountLabel | None:
        """The label of the account that a job ID or an assetRef embeds; None without one."""
        raise NotImplementedError

    def all(self) -> dict[str, AccountLabel]:
        """Labels by account, in their order."""
        raise NotImplementedError

    def rename(self, account: str, name: str) -> None:
        """Give an account a name; "" goes back to its letter."""
        raise NotImplementedError

    def masked(self, text: str) -> str:
        """`text` with every e-mail address replaced by a short name."""
        raise NotImplementedError
