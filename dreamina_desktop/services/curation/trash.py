"""Move files of images to the system's trash; their records, thumbnails and references stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job
from dreamina_desktop.core.jobs.marks import Flag
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.library import SLICE, Library
from dreamina_desktop.services.ports import Trash
from dreamina_desktop.services.session.task_runner import LongWork, Work
from dreamina_desktop.services.session.undo import UndoHistory

Change = Callable[[Image], Image]
AT_ONCE = 20  # images: so many are moved before it is written down
NOTE = "Moved to the trash."


@dataclass
class Heap:
    """What would be moved of some images, and what is spared of them."""

    keys: list[ImageKey] = field(default_factory=list)
    size_bytes: int = 0
    picked: int = 0
    sources: int = 0  # of upscales that are kept
    without_file: int = 0


class TrashCan:
    """Picked images stay, and those of which a kept upscale was made."""

    def __init__(self, library: Library, trash: Trash, undo: UndoHistory, work: LongWork) -> None:
        self._library = library
        self._trash = trash
        self._undo = undo
        self._work = work

    async def look(self, keys: Sequence[ImageKey]) -> Heap:
        """What it would come to. Raises DatabaseError."""
        heap = Heap()
        for start in range(0, len(keys), SLICE):
            some = keys[start : start + SLICE]
            numbers = dict.fromkeys(key.number for key in some)
            jobs = {job.number: job for job in await self._library.fetch(numbers)}
            sources = await self._library.upscaled(numbers)
            for key in some:
                if (job := jobs.get(key.number)) and key.index < len(job.images):
                    _sort(heap, job, key, is_source=key in sources)
        return heap

    def move(self, heap: Heap) -> None:
        """With progress and a way back, as far as the system allows it."""
        moved: dict[ImageKey, tuple[str, str]] = {}  # the file, and where it is now
        refused: list[ImageKey] = []

        async def step(rows: Sequence[int]) -> None:
            is_first = not moved
            await self._move([heap.keys[row] for row in rows], moved, refused)
            if moved and is_first:
                label = f"Move {counted(len(heap.keys), 'image')} to the trash"
                self._undo.push(label, lambda: self._back(moved))

        async def end() -> str:
            words = (
                f"Moved {counted(len(moved), 'image')} to the trash. Their references still work."
            )
            if refused:
                words += f" The system's trash took {len(refused):,} of them not: they stay."
            return words

        what = f"Moving {counted(len(heap.keys), 'image')} to the trash"
        self._work.start(Work(what, range(len(heap.keys)), AT_ONCE, step, end, "images"))

    async def _move(
        self,
        keys: Sequence[ImageKey],
        moved: dict[ImageKey, tuple[str, str]],
        refused: list[ImageKey],
    ) -> None:
        """Moved first: what is not written down then, by a run that is killed, is fetched again."""
        images = await self._saved(keys)
        places = await self._trash.move([image.file or "" for image in images])
        gone = {
            image.key: (image.file or "", place)
            for image, place in zip(images, places, strict=True)
            if place is not None
        }
        refused += [image.key for image in images if image.key not in gone]
        await self._change(
            gone, lambda image: replace(image, state=ImageState.TRASHED, file=None, note=NOTE)
        )
        moved |= gone

    async def _saved(self, keys: Sequence[ImageKey]) -> list[Image]:
        """Those that are still there."""
        jobs = {job.number: job for job in await self._library.fetch(key.number for key in keys)}
        images = (jobs[key.number].images[key.index] for key in keys if key.number in jobs)
        return [image for image in images if image.file and image.state is ImageState.SAVED]

    async def _back(self, moved: Mapping[ImageKey, tuple[str, str]]) -> None:
        """Raises OSError where the trash gives none of them back."""
        pairs = list(moved.items())
        restored: dict[ImageKey, str] = {}
        for start in range(0, len(pairs), AT_ONCE):
            some = pairs[start : start + AT_ONCE]
            back = await self._trash.restore([(Path(p), Path(f)) for _, (f, p) in some])
            here = {key: file for (key, (file, _)), ok in zip(some, back, strict=True) if ok}
            await self._change(here, partial(_back_at, here))
            restored |= here
        if not restored:
            raise OSError("The trash has been emptied.")

    async def _change(self, keys: Mapping[ImageKey, object], change: Change) -> None:
        numbers = dict.fromkeys(key.number for key in keys)
        await self._library.change_many(numbers, lambda job: _with(job, keys, change))


def _sort(heap: Heap, job: Job, key: ImageKey, *, is_source: bool) -> None:
    image = job.images[key.index]
    if image.state is not ImageState.SAVED or not image.file:
        heap.without_file += 1
    elif job.marks_of(key.index).flag is Flag.PICKED:
        heap.picked += 1
    elif is_source:
        heap.sources += 1
    else:
        heap.keys.append(key)
        heap.size_bytes += image.size_bytes or 0


def _back_at(files: Mapping[ImageKey, str], image: Image) -> Image:
    return replace(image, state=ImageState.SAVED, file=files[image.key], note="")


def _with(job: Job, keys: Mapping[ImageKey, object], change: Change) -> Job:
    images = (change(image) if image.key in keys else image for image in job.images)
    return replace(job, images=tuple(images))
