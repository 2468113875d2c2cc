"""Download again, by hand: what is missing of the images of some jobs, or of very many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job
from dreamina_desktop.core.jobs.link_recovery import again
from dreamina_desktop.core.text.wording import counted, plural
from dreamina_desktop.services.downloads.downloader import Downloader
from dreamina_desktop.services.downloads.images_folder import folder_of
from dreamina_desktop.services.downloads.missing_files import MissingFiles
from dreamina_desktop.services.library import SLICE, Library
from dreamina_desktop.services.ports import ImageFiles, ThumbnailStore
from dreamina_desktop.services.session.task_runner import LongWork, Work

OTHERWISE = "Its file was gone or changed."


class Refetch:
    """Saved images are looked at: those whose file is gone or has another size are fetched, and
    what lies there stays. A file that is as it was saved is never fetched again, nor is one that
    was moved with its folder, or whose disk is away."""

    def __init__(
        self,
        library: Library,
        files: ImageFiles,
        thumbnails: ThumbnailStore,
        downloader: Downloader,
        missing: MissingFiles,
        work: LongWork,
    ) -> None:
        self._library = library
        self._files = files
        self._thumbnails = thumbnails
        self._downloader = downloader
        self._missing = missing
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
        missing: list[Image] = []
        for file, size_bytes in (await self._files.sizes(list(saved))).items():
            if size_bytes is None:
                missing.append(saved[file])
            else:
                found.note(saved[file], folder_of(file), size_bytes)
        await self._look_elsewhere(missing, found)

    async def _look_elsewhere(self, missing: Sequence[Image], found: _Found) -> None:
        """Where they would be now."""
        places = await self._missing.places(missing)
        await self._missing.move(places)
        found.whole += len(places)
        for image in missing:
            if image.key not in places:
                found.missing[folder_of(image.file or "")].append(image.key)

    async def _fetch(self, found: _Found) -> str:
        for folder, gone in found.missing.items():
            if folder in found.folders or await self._missing.folder.is_there(folder):
                found.broken += gone
            else:
                found.away += len(gone)
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
    folders: set[str] = field(default_factory=set)  # that are there
    missing: dict[str, list[ImageKey]] = field(default_factory=lambda: defaultdict(list))
    away: int = 0  # in folders that are not there: they stay as they are
    broken: list[ImageKey] = field(default_factory=list)
    not_saved: list[ImageKey] = field(default_factory=list)

    def note(self, image: Image, folder: str, size_bytes: int) -> None:
        """A file is there."""
        self.folders.add(folder)
        if size_bytes and image.size_bytes in (None, size_bytes):
            self.whole += 1
        else:
            self.broken.append(image.key)

    def words(self) -> str:
        fetched = self._fetched_words()
        if not self.away:
            return fetched
        away = plural(
            self.away,
            "1 saved image is in a folder that is not there now, and was left as it is.",
            "{n} saved images are in a folder that is not there now, and were left as they are.",
        )
        begun = f"{fetched} " if self.whole or self.broken or self.not_saved else ""
        return f"{begun}{away} Is the disk that holds it connected?"

    def _fetched_words(self) -> str:
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
