"""What is known of the whole library without reading its jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dreamina_desktop.core.jobs.job import Batch, Job
from dreamina_desktop.core.jobs.status import status_words


@dataclass(frozen=True, slots=True)
class Known:
    """A job that is here."""

    number: int
    removed: bool


@dataclass(frozen=True, slots=True)
class JobCounts:
    """Of some jobs. `words`: how many of them stand at each word (core.status_words), the most
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
