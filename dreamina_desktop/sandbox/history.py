"""An account's history upstream: every image that was made, newest first, and videos among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dreamina_desktop.sandbox.sample import SampleImage, SampleJob, SampleVideo
from dreamina_desktop.sandbox.timeline import Timeline

DEFAULT_COUNT = 20
MAX_COUNT = 100


@dataclass(frozen=True, slots=True)
class Made:
    """Something that was made at a time, in Unix seconds."""

    at: float
    thing: SampleVideo | tuple[SampleJob, SampleImage]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of it. `next_offset`: None at the end."""

    made: Sequence[Made]
    next_offset: int | None


class History:
    """Of all accounts. What the API has forgotten is still in it."""

    def __init__(
        self, jobs: Iterable[SampleJob], videos: Iterable[SampleVideo], timeline: Timeline
    ) -> None:
        self._jobs = tuple(jobs)
        self._videos = tuple(videos)
        self._timeline = timeline
        self._accounts = {job.account for job in self._jobs}
        self._accounts |= {video.account for video in self._videos}

    def knows(self, account: str) -> bool:
        return account in self._accounts

    def page(self, account: str, count: int, offset: int, now: float) -> Page:
        made = sorted(self._made(account, now), key=lambda one: one.at, reverse=True)
        end = offset + count
        return Page(made[offset:end], end if end < len(made) else None)

    def _made(self, account: str, now: float) -> Iterable[Made]:
        for video in self._videos:
            if video.account == account:
                yield Made(video.created, video)
        for job in self._jobs:
            if job.account == account and self._has_images(job, now):
                ended = self._timeline.end(job)
                for image in reversed(job.images):
                    yield Made(ended, (job, image))

    def _has_images(self, job: SampleJob, now: float) -> bool:
        return self._timeline.is_over(job, now) and self._timeline.fault(job) is None


def number(text: str | None, otherwise: int, least: int, most: int) -> int:
    """A number of a query. Raises ValueError where it is none from `least` to `most`."""
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise ValueError
    return int(text)
