"""How the list of jobs can be ordered and narrowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dreamina_desktop.core.job import Job, Tracking
from dreamina_desktop.core.status_words import status_words


@dataclass(frozen=True, slots=True)
class Order:
    """One way to sort. Among equals the newest goes first."""

    name: str  # kept in the settings
    label: str
    key: Callable[[Job], Any]


def _duration(job: Job) -> float:
    seconds = job.record.duration_s if job.record and job.record.is_final else None
    return -seconds if seconds is not None else 1.0


def _text(value: str | None) -> tuple[bool, str]:
    """Rows without a value go last."""
    return not value, (value or "").casefold()


ORDERS = (
    Order("newest", "Newest first", lambda job: -job.number),
    Order("oldest", "Oldest first", lambda job: job.number),
    Order("status", "By status", lambda job: status_words(job).word),
    Order("prompt", "By prompt", lambda job: _text(job.record.prompt if job.record else None)),
    Order("model", "By model", lambda job: _text(job.record.model if job.record else None)),
    Order("duration", "Longest first", _duration),
)

ALL = "All"
EXPIRING = "Expiring"  # a filter too; what it holds changes with time (services.deadlines)

FILTERS: dict[str, Callable[[Job], bool]] = {
    ALL: lambda _job: True,
    "Running": lambda job: job.tracking is Tracking.POLLING,
    "Completed": lambda job: job.status == "completed",
    "Failed": lambda job: job.status == "failed",
    "Not found": lambda job: job.tracking is Tracking.NOT_FOUND,
}


def ordered(jobs: Iterable[Job], order: Order, wanted: Callable[[Job], bool]) -> list[int]:
    """The numbers of the wanted jobs, in order."""
    rows = sorted((job for job in jobs if wanted(job)), key=lambda job: -job.number)
    rows.sort(key=order.key)
    return [job.number for job in rows]
