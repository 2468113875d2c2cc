"""Thumbnails for what is visible: from the store, else made from the saved file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import Imaging, ThumbnailStore
from dreamina_desktop.services.supervisor import Supervisor

ThumbnailListener = Callable[[ImageKey, bytes | None], None]


class Thumbnailer:
    """Works off a wish list that each `want` replaces, so that only visible ones are made."""

    def __init__(
        self, library: Library, store: ThumbnailStore, imaging: Imaging, supervisor: Supervisor
    ) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        """Until cancelled."""
        raise NotImplementedError

    def subscribe(self, listener: ThumbnailListener) -> None:
        """Call `listener` with each JPEG (at most 320 px); None: the file cannot be read."""
        raise NotImplementedError

    def want(self, view: str, keys: Sequence[ImageKey]) -> None:
        """What `view` shows now, most wanted first; replaces what it wanted before."""
        raise NotImplementedError
