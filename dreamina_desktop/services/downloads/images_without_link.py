"""Which images miss a link, kept up to date change by change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dreamina_desktop.core.jobs.job import Image, ImageKey, Job, Search
from dreamina_desktop.core.jobs.link_recovery import account
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.ports import Clock


class SoughtImages:
    """Those of removed jobs are not sought."""

    def __init__(self, library: Library, clock: Clock, on_changed: Callable[[], None]) -> None:
        self._library = library
        self._clock = clock
        self._on_changed = on_changed
        self._places: dict[ImageKey, str | None] = {}  # None: at its job; else an account's history
        self._last_came: dict[str, float] = {}  # by account, monotonic seconds
        library.subscribe(self._on_library_changed)

    def load(self) -> None:
        """Once the library is there."""
        for job in self._library.open_jobs():
            self._look_at(job)

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[tuple[Job, Image]]:
        return (self._pair(key) for key in tuple(self._places))

    def accounts(self) -> tuple[str, ...]:
        """In whose histories something is to be found."""
        return tuple({place: None for place in self._places.values() if place is not None})

    def of(self, account: str) -> list[tuple[Job, Image]]:
        """What is to be found in one account's history."""
        return [self._pair(key) for key, place in self._places.items() if place == account]

    def last_came(self, account: str) -> float:
        """When the last one of them began to be sought there."""
        return self._last_came.get(account, 0.0)

    def _on_library_changed(self, changes: ChangeSet) -> None:
        changed = [self._look_at(self._library.job(number)) for number in changes.jobs]
        if any(changed):
            self._on_changed()

    def _look_at(self, job: Job) -> bool:
        """Whether something is different now."""
        changed = [self._look_at_image(job, image) for image in job.images]
        return any(changed)

    def _look_at_image(self, job: Job, image: Image) -> bool:
        if job.removed or image.search is Search.NONE:
            return self._places.pop(image.key, "") != ""
        place = account(job, image) if image.search is Search.HISTORY else None
        if image.key in self._places and self._places[image.key] == place:
            return False
        self._places[image.key] = place
        if place is not None:
            self._last_came[place] = self._clock.monotonic()
        return True

    def _pair(self, key: ImageKey) -> tuple[Job, Image]:
        job = self._library.job(key.number)
        return job, job.images[key.index]
