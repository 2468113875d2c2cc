"""What is seen of the poller, and the limits it keeps to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Connection(Enum):
    """How the API answers."""

    ONLINE = "online"
    OFFLINE = "offline"  # the last answers were no HTTP answers
    DOWN = "down"  # the last answers were all bad ones
    THROTTLED = "throttled"  # waiting out a 429
    REFUSED = "refused"  # 401
    SUBSCRIPTION = "subscription"  # 402
    NO_TOKEN = "no_token"
    PAUSED = "paused"  # by the user
    READ_ONLY = "read_only"  # the library is only read: nothing is asked in this run


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
    reason: str = ""  # of REFUSED, SUBSCRIPTION, OFFLINE, DOWN: in words


@dataclass(frozen=True, slots=True)
class PollLimits:
    """Rates; the ceiling does not hold on loopback (None)."""

    interval_s: float = 10.0
    at_once: int = 8
    per_second: float | None = 4.0
