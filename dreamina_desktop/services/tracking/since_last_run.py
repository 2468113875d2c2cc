"""What happened since the last run, in one message: "38 finished, 37 saved, 1 link had expired"."""

from __future__ import annotations

from collections import Counter

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Search, Tracking
from dreamina_desktop.core.jobs.link_recovery import rests, seeking_note
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.polling.poller import Poller
from dreamina_desktop.services.session.messages import Messages

_EXPIRED = "expired"  # in an image's note


class Meanwhile:
    """Watches what was open at the start, until each job of it was answered once and each image
    was tried once; then says what came of it, and is done."""

    def __init__(self, library: Library, poller: Poller, messages: Messages) -> None:
        """Made after the library was loaded, before the poller runs."""
        self._library = library
        self._poller = poller
        self._messages = messages
        open_jobs = [j for j in library.open_jobs() if j.tracking is Tracking.POLLING]
        self._asked_before = {job.number: job.last_asked_at for job in open_jobs}
        self._jobs = frozenset(self._asked_before)
        self._unanswered = set(self._jobs)
        self._images = {
            image.key: image.note
            for job in library.open_jobs()
            for image in job.images
            if image.state is ImageState.PENDING
        }
        self._told = not (self._jobs or self._images)
        library.subscribe(self._on_changed)
        library.subscribe_to_checks(lambda number: self._on_changed(ChangeSet(frozenset([number]))))

    def _on_changed(self, changes: ChangeSet) -> None:
        if self._told:
            return
        for number in changes.jobs & self._unanswered:
            if self._is_answered(self._library.job(number)):
                self._unanswered.discard(number)
        for number in changes.jobs & self._jobs:
            for image in self._library.job(number).images:
                self._images.setdefault(image.key, "")
        if not self._unanswered and not any(map(self._is_coming, self._images)):
            self._told = True
            if words := self._words():
                self._messages.say(words)

    def _is_answered(self, job: Job) -> bool:
        """A network error is no answer; a job that was removed waits for none."""
        if job.removed or job.tracking is not Tracking.POLLING:
            return True
        asked = job.last_asked_at != self._asked_before[job.number]
        return asked and self._poller.failing_for(job.number) is None

    def _is_coming(self, key: ImageKey) -> bool:
        """Pending, and not yet tried in this run: a failed attempt leaves a note. So does the
        search for a fresh link when it has to wait."""
        image = self._image(key)
        if image is None or image.state is not ImageState.PENDING or rests(image):
            return False
        is_sought = image.search is not Search.NONE and image.note == seeking_note(image)
        return is_sought or image.note == self._images[key]

    def _image(self, key: ImageKey) -> Image | None:
        """None when its job was removed."""
        return None if self._library.job(key.number).removed else self._library.image(key)

    def _words(self) -> str:
        jobs = [self._library.job(number) for number in self._jobs]
        trackings = Counter(job.tracking for job in jobs if not job.removed)
        images = [image for key in self._images if (image := self._image(key)) is not None]
        states = Counter(image.state for image in images)
        sought = sum(i.search is not Search.NONE for i in images)
        expired = sum(i.state is ImageState.LOST and _EXPIRED in i.note for i in images)
        counts = (
            (trackings[Tracking.DONE], "finished", "finished"),
            (trackings[Tracking.NOT_FOUND], "not found", "not found"),
            (states[ImageState.SAVED], "saved", "saved"),
            (sought, "fresh link looked for", "fresh links looked for"),
            (expired, "link had expired", "links had expired"),
            (states[ImageState.LOST] - expired, "image lost", "images lost"),
            (states[ImageState.INVALID], "image unusable", "images unusable"),
        )
        words = [f"{n:,} {one if n == 1 else many}" for n, one, many in counts if n]
        return f"Since the last time: {', '.join(words)}." if words else ""
