"""The few facts about a job by which it is found, filtered and sorted."""

from __future__ import annotations

from dataclasses import dataclass

from dreamina_desktop.core.account import account_of
from dreamina_desktop.core.job import ImageState, Job, Search, Tracking
from dreamina_desktop.core.search_terms import folded, without_ending
from dreamina_desktop.core.status_words import status_words

PROMPT_KEY = 120  # characters that sorting compares
MOST_TEXT = 20_000  # characters that are searched


@dataclass(frozen=True, slots=True)
class Summary:
    """Derived from a job alone, so that it can be made again at any time. Texts are folded
    (core.search_terms); times are Unix seconds."""

    number: int
    removed: bool
    is_open: bool
    batch: int
    tracking: str
    status: str  # the API's word
    word: str  # as people see the status
    model: str
    resolution: str
    prompt: str  # its beginning
    account: str
    created: float | None
    duration_s: float | None
    images: int
    saved: int
    text: str  # all that is searched


def is_open(job: Job) -> bool:
    """Whether something is still to be done for a job: ask for it, or fetch its images."""
    if job.removed:
        return False
    return job.tracking is Tracking.POLLING or any(
        image.state is ImageState.PENDING or image.search is not Search.NONE for image in job.images
    )


def saved_count(job: Job) -> int:
    """How many of its images are here."""
    return sum(image.state is ImageState.SAVED for image in job.images)


def summarize(job: Job) -> Summary:
    """The summary of a job as it is now."""
    record = job.record
    prompt = folded(record.prompt) if record and record.prompt else ""
    model = folded(record.model) if record and record.model else ""
    word = status_words(job).word
    return Summary(
        number=job.number,
        removed=job.removed,
        is_open=is_open(job),
        batch=job.batch,
        tracking=job.tracking.value,
        status=job.status,
        word=word,
        model=model,
        resolution=folded(record.resolution) if record and record.resolution else "",
        prompt=" ".join(prompt[:PROMPT_KEY].split()),
        account=account_of(job.jobid) or "",
        created=record.created.timestamp() if record and record.created else None,
        duration_s=record.duration_s if record and record.is_final else None,
        images=len(job.images),
        saved=saved_count(job),
        text="\n".join(
            (f"{job.number} {without_ending(folded(job.jobid))}", model, " ".join(prompt.split()))
        )[:MOST_TEXT],
    )
