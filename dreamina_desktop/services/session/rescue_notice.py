"""Tells the user that the library was damaged, and what became of it, until that was read."""

from __future__ import annotations

from dreamina_desktop.core import settings
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy
from dreamina_desktop.services.session.preferences import Preferences


class RescueNotice:
    """The words are in the rescued library itself: a run that nobody watches keeps them."""

    def __init__(self, preferences: Preferences, messages: Messages) -> None:
        self._preferences = preferences
        self._messages = messages

    @property
    def words(self) -> str:
        """ "" when there is nothing to tell."""
        words = self._preferences.get(settings.RESCUE_NOTICE)
        return words if isinstance(words, str) else ""

    def show(self) -> None:
        if self.words:
            self._messages.hold(Condition.RESCUED, self.words, Remedy.READ)

    def was_read(self) -> None:
        """The user has seen it: it is not shown again."""
        self._messages.lift(Condition.RESCUED)
        self._preferences.set(settings.RESCUE_NOTICE, None)
