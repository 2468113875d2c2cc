"""Find an image's file that is there already: of a library that was damaged, or moved back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from dreamina_desktop.core.export import file_name
from dreamina_desktop.core.jobs.job import Image, ImageKey, Job
from dreamina_desktop.core.text.dates import local_time
from dreamina_desktop.services.downloads.orphaned_parts import proved_image
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import ImageFiles, Imaging


class KeptFiles:
    """A file of the right name is not yet proof: another library may use the same folder."""

    def __init__(
        self,
        library: Library,
        files: ImageFiles,
        imaging: Imaging,
        rescued_numbers: int,
        known_folders: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`rescued_numbers`: up to which number jobs are older than a rescue of the library. No
        number is given twice, so the files of theirs are taken by their names. `known_folders`:
        looked into beside the one for new images."""
        self._known_folders = known_folders
        self._library = library
        self._files = files
        self._imaging = imaging
        self._rescued_numbers = rescued_numbers
        self._others: dict[ImageKey, set[Path]] = {}  # of the right name, but not the image

    def forget(self, key: ImageKey) -> None:
        """Look for it as if for the first time."""
        self._others.pop(key, None)

    async def find(self, key: ImageKey) -> Image | None:
        """The image as a saved one, or as one that cannot be proved now, if its file is in one of
        the folders that were used: a disk that was away may be back at any time."""
        job = self._library.job(key.number)
        image = job.images[key.index]
        if image.sha256 is None and key.number > self._rescued_numbers:
            return None
        try:
            for file in await self._find(job, key):
                if file in self._others.get(key, ()):
                    continue
                if (found := await self._proved(image, file)) is not None:
                    return found
                self._others.setdefault(key, set()).add(file)
        except OSError:
            pass  # then it is fetched
        return None

    async def _find(self, job: Job, key: ImageKey) -> Sequence[Path]:
        return await self._files.find(_folders(job), (key.number, key.index), self._known_folders())

    async def _proved(self, image: Image, file: Path) -> Image | None:
        size_bytes, sha256 = await self._files.digest(file)
        if image.sha256 not in (None, sha256):
            return None  # the user's own
        return await proved_image(image, file, self._imaging, size_bytes, sha256)


def day_of(job: Job) -> datetime:
    """The day of the job in local time."""
    created = job.record.created if job.record else None
    return local_time(job.tracked_at if created is None else created)


def _folders(job: Job) -> list[str]:
    """Its day's; the days beside it, as the time zone may have changed since."""
    day = day_of(job).date()
    days = []
    for beside in (0, -1, 1):
        try:
            days.append(day + timedelta(days=beside))
        except OverflowError:
            continue
    return [file_name.folder(each) for each in days]
