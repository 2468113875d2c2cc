"""Saved images whose files are not where they were: looked for where they would be now, then
fetched again, or asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job
from dreamina_desktop.core.text.wording import plural
from dreamina_desktop.services.downloads.images_folder import ImagesFolder, folder_of, place_in
from dreamina_desktop.services.library import SLICE as JOBS_AT_ONCE
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import Clock, ImageFiles
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy

SLICE = 1000  # files that are looked at together
LOOK_AGAIN_EVERY_S = 10.0  # while some are not where they were
LEAST_MOST = 3  # files of more than half a library: fewer are never asked about

Bits = dict[int, int]  # images, a bit an image by the jobs' numbers


@dataclass
class _Folder:
    """What is recorded in one folder of images."""

    count: int = 0
    seen: list[str] = field(default_factory=list)  # files that are there
    lost: list[str] = field(default_factory=list)  # some that are not
    missing: Bits = field(default_factory=lambda: defaultdict(int))


class MissingFiles:
    """Before an image counts as gone it is looked for where it was, and where it would be now: in
    the folder for new images and in every other that was used. What is in a folder whose disk is
    away stays saved; what is gone from a folder that is there is fetched again, unless that is
    most of the library."""

    def __init__(
        self,
        library: Library,
        files: ImageFiles,
        folder: ImagesFolder,
        messages: Messages,
        clock: Clock,
    ) -> None:
        self.folder = folder
        self._library = library
        self._files = files
        self._messages = messages
        self._clock = clock
        self._not_there = 0
        self._asked_about: Bits = {}
        self._total = 0
        self._clues: Sequence[str] = ()  # files whose return changes the matter
        self._looked_at = 0.0

    @property
    def count(self) -> int:
        """How many saved images are not where they were, and were not found elsewhere."""
        return self._not_there

    @property
    def question(self) -> str:
        """What the user is asked about the folder or the files; else ""."""
        return self.folder.question or self._words()

    async def look(self) -> None:
        """Look at every saved file, and do what the class says."""
        try:
            await self._look()
        except DatabaseError as error:
            self._messages.hold(Condition.DATABASE, str(error))

    async def look_again(self) -> None:
        """From time to time, while something is missing: its disk may be back."""
        now = self._clock.monotonic()
        if not self._not_there or now - self._looked_at < LOOK_AGAIN_EVERY_S:
            return
        self._looked_at = now
        if len(await self._files.missing(self._clues)) < len(self._clues):
            await self.look()

    async def fetch(self) -> None:
        """What was asked about is fetched again. Raises DatabaseError."""
        missing = self._asked_about
        await self._library.change_many(missing, lambda job: _without(job, missing[job.number]))
        self._not_there, self._asked_about = 0, {}
        self._messages.lift(Condition.FILES_GONE)

    async def use_folder(self) -> None:
        """The user says that the folder for new images is the right one. Raises OSError."""
        await self.folder.use_it()
        await self.look()

    async def folder_chosen(self) -> None:
        """Another folder for new images: what is missing may be there."""
        await self.folder.choose()
        await self.look()

    async def places(self, images: Collection[Image]) -> Mapping[ImageKey, str]:
        """Of images whose files are not where they were: where they are now. Those that are
        nowhere are left out."""
        found: dict[ImageKey, str] = {}
        by_folder: dict[str, list[Image]] = defaultdict(list)
        for image in images:
            by_folder[folder_of(image.file or "")].append(image)
        for folder, some in by_folder.items():
            for other in self.folder.known:
                if other != folder and (left := [i for i in some if i.key not in found]):
                    found |= await self._places_in(other, left, folder)
        return found

    async def move(self, places: Mapping[ImageKey, str]) -> None:
        """These images are there now. Raises DatabaseError."""
        numbers = dict.fromkeys(key.number for key in places)
        await self._library.change_many(numbers, lambda job: _moved(job, places))

    # -- the look -------------------------------------------------------------------------------

    async def _look(self) -> None:
        folders = await self._folders()
        self.folder.note_recorded({name: each.seen for name, each in folders.items()})
        self._looked_at = self._clock.monotonic()
        self._clues = [file for each in folders.values() for file in each.lost]
        gone: list[Bits] = []
        away: dict[str, Bits] = {}
        for name, each in folders.items():
            if each.missing and (left := await self._not_moved(each.missing)):
                if await self.folder.is_there(name):
                    gone.append(left)
                else:
                    away[name] = left
        await self._judge(_joined(gone), away, sum(each.count for each in folders.values()))

    async def _folders(self) -> Mapping[str, _Folder]:
        """A slice at a time, of which little else is kept: an object for each of 300,000 images
        would be most of what the program holds."""
        folders: dict[str, _Folder] = defaultdict(_Folder)
        after = ImageKey(0, 0)
        while some := await self._library.saved_files(after, SLICE):
            after = some[-1][0]
            missing = await self._files.missing([file for _, file in some])
            for key, file in some:
                folder = folders[folder_of(file)]
                folder.count += 1
                if file in missing:
                    folder.missing[key.number] |= 1 << key.index
                    folder.lost += [file] if len(folder.lost) < LEAST_MOST else []
                elif len(folder.seen) < LEAST_MOST:
                    folder.seen.append(file)
        return folders

    async def _not_moved(self, missing: Bits) -> Bits:
        """Those that are nowhere; what is found elsewhere is recorded there."""
        left = dict(missing)
        numbers = list(missing)
        for start in range(0, len(numbers), JOBS_AT_ONCE):
            jobs = await self._library.fetch(numbers[start : start + JOBS_AT_ONCE])
            places = await self.places([i for job in jobs for i in _among(job, missing)])
            await self.move(places)
            for key in places:
                left[key.number] &= ~(1 << key.index)
        return {number: bits for number, bits in left.items() if bits}

    async def _places_in(
        self, other: str, images: Sequence[Image], folder: str
    ) -> Mapping[ImageKey, str]:
        """A file of the right name and size is taken where `other` is `folder`, moved; else its
        bytes have to be those of the image: another library may use the same folder."""
        places = {image.key: place_in(other, image.file or "") for image in images}
        sizes = await self._files.sizes(list(places.values()))
        there = [i for i in images if (size := sizes.get(places[i.key])) and size == i.size_bytes]
        if there and not await self.folder.are_the_same(folder, other):
            there = [image for image in there if await self._has_bytes(image, places[image.key])]
        return {image.key: places[image.key] for image in there}

    async def _has_bytes(self, image: Image, file: str) -> bool:
        try:
            _, sha256 = await self._files.digest(Path(file))
        except OSError:
            return False
        return sha256 == image.sha256

    async def _judge(self, gone: Bits, away: Mapping[str, Bits], total: int) -> None:
        """Gone from folders that are there; away with the others."""
        all_of_it = _joined([gone, *away.values()])
        self._total = total
        self._asked_about = all_of_it if _is_most(_count(all_of_it), total) else {}
        self._not_there = _count(all_of_it)
        if self.folder.is_recorded or self.folder.question:
            await self.folder.look()
        if gone and not self._asked_about:
            await self._library.change_many(gone, lambda job: _without(job, gone[job.number]))
            self._not_there -= _count(gone)
        self._say(away)

    def _say(self, away: Mapping[str, Bits]) -> None:
        if self.folder.question or not self._asked_about:
            self._messages.lift(Condition.FILES_GONE)
        else:
            self._messages.hold(
                Condition.FILES_GONE, self._words(), Remedy.FOLDER, Remedy.FETCH_MISSING
            )
        if away and not self.question:
            folder, missing = next(iter(away.items()))
            self._messages.say(_away_words(_count(missing), folder), Remedy.FOLDER)

    def _words(self) -> str:
        if not self._asked_about:
            return ""
        return (
            f"{_count(self._asked_about):,} of {self._total:,} saved images are not where they "
            "were. Connect the disk that holds them, or choose the folder that they are in now. "
            "Nothing is downloaded again until you say so."
        )


def _is_most(count: int, total: int) -> bool:
    return count >= LEAST_MOST and 2 * count > total


def _away_words(count: int, folder: str) -> str:
    return plural(
        count,
        f"1 saved image is in a folder that is not there now: {folder}",
        f"{{n}} saved images are in a folder that is not there now: {_escaped(folder)}",
    )


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _joined(some: Iterable[Bits]) -> Bits:
    joined: Bits = {}
    for each in some:
        for number, bits in each.items():
            joined[number] = joined.get(number, 0) | bits
    return joined


def _count(bits: Bits) -> int:
    return sum(each.bit_count() for each in bits.values())


def _among(job: Job, bits: Bits) -> list[Image]:
    """The saved images of a job that are among these."""
    wanted = bits[job.number]
    return [i for i in job.images if i.state is ImageState.SAVED and wanted >> i.key.index & 1]


def _moved(job: Job, places: Mapping[ImageKey, str]) -> Job:
    images = (
        replace(i, file=places[i.key]) if i.key in places and i.state is ImageState.SAVED else i
        for i in job.images
    )
    return replace(job, images=tuple(images))


def _without(job: Job, missing: int) -> Job:
    """`missing`: a bit an image."""
    return replace(job, images=tuple(_pending(image, missing) for image in job.images))


def _pending(image: Image, missing: int) -> Image:
    if image.state is not ImageState.SAVED or not missing >> image.key.index & 1:
        return image
    return replace(image, state=ImageState.PENDING, file=None, note="Its file was gone.")
