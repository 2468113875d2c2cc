"""The few facts about a job by which it is found, filtered and sorted, and what is known of the
whole library without reading its jobs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dreamina_desktop.core.jobs.job import Batch, ImageState, Job, Search, Tracking
from dreamina_desktop.core.jobs.lineage import Source, job_key, sources, uri_of
from dreamina_desktop.core.jobs.marks import Flag, Marks
from dreamina_desktop.core.jobs.status import status_words
from dreamina_desktop.core.search.terms import without_ending
from dreamina_desktop.core.text.accounts import account_of
from dreamina_desktop.core.text.folding import folded


@dataclass(frozen=True, slots=True)
class Known:
    """A job that is here."""

    number: int
    removed: bool


@dataclass(frozen=True, slots=True)
class JobCounts:
    """Of some jobs. `words`: how many of them stand at each word (core.jobs.status), the most
    frequent first."""

    words: Mapping[str, int]
    images: int = 0

    @classmethod
    def of(cls, jobs: Sequence[Job]) -> JobCounts:
        counts = Counter(status_words(job).word for job in jobs)
        words = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        return cls(words, sum(len(job.images) for job in jobs))


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """Of all jobs, removed ones too, but for the images."""

    last_number: int = 0  # the highest given so far
    batches: tuple[Batch, ...] = ()  # oldest first
    accounts: tuple[str, ...] = ()  # in the order in which jobs were tracked
    images: int = 0  # of the shown jobs
    saved: int = 0  # of these, how many are here


PROMPT_KEY = 120  # characters that sorting compares
MOST_TEXT = 20_000  # characters that are searched
MOST_SAID = 2_000  # of them of an error, or of the tags and the note of an image
MOST_IMAGES = 62  # of a job: what an integer of SQLite has bits for


@dataclass(frozen=True, slots=True)
class Summary:
    """Derived from a job alone, so that it can be made again at any time. Texts are folded
    (core.search.terms); times are Unix seconds."""

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
    label: str
    account: str
    created: float | None
    duration_s: float | None
    images: int
    saved: int
    key: int  # of its ID (job_key)
    type: str
    ratio: str
    made_at: float  # created, else tracked
    here: int  # which images are saved: a bit each from the first, as all that follow
    picked: int
    rejected: int
    stars_1: int  # with at least so many
    stars_2: int
    stars_3: int
    stars_4: int
    stars_5: int
    text: str  # all that is searched
    uris: tuple[str | None, ...]  # of its images (core.jobs.lineage)
    sources: tuple[Source, ...]  # what it was made from


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
    label = folded(job.label)
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
        label=label,
        account=account_of(job.jobid) or "",
        created=record.created.timestamp() if record and record.created else None,
        duration_s=record.duration_s if record and record.is_final else None,
        images=len(job.images),
        saved=saved_count(job),
        key=job_key(job.jobid),
        type=folded(record.type) if record and record.type else "",
        ratio=folded(record.ratio) if record and record.ratio else "",
        made_at=record.created.timestamp() if record and record.created else job.tracked_at,
        here=_bits(i.key.index for i in job.images if i.state is ImageState.SAVED),
        picked=_bits(_marked(job, lambda marks: marks.flag is Flag.PICKED)),
        rejected=_bits(_marked(job, lambda marks: marks.flag is Flag.REJECTED)),
        stars_1=_bits(_marked(job, lambda marks: marks.rating >= 1)),
        stars_2=_bits(_marked(job, lambda marks: marks.rating >= 2)),
        stars_3=_bits(_marked(job, lambda marks: marks.rating >= 3)),
        stars_4=_bits(_marked(job, lambda marks: marks.rating >= 4)),
        stars_5=_bits(_marked(job, lambda marks: marks.rating >= 5)),
        text="\n".join(
            filter(
                None,
                (
                    f"{job.number} {without_ending(folded(job.jobid))}",
                    model,
                    label,
                    _failure(job, word),
                    " ".join(prompt.split()),  # before what has no bound, so that it is whole
                    *_said(job),
                ),
            )
        )[:MOST_TEXT],
        uris=tuple(uri_of(image.entry) for image in job.images),
        sources=sources(record) if record else (),
    )


def _bits(indexes: Iterable[int]) -> int:
    return sum(1 << index for index in indexes if index < MOST_IMAGES)


def _marked(job: Job, holds: Callable[[Marks], bool]) -> Iterator[int]:
    return (index for index, marks in enumerate(job.marks) if holds(marks))


def _failure(job: Job, word: str) -> str:
    """What went wrong, in our words and the server's."""
    record = job.record
    if record is None or record.status != "failed":
        return folded(job.note)
    said = (word, record.code, record.error, record.error_details)
    return " ".join(folded(" ".join(filter(None, said))).split())[:MOST_SAID]


def _said(job: Job) -> Iterator[str]:
    """Tags and notes of its images."""
    for marks in job.marks:
        if text := " ".join((*marks.tags, marks.note)).strip():
            yield " ".join(folded(text).split())[:MOST_SAID]
