"""How long jobs take, learned from those that completed: when to look at one that runs."""

from __future__ import annotations

import math
import statistics
from collections import deque
from dataclasses import dataclass

from dreamina_desktop.core.jobs.record import JobRecord

REMEMBERED = 40  # of a kind: what a model takes changes with its load
ENOUGH = 4  # of a kind, to say anything
LEAST_SPREAD = 0.15  # of the logarithm: a few that happen to agree prove little
EARLY = 1.9  # standard deviations before the median: few are done by then
LATE = 2.5  # after it: nearly all are
JITTER = 0.1  # of a long wait, at most
LONGEST_WAIT = 6  # intervals: a job that fails at once is not noticed later

Kind = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Likely:
    """Between these ages, in seconds, a job of a kind most likely completes."""

    from_s: float
    to_s: float


class Durations:
    """Seconds by type, model and resolution."""

    def __init__(self) -> None:
        self._logs: dict[Kind, deque[float]] = {}

    def note(self, record: JobRecord | None) -> None:
        """A record as it is known; only a completed one with its times teaches anything."""
        if record is None or record.status != "completed" or not record.duration_s:
            return
        logs = self._logs.setdefault(_kind(record), deque(maxlen=REMEMBERED))
        logs.append(math.log(record.duration_s))

    def likely(self, record: JobRecord | None) -> Likely | None:
        """For a job that runs; None where too little is known."""
        logs = self._logs.get(_kind(record)) if record is not None else None
        if logs is None or len(logs) < ENOUGH:
            return None
        middle = statistics.median(logs)
        spread = max(LEAST_SPREAD, statistics.stdev(logs))
        return Likely(math.exp(middle - EARLY * spread), math.exp(middle + LATE * spread))


def next_look_in(interval_s: float, age_s: float, jitter: float, likely: Likely) -> float | None:
    """Seconds to the next look at a job that runs, of an age at which something is known: a long
    wait before it can be done, then the interval as it is. None when it is late: then
    `core.jobs.schedule` says. Never less than the interval; `jitter` is from 0 to 1."""
    if age_s > likely.to_s:
        return None
    wait_s = min(likely.from_s - age_s, interval_s * LONGEST_WAIT)
    return max(interval_s, wait_s * (1 - JITTER * jitter))


def _kind(record: JobRecord) -> Kind:
    return record.type, record.model, record.resolution
