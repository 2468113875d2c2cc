"""At the start: saved images whose files are gone are fetched again."""

from __future__ import annotations

from dataclasses import replace

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.job import Image, ImageState, Job
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.messages import Condition, Messages, Remedy
from dreamina_desktop.services.ports import ImageFiles

WHOLE_FOLDER = 20  # as many files, all gone: their disk is not there, rather than they are


async def fetch_missing_again(library: Library, files: ImageFiles, messages: Messages) -> None:
    """Make them pending, with a note; or say that the whole folder is not where it was."""
    saved = [
        image.file
        for job in library.shown()
        for image in job.images
        if image.state is ImageState.SAVED and image.file
    ]
    missing = await files.missing(saved)
    if not missing:
        return
    if len(missing) >= max(WHOLE_FOLDER, len(set(saved))):
        messages.say(
            f"None of the {len(saved):,} saved images is where it was. Is the disk that holds "
            "their folder connected?",
            Remedy.FOLDER,
        )
        return
    jobs = [
        job.number for job in library.shown() if any(image.file in missing for image in job.images)
    ]
    try:
        await library.change_many(jobs, lambda job: _without(job, missing))
    except DatabaseError as error:
        messages.hold(Condition.DATABASE, str(error))


def _without(job: Job, missing: set[str]) -> Job:
    return replace(job, images=tuple(_pending(image, missing) for image in job.images))


def _pending(image: Image, missing: set[str]) -> Image:
    if image.state is not ImageState.SAVED or image.file not in missing:
        return image
    return replace(image, state=ImageState.PENDING, file=None, note="Its file was gone.")
