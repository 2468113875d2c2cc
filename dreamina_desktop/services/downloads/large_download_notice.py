"""Says before many images come how much that is, and how much is free."""

from __future__ import annotations

from collections.abc import Collection

from dreamina_desktop.core.jobs.job import Image
from dreamina_desktop.core.text import urls
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.downloads.disk_space import size_words
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy

LARGE_IMAGES = 50
LARGE_BYTES = 1_000_000_000
GUESSED_BYTES = 1_000_000  # of an image whose reference does not say


class Backlog:
    """One message a backlog; lifted when nothing comes any more."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._told = False

    @property
    def told(self) -> bool:
        return self._told

    def say(
        self, some: Collection[Image], count: int, free_bytes: int | None, reserve_bytes: int = 0
    ) -> None:
        """So many images are about to come; `some` of them, by which the size is reckoned. Of
        what is free `reserve_bytes` stay free."""
        size = sum(map(expected_bytes, some)) * count // max(1, len(some))
        fits = free_bytes is None or size + reserve_bytes <= free_bytes
        if self._told or (fits and count <= LARGE_IMAGES and size <= LARGE_BYTES):
            return
        self._told = True
        free = f", {size_words(free_bytes)} are free" if free_bytes is not None else ""
        coming = f"About {size_words(size)} are coming ({counted(count, 'image')}){free}"
        if fits:
            self._messages.hold(Condition.BACKLOG, f"{coming}.")
            return
        self._messages.hold(
            Condition.BACKLOG,
            f"{coming}, of which {size_words(reserve_bytes)} stay free: not all of them fit. Make "
            "room, or choose a folder on another disk.",
            Remedy.FOLDER,
        )

    def over(self) -> None:
        """Nothing comes any more."""
        if self._told:
            self._told = False
            self._messages.lift(Condition.BACKLOG)


def expected_bytes(image: Image) -> int:
    """By its reference (inferred, docs/api.md)."""
    reference = urls.parse(image.entry.asset_ref or "")
    return reference.size_bytes if reference else GUESSED_BYTES
