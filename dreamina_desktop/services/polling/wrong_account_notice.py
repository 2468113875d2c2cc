"""One message when many IDs seem to belong to another user than the token (inferred)."""

from __future__ import annotations

from collections.abc import Iterable

from dreamina_desktop.core.jobs.job import Job, Tracking
from dreamina_desktop.core.paste.find_ids import parts
from dreamina_desktop.core.text.dates import utc_time
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy

AT_LEAST = 5


class OtherUser:
    """Counts the user numbers in the IDs that the API has not answered yet: an answered one
    proves that the token may see it, whatever its number."""

    def __init__(self, messages: Messages, clock: Clock) -> None:
        self._messages = messages
        self._clock = clock
        self._token_user: int | None = None
        self._users: dict[int, int] = {}  # by job number
        self._others = 0

    def token_changed(self, user_number: int | None) -> None:
        self._token_user = user_number
        self._others = sum(1 for user in self._users.values() if user != user_number)
        self._say()

    def look_at(self, jobs: Iterable[Job]) -> None:
        """These jobs are new or have changed."""
        now = utc_time(self._clock.time())
        for job in jobs:
            self._forget(job.number)
            if _is_unanswered(job) and (inner := parts(job.jobid, now)) and inner.user_number:
                self._users[job.number] = inner.user_number
                self._others += inner.user_number != self._token_user
        self._say()

    def _forget(self, number: int) -> None:
        user = self._users.pop(number, None)
        if user is not None:
            self._others -= user != self._token_user

    def _say(self) -> None:
        many = self._others >= AT_LEAST and self._others > len(self._users) / 2
        if self._token_user is None or not many:
            self._messages.lift(Condition.OTHER_USER)
            return
        self._messages.hold(
            Condition.OTHER_USER,
            f"{self._others:,} of the IDs seem to belong to another user than your token "
            f"(user {self._token_user}). The API finds only your own jobs.",
            Remedy.TOKEN,
        )


def _is_unanswered(job: Job) -> bool:
    waiting = job.tracking in (Tracking.POLLING, Tracking.NOT_FOUND)
    return waiting and not job.removed and job.record_source != "server"
