"""Whether the API's address can be right: one that knows no job at all gives none up for good.

A wrong base path, a gateway and another installation answer alike about every job. So "not found"
is believed only as long as there are records between such answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dreamina_desktop.core.jobs.answer import NotFound
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy

DOUBTED_FROM = 5  # jobs in a row, and no record
REASON = (
    "The API has no record of one job after another, so none of them is given up. Is its address "
    "(--api-url) right, and is the token the one that made them?"
)
REMEDY = "If both are right, stop or remove those jobs."


@dataclass(frozen=True, slots=True)
class Missing:
    """The last answer about a job of which the API has no record."""

    answer: NotFound
    at: float  # monotonic


class AddressCheck:
    """Jobs in a row of which the API has no record, since its last record."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._row: dict[int, Missing] = {}

    @property
    def is_doubtful(self) -> bool:
        return len(self._row) >= DOUBTED_FROM

    @property
    def row(self) -> Mapping[int, Missing]:
        """Those jobs, by number."""
        return self._row

    def missed(self, number: int, missing: Missing) -> None:
        """The API has no record of a job."""
        self._row[number] = missing
        self._say()

    def forget(self, number: int) -> None:
        """The user does not want a job to be asked any more."""
        if self._row.pop(number, None) is not None:
            self._say()

    def begin_anew(self) -> None:
        """A record came, or there is another token."""
        if self._row:
            self._row = {}
            self._say()

    def _say(self) -> None:
        if self.is_doubtful:
            self._messages.hold(Condition.ADDRESS, f"{REASON} {REMEDY}", Remedy.CHECK_NOW)
        else:
            self._messages.lift(Condition.ADDRESS)
