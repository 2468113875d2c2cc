"""Whether the disk has room for images, and takes them; sizes in words that a person uses."""

from __future__ import annotations

from collections.abc import Callable

from dreamina_desktop.services.ports import Clock, ImageFiles
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy


def size_words(size_bytes: int) -> str:
    """Decimal units: "712 MB", "3.2 GB", "40 GB"."""
    if size_bytes < 1_000_000_000:
        return f"{size_bytes / 1e6:,.0f} MB"
    gigabytes = size_bytes / 1e9
    return f"{gigabytes:,.1f} GB" if gigabytes < 10 else f"{gigabytes:,.0f} GB"


RESERVE_BYTES = 2_000_000_000  # stay free, for all else that the disk is for
RESERVE_SHARE = 0.1  # of a disk that is smaller than ten times that
LOOK_EVERY_S = 5.0
AFTER_REFUSAL_S = 10.0  # then one image finds out whether the disk takes it


class Room:
    """Closes when there is too little room or the disk refused bytes, and opens by itself."""

    def __init__(
        self,
        files: ImageFiles,
        messages: Messages,
        clock: Clock,
        reserve_bytes: Callable[[], int | None] = lambda: None,
    ) -> None:
        """`reserve_bytes`: what the user wants to stay free; None: `default_reserve`."""
        self._files = files
        self._messages = messages
        self._clock = clock
        self._wanted_reserve = reserve_bytes
        self._reserve = 0
        self._reason = ""
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
    def reason(self) -> str:
        """Why it is closed, as a sentence or two; "" while images are taken."""
        return self._reason

    @property
    def free_bytes(self) -> int | None:
        """At the last look; None when that is not known."""
        return self._free

    @property
    def reserve_bytes(self) -> int:
        """What has to stay free, as of the last look."""
        return self._reserve

    @property
    def is_due(self) -> bool:
        """Whether `look` would ask again."""
        since = self._looked_at
        return since is None or self._clock.monotonic() - since >= LOOK_EVERY_S

    async def look(self, coming_bytes: int = 0) -> None:
        """Ask how much is free, at most every few seconds. `coming_bytes`: of the images that
        come next."""
        if not self.is_due:
            return
        self._looked_at = self._clock.monotonic()
        try:
            self._free, total = await self._files.free_bytes()
        except OSError:
            self._free = None  # writing will show what the matter is
            return
        wanted = self._wanted_reserve()
        self._reserve = default_reserve(total) if wanted is None else wanted
        self._is_short = self._free < self._reserve + coming_bytes
        if self._is_short:
            self._close(
                f"Saving has stopped: {size_words(self._free)} of the disk are free, and "
                f"{size_words(self._reserve)} have to stay free. Make room, or choose "
                "another folder: then it goes on by itself."
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
        self._reason = text
        if self._closed_since is None:
            self._closed_since = self._clock.monotonic()
        self._messages.hold(Condition.DISK, text, Remedy.FOLDER)

    def _open(self) -> None:
        self._closed_since, self._reason = None, ""
        self._messages.lift(Condition.DISK)


def default_reserve(total_bytes: int) -> int:
    """What stays free on a disk of this size."""
    return min(RESERVE_BYTES, round(total_bytes * RESERVE_SHARE))
