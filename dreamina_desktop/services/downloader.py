"""Save every finished image before its link dies, the soonest to die first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.messages import Messages
from dreamina_desktop.services.ports import Clock, ImageFiles, ImageSource, Imaging
from dreamina_desktop.services.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class DownloadStatus:
    """What the downloader does at this moment."""

    pending: int  # images still to be saved
    fetching: int  # requests under way
    disk_full: bool  # stopped by itself; goes on when there is room
    next_in_s: float | None  # seconds to the next request; None when none is planned


class Downloader:
    """Four at once. An image is saved only when it is whole on disk and Pillow decoded it."""

    def __init__(
        self,
        source: ImageSource,
        files: ImageFiles,
        imaging: Imaging,
        library: Library,
        messages: Messages,
        supervisor: Supervisor,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        """Until cancelled."""
        raise NotImplementedError

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when `status` changed in more than its seconds."""
        raise NotImplementedError

    @property
    def status(self) -> DownloadStatus:
        raise NotImplementedError

    def is_fetching(self, key: ImageKey) -> bool:
        """Whether this image's bytes are coming at this moment."""
        raise NotImplementedError

    def failing_for(self, key: ImageKey) -> float | None:
        """Seconds since every attempt for this image failed; None before the first failure."""
        raise NotImplementedError

    def retry(self, keys: Iterable[ImageKey]) -> None:
        """Try lost, invalid and waiting images again, now."""
        raise NotImplementedError

    def pause(self) -> None:
        raise NotImplementedError

    def resume(self) -> None:
        raise NotImplementedError
