"""Ask the API about every job that polls: one task, one heap of due times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from dreamina_desktop.services.library import Library
from dreamina_desktop.services.messages import Messages
from dreamina_desktop.services.ports import Clock, JobApi
from dreamina_desktop.services.supervisor import Supervisor


class Connection(Enum):
    """How the API answers."""

    ONLINE = "online"
    OFFLINE = "offline"  # the last answers were no HTTP answers
    THROTTLED = "throttled"  # waiting out a 429
    REFUSED = "refused"  # 401
    SUBSCRIPTION = "subscription"  # 402, 403
    NO_TOKEN = "no_token"
    PAUSED = "paused"  # by the user


@dataclass(frozen=True, slots=True)
class PollStatus:
    """What the poller does at this moment; all that the status bar says comes from here."""

    connection: Connection
    polling: int  # jobs that will be asked again
    checking: int  # requests under way
    overdue: int  # jobs that are due and wait for their turn
    next_in_s: float | None  # seconds to the next request; None when none is planned
    backlog_s: float  # how long the overdue ones take at today's rate
    failing: int  # jobs whose last answer was trouble
    reason: str = ""  # of REFUSED, SUBSCRIPTION, OFFLINE, THROTTLED: in words


@dataclass(frozen=True, slots=True)
class PollLimits:
    """Rates; the ceiling does not hold on loopback (None)."""

    interval_s: float = 10.0
    at_once: int = 8
    per_second: float | None = 4.0


class Poller:
    """Runs for the whole life of the program; pausing and refusal are states, not ends."""

    def __init__(
        self,
        api: JobApi,
        library: Library,
        messages: Messages,
        supervisor: Supervisor,
        clock: Clock,
        limits: PollLimits,
        jitter: Callable[[], float],
    ) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        """Until cancelled."""
        raise NotImplementedError

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `status` changed in more than its seconds."""
        raise NotImplementedError

    @property
    def status(self) -> PollStatus:
        raise NotImplementedError

    def due_in(self, number: int) -> float | None:
        """Seconds until a job is asked (0: now or under way); None when it is not polled."""
        raise NotImplementedError

    def failing_for(self, number: int) -> float | None:
        """Seconds since a job's answers have all been trouble; None when the last was none."""
        raise NotImplementedError

    def wake(self) -> None:
        """Jobs began or stopped to poll, or the machine woke up: look again."""
        raise NotImplementedError

    def check_now(self, numbers: Iterable[int]) -> None:
        """Ask for these first, even finished ones, within the same limits."""
        raise NotImplementedError

    def refresh_now(self) -> bool:
        """Make every polling job due. False when it was done less than 5 s ago."""
        raise NotImplementedError

    def pause(self) -> None:
        raise NotImplementedError

    def resume(self) -> None:
        raise NotImplementedError

    def set_interval(self, interval_s: float) -> None:
        raise NotImplementedError

    def token_changed(self, *, present: bool, user_number: int | None) -> None:
        """There is another token (or none): leave REFUSED, SUBSCRIPTION or NO_TOKEN, and ask
        once more for what was not found. `user_number`: the one in the token, if it has one."""
        raise NotImplementedError
