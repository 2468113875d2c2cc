"""Whether the disk has room for images, and takes them."""

from __future__ import annotations

from dreamina_desktop.services.messages import Condition, Messages, Remedy
from dreamina_desktop.services.ports import Clock, ImageFiles
from dreamina_desktop.services.sizes import size_words

LEAST_FREE_BYTES = 2_000_000_000
LEAST_FREE_SHARE = 0.05
LOOK_EVERY_S = 5.0
AFTER_REFUSAL_S = 10.0  # then one image finds out whether the disk takes it


class Room:
    """Closes when there is too little room or the disk refused bytes, and opens by itself."""

    def __init__(self, files: ImageFiles, messages: Messages, clock: Clock) -> None:
        self._files = files
        self._messages = messages
        self._clock = clock
        self._looked_at: float | None = None
        self._free: int | None = None
        self._is_short = False
        self._refused_until: float | None = None
        self._closed_since: float | None = None

    @property
    def is_closed(self) -> bool:
        refused = self._refused_until is not None and self._clock.monotonic() < self._refused_until
        return self._is_short or refused

    @property
    def is_trial(self) -> bool:
        """The disk refused before and has not taken anything since: one image at a time."""
        return self._refused_until is not None

    @property
    def closed_since(self) -> float | None:
        """Monotonic seconds; None while images are taken."""
        return self._closed_since

    @property
    def free_bytes(self) -> int | None:
        """At the last look; None when that is not known."""
        return self._free

    async def look(self) -> None:
        """Ask how much is free, at most every few seconds."""
        now = self._clock.monotonic()
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = now
        try:
            self._free, total = await self._files.free_bytes()
        except OSError:
            self._free = None  # writing will show what the matter is
            return
        least = max(LEAST_FREE_BYTES, total * LEAST_FREE_SHARE)
        self._is_short = self._free < least
        if self._is_short:
            self._close(
                f"Saving has stopped: {size_words(self._free)} of the disk are free, and "
                f"{size_words(round(least))} have to stay free. It goes on by itself."
            )
        elif self._refused_until is None:
            self._open()

    def refused(self, reason: str) -> None:
        """The disk did not take an image. `reason` is a sentence."""
        self._refused_until = self._clock.monotonic() + AFTER_REFUSAL_S
        self._close(f"Images cannot be saved. {reason} It is tried again by itself.")

    def took_one(self) -> None:
        """An image is on the disk."""
        self._refused_until = None
        if not self._is_short:
            self._open()

    def nobody_waits(self) -> None:
        """No image is to be saved: whether there is room is of no interest."""
        self._looked_at = None
        self._is_short = False
        self._refused_until = None
        self._open()

    def _close(self, text: str) -> None:
        if self._closed_since is None:
            self._closed_since = self._clock.monotonic()
        self._messages.hold(Condition.DISK, text, Remedy.FOLDER)

    def _open(self) -> None:
        self._closed_since = None
        self._messages.lift(Condition.DISK)
