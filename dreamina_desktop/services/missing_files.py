"""At the start: saved images whose files are gone are fetched again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.job import Image, ImageKey, ImageState, Job
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.messages import Condition, Messages, Remedy
from dreamina_desktop.services.ports import ImageFiles

WHOLE_FOLDER = 20  # as many files, all gone: their disk is not there, rather than they are
SLICE = 1000  # files that are looked at together


async def fetch_missing_again(library: Library, files: ImageFiles, messages: Messages) -> None:
    """Make them pending, with a note; or say that the whole folder is not where it was."""
    try:
        missing, is_any_there = await _look(library, files)
        if not missing:
            return
        count = sum(images.bit_count() for images in missing.values())
        if count >= WHOLE_FOLDER and not is_any_there:
            messages.say(
                f"None of the {count:,} saved images is where it was. Is the disk that "
                "holds their folder connected?",
                Remedy.FOLDER,
            )
            return
        await library.change_many(missing, lambda job: _without(job, missing[job.number]))
    except DatabaseError as error:
        messages.hold(Condition.DATABASE, str(error))


async def _look(library: Library, files: ImageFiles) -> tuple[Mapping[int, int], bool]:
    """Whose files are gone, a bit an image by the jobs' numbers, and whether any is there. A slice
    at a time, of which nothing else is kept: an object for each of 300,000 images would be most of
    what the program holds, and letting go of them would stop the window."""
    gone = defaultdict[int, int](int)
    is_any_there = False
    after = ImageKey(0, 0)
    while some := await library.saved_files(after, SLICE):
        after = some[-1][0]
        missing = await files.missing([file for _, file in some])
        for key, file in some:
            if file in missing:
                gone[key.number] |= 1 << key.index
        is_any_there = is_any_there or any(file not in missing for _, file in some)
    return gone, is_any_there


def _without(job: Job, missing: int) -> Job:
    """`missing`: a bit an image."""
    return replace(job, images=tuple(_pending(image, missing) for image in job.images))


def _pending(image: Image, missing: int) -> Image:
    if image.state is not ImageState.SAVED or not missing >> image.key.index & 1:
        return image
    return replace(image, state=ImageState.PENDING, file=None, note="Its file was gone.")
