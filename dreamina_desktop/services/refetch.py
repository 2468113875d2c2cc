"""Download again, by hand: what is missing of the images of some jobs, or of very many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dreamina_desktop.core.counting import counted
from dreamina_desktop.core.job import Image, ImageKey, ImageState, Job
from dreamina_desktop.core.recovery import again
from dreamina_desktop.services.downloader import Downloader
from dreamina_desktop.services.library import SLICE, Library
from dreamina_desktop.services.long_work import LongWork, Work
from dreamina_desktop.services.missing_files import WHOLE_FOLDER
from dreamina_desktop.services.ports import ImageFiles, ThumbnailStore

OTHERWISE = "Its file was gone or changed."


class Refetch:
    """Saved images are looked at: those whose file is gone or has another size are fetched, and
    what lies there stays. A file that is as it was saved is never fetched again."""

    def __init__(
        self,
        library: Library,
        files: ImageFiles,
        thumbnails: ThumbnailStore,
        downloader: Downloader,
        work: LongWork,
    ) -> None:
        self._library = library
        self._files = files
        self._thumbnails = thumbnails
        self._downloader = downloader
        self._work = work

    def start(self, numbers: Sequence[int]) -> None:
        """For the images of these jobs."""
        found = _Found()

        async def step(some: Sequence[int]) -> None:
            await self._look_at(some, found)

        async def end() -> str:
            return await self._fetch(found)

        jobs = counted(len(numbers), "job")
        self._work.start(Work(f"Looking at the files of {jobs}", numbers, SLICE, step, end))

    async def _look_at(self, numbers: Sequence[int], found: _Found) -> None:
        saved: dict[str, Image] = {}
        for job in await self._library.fetch(numbers):
            for image in job.images:
                if image.state is ImageState.SAVED and image.file:
                    saved[image.file] = image
                elif image.state is not ImageState.TRASHED:
                    found.not_saved.append(image.key)
        for file, size_bytes in (await self._files.sizes(list(saved))).items():
            image = saved[file]
            if size_bytes and image.size_bytes in (None, size_bytes):
                found.whole += 1
            else:
                found.broken.append(image.key)

    async def _fetch(self, found: _Found) -> str:
        if len(found.broken) >= WHOLE_FOLDER and not found.whole:
            return (
                f"None of {len(found.broken):,} saved images is where it was, so nothing was "
                "begun. Is the disk that holds their folder connected?"
            )
        keys = frozenset(found.broken)
        numbers = dict.fromkeys(key.number for key in found.broken)
        await self._library.change_many(numbers, lambda job: _without(job, keys))
        for key in found.broken:  # it may have been made of what is there now
            await self._thumbnails.drop(key)
        self._downloader.retry(found.not_saved)
        return found.words()


@dataclass
class _Found:
    """What the files of some jobs are like."""

    whole: int = 0
    broken: list[ImageKey] = field(default_factory=list)
    not_saved: list[ImageKey] = field(default_factory=list)

    def words(self) -> str:
        missing = len(self.broken) + len(self.not_saved)
        if not missing and not self.whole:
            return "These jobs have no images yet."
        if not missing:
            return f"Nothing to download: all {self.whole:,} images are here."
        images = f"{missing:,} {'image' if missing == 1 else 'images'}"
        here = f"{self.whole:,} {'is' if self.whole == 1 else 'are'} here"
        return f"Downloading {images} again; {here}."


def _without(job: Job, keys: frozenset[ImageKey]) -> Job:
    return replace(job, images=tuple(_begun_anew(i) if i.key in keys else i for i in job.images))


def _begun_anew(image: Image) -> Image:
    return replace(again(image), file=None, note=OTHERWISE)
