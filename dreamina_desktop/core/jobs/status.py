"""A job's state as people see it: a shape, a word and a colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dreamina_desktop.core.jobs.failure import explain
from dreamina_desktop.core.jobs.job import Job, Tracking
from dreamina_desktop.core.jobs.record import JobRecord

Role = Literal["pending", "completed", "failed", "muted", "info"]


@dataclass(frozen=True, slots=True)
class StatusWords:
    """`icon` names a shape, `word` says it, `role` colours it: none of the three alone."""

    icon: str
    word: str
    role: Role
    code: str = ""  # raw, of a failure


def status_words(job: Job, *, waiting: str = "") -> StatusWords:
    """`waiting`: why nothing is asked at the moment ("paused", "no token"), else ""."""
    record = job.record
    if record is not None and record.status == "completed":
        return StatusWords("check", _word_of_completed(job, record), "completed")
    if record is not None and record.status == "failed":
        failure = explain(record)
        return StatusWords("failed", failure.short, "failed", failure.code or "")
    if job.tracking is Tracking.NOT_FOUND:
        return StatusWords("question", "not found", "muted")
    if job.tracking is Tracking.STOPPED:
        return StatusWords("stop", "not checked any more", "muted")
    if waiting:
        return StatusWords("pause", f"waiting: {waiting}", "pending")
    return StatusWords("ring", _word_of_running(job), "pending")


def why_without_images(job: Job) -> str:
    """What became of the images of a completed job that has none, as a sentence; else ""."""
    record = job.record
    if record is None or record.status != "completed" or job.images:
        return ""
    if record.is_video:
        return "It is a video, which is not saved here."
    return (
        "The API says that it is completed, and no image was found in its answer: that may have a "
        "form that is not known here. The details show it raw."
    )


def _word_of_completed(job: Job, record: JobRecord) -> str:
    """Never that alone where there is nothing to show for it."""
    if job.images:
        return "completed"
    return "completed video" if record.is_video else "completed, no image found"


def _word_of_running(job: Job) -> str:
    """An unknown status is shown raw."""
    record = job.record
    if record is None:
        return "not found so far" if job.not_found_count else "not checked yet"
    return "running" if record.status == "created" else record.status


def runs(job: Job) -> bool:
    """Whether the job's clock still runs, as far as is known."""
    final = job.record is not None and job.record.is_final
    return not final and job.tracking is Tracking.POLLING


def seconds_run(job: Job, now: float) -> float | None:
    """How long it ran, or has been running; None where that is not known."""
    if job.record is None:
        return None
    if runs(job):
        return max(0.0, now - job.record.created.timestamp()) if job.record.created else None
    return job.record.duration_s if job.record.is_final else None
