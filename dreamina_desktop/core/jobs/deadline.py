"""Until when an image or a running job can still be had, and from when on that is soon."""

from __future__ import annotations

from dataclasses import dataclass

from dreamina_desktop.core.jobs.failure import KEPT
from dreamina_desktop.core.jobs.job import Image, ImageState, Job, Search, Tracking
from dreamina_desktop.core.jobs.job_id import parts
from dreamina_desktop.core.jobs.link_recovery import is_kept_undecoded
from dreamina_desktop.core.text.dates import utc_time
from dreamina_desktop.core.text.urls import expires_at

LINK_SOON_S = 24 * 3600.0
SERVER_SOON_S = 3 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """Unix seconds. `at` is past where it is over already."""

    at: float
    soon_at: float


_OVER = Deadline(0.0, 0.0)


def job_deadline(job: Job, now: float) -> Deadline | None:
    """The end of a running job's days on the server; None where nothing runs, or where it is
    over."""
    final = job.record is not None and job.record.is_final
    if final or job.removed or job.tracking is not Tracking.POLLING:
        return None
    return _of_server(job, now)


def image_deadline(job: Job, image: Image, now: float) -> Deadline | None:
    """The end of a pending image's link or of its job's days on the server, whichever comes
    first; None for one that is not to be saved. What died before its time is over too."""
    is_coming = image.state is ImageState.PENDING and not is_kept_undecoded(image)
    if job.removed or not is_coming:
        return None
    if image.search is not Search.NONE:
        return _OVER
    server = _of_server(job, now)
    link_at = expires_at(image.url or "")
    if link_at is None:
        return server
    link = Deadline(link_at, link_at - LINK_SOON_S)
    if server is None:
        return link
    return Deadline(min(link.at, server.at), min(link.soon_at, server.soon_at))


def _of_server(job: Job, now: float) -> Deadline | None:
    at = _created(job) + KEPT.total_seconds()
    return Deadline(at, at - SERVER_SOON_S) if at > now else None


def _created(job: Job) -> float:
    """By the record, else by the date in the ID (inferred, docs/api.md), else the latest moment
    that it can be: it was there when it was tracked."""
    if job.record is not None and job.record.created is not None:
        return job.record.created.timestamp()
    inner = parts(job.jobid, utc_time(job.tracked_at))
    if inner is None or inner.created is None:
        return job.tracked_at
    return inner.created.timestamp()
