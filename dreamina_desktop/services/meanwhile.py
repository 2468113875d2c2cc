"""What happened since the last run, in one message: "38 finished, 37 saved, 1 link had expired"."""

from __future__ import annotations

from dreamina_desktop.core.job import ImageKey, ImageState, Tracking
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.messages import Messages
from dreamina_desktop.services.poller import Poller


class Meanwhile:
    """Watches what was open at the start, until each of it was asked once and its images are
    settled; then says it, and is done."""

    def __init__(self, library: Library, poller: Poller, messages: Messages) -> None:
        """Made after the library was loaded, before the poller runs."""
        self._library = library
        self._poller = poller
        self._messages = messages
        self._jobs = {j.number for j in library.shown() if j.tracking is Tracking.POLLING}
        self._images: set[ImageKey] = {
            image.key
            for job in library.shown()
            for image in job.images
            if image.state is ImageState.PENDING
        }
        self._unasked = set(self._jobs)
        self._told = not (self._jobs or self._images)
        if not self._told:
            library.subscribe(self._on_changed)

    def _on_changed(self, changes: ChangeSet) -> None:
        if self._told:
            return
        self._unasked -= {n for n in changes.jobs if self._was_answered(n)}
        for number in changes.jobs & self._jobs:
            self._images.update(image.key for image in self._library.job(number).images)
        if not self._unasked and not self._coming():
            self._told = True
            if words := self._words():
                self._messages.say(words)

    def _was_answered(self, number: int) -> bool:
        return self._library.job(number).last_asked_at is not None

    def _coming(self) -> bool:
        return any(self._state(key) is ImageState.PENDING for key in self._images)

    def _state(self, key: ImageKey) -> ImageState | None:
        image = self._library.image(key)
        return image.state if image else None

    def _words(self) -> str:
        jobs = [self._library.job(number) for number in self._jobs]
        states = [self._state(key) for key in self._images]
        counts = (
            (sum(job.tracking is Tracking.DONE for job in jobs), "finished"),
            (states.count(ImageState.SAVED), "saved"),
            (states.count(ImageState.LOST), "lost: the link had expired or was refused"),
            (states.count(ImageState.INVALID), "not usable"),
            (sum(job.tracking is Tracking.NOT_FOUND for job in jobs), "not found"),
        )
        words = ", ".join(f"{count:,} {word}" for count, word in counts if count)
        return f"Since the last time: {words}." if words else ""
