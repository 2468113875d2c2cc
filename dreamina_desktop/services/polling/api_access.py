"""Whether the API lets us in: no token, a refused one, or no subscription."""

from __future__ import annotations

from collections.abc import Iterator

from dreamina_desktop.core.jobs.answer import Refused
from dreamina_desktop.services.holds import Hold, Work
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy
from dreamina_desktop.services.traffic.poll_status import Connection


class Access:
    """Closed at the start, until a token is there."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._token_read = False
        self.closed_by: Connection | None = Connection.NO_TOKEN
        self.reason = ""  # in words, where the API said one
        self.tokens = 0  # how many there were: an answer belongs to the one it was asked with

    def token_changed(self, *, present: bool) -> None:
        self._token_read = True
        self.tokens += 1
        self._set(None if present else Connection.NO_TOKEN, "")

    def refuse(self, answer: Refused) -> None:
        """401 or 402: one lasting message, and nothing more is asked."""
        subscription = answer.http_status == 402
        self._set(Connection.SUBSCRIPTION if subscription else Connection.REFUSED, answer.message)
        if subscription:
            self._messages.hold(
                Condition.SUBSCRIPTION,
                f"The API asks for a subscription{_said(answer.message)}. Renew it at useapi.net, "
                "then check now.",
                Remedy.CHECK_NOW,
            )
        else:
            said = _said("" if answer.http_status == 401 else answer.message)
            self._messages.hold(
                Condition.REFUSED,
                f"The API refused the token{said}. Checking goes on when there is one that works.",
                Remedy.TOKEN,
            )

    def holds(self) -> Iterator[Hold]:
        """Why nothing is asked. Before the token is read, none is missing."""
        match self.closed_by:
            case Connection.NO_TOKEN if self._token_read:
                yield _hold("There is no token: set USEAPI_TOKEN, or enter one in the settings.")
            case Connection.REFUSED:
                yield _hold("The API refused the token.")
            case Connection.SUBSCRIPTION:
                yield _hold(f"The API asks for a subscription: {self.reason}")

    def try_subscription_again(self) -> bool:
        """The user says that it was renewed. False where another thing keeps us out."""
        if self.closed_by is not Connection.SUBSCRIPTION:
            return False
        self._set(None, "")
        return True

    def ask_for_token(self, *, needed: bool) -> None:
        """Say that a token is missing, as long as there is something to ask."""
        if self.closed_by is not Connection.NO_TOKEN or not self._token_read:
            return
        if needed:
            self._messages.hold(
                Condition.NO_TOKEN, "To check jobs, the API's token is needed.", Remedy.TOKEN
            )
        else:
            self._messages.lift(Condition.NO_TOKEN)

    def _set(self, closed_by: Connection | None, reason: str) -> None:
        self.closed_by = closed_by
        self.reason = reason
        for condition in (Condition.NO_TOKEN, Condition.REFUSED, Condition.SUBSCRIPTION):
            self._messages.lift(condition)


def _hold(reason: str) -> Hold:
    return Hold(reason, stops=Work.JOBS, asks_user=True)


def _said(message: str) -> str:
    plain = message.strip().rstrip(".")
    return f" ({plain})" if plain else ""
