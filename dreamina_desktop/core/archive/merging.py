"""What becomes of a job of another library when it is merged into this one. Pure.

What is here and what the user said here stays; what is missing is added. So the same archive
can be added again at any time, and the second time changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from dreamina_desktop.core.jobs.job import (
    Image,
    ImageKey,
    ImageState,
    Job,
    Search,
    clean_label,
    labelled_where_empty,
)
from dreamina_desktop.core.jobs.link_recovery import again, is_kept_undecoded
from dreamina_desktop.core.jobs.marks import Flag, Marks, clean_note, clean_tags
from dreamina_desktop.core.jobs.transition import after_paste, places_here

COMING = "Its file is in an archive that was not added to its end. Add that again."
NOT_IN_IT = "Its file was not in the archive."


def as_new(job: Job, files: Collection[int]) -> Job:
    """A job that is not here, before its files are. `files`: the indexes of the images whose
    files are to come; nobody else shall fetch these, and one whose file does not come is `lost`
    until the archive is added again."""
    images = tuple(_without_file(image, files) for image in job.images)
    marks = tuple(cleaned(each) for each in job.marks)
    given = None if job.given_label is None else clean_label(job.given_label)
    return replace(job, images=images, marks=marks, given_label=given)


def aligned(here: Job, there: Job) -> tuple[Job, Mapping[int, int]]:
    """A job there with its images and marks at the indexes that they have here, and these by their
    own: answers in different orders may have come."""
    if there.record is None:
        return there, {}
    entries = tuple(replace(image.entry, index=image.key.index) for image in there.images)
    record = replace(there.record, images=entries, elsewhere=False)
    places = places_here(replace(here, record=None), record, replaces=False)
    if all(index == place for index, place in places.items()):
        return there, {}
    images = {image.key.index: image for image in here.images}
    moved = replace(there, marks=())
    for image in there.images:
        place = places[image.key.index]
        entry = replace(image.entry, index=place)
        images[place] = replace(image, key=ImageKey(there.number, place), entry=entry)
        moved = moved.with_marks(place, there.marks_of(image.key.index))
    return replace(moved, images=tuple(images[index] for index in sorted(images))), places


def united(here: Job, there: Job, files: Collection[int]) -> Job:
    """A job that is here, with what it lacks: a record that says more, images, a label."""
    job = after_paste(here, there.record) if there.record is not None else here
    job = labelled_where_empty(job, clean_label(there.given_label or ""))
    known = len(here.images)
    images = [
        _coming(image) if image.key.index >= known and image.key.index in files else image
        for image in job.images
    ]
    for image in there.images[len(images) :]:
        moved = replace(image, key=ImageKey(here.number, image.key.index))
        images.append(_without_file(moved, files))
    return replace(job, images=tuple(images))


def united_marks(here: Marks, there: Marks) -> Marks:
    """Each mark that was given here stays; tags come together."""
    there = cleaned(there)
    return Marks(
        here.flag if here.flag is not Flag.NONE else there.flag,
        here.rating or there.rating,
        here.tagged(there.tags).tags if there.tags else here.tags,
        here.note or there.note,
    )


def cleaned(marks: Marks) -> Marks:
    """As if they had been given here: nothing endless, nothing invisible."""
    return replace(marks, tags=clean_tags(marks.tags), note=clean_note(marks.note))


def highest_kept(jobs: int) -> int:
    """Up to which number the jobs of another library, so many, may keep theirs here. Numbers are
    given one after another, so that one far above comes from a forgery or an accident: kept, it
    would be where the numbers here go on."""
    return 2 * jobs + 10_000


def renumbered(job: Job, number: int, batch: int) -> Job:
    """The same job under another number."""
    images = tuple(replace(i, key=ImageKey(number, i.key.index)) for i in job.images)
    return replace(job, number=number, batch=batch, images=images)


def is_here(image: Image) -> bool:
    """Whether no file is wanted for an image: it has one, or the user threw it away."""
    return image.state in (ImageState.SAVED, ImageState.TRASHED)


def _without_file(image: Image, files: Collection[int]) -> Image:
    if image.key.index in files:
        return _coming(image)
    bare = replace(image, file=None)
    if image.state is not ImageState.SAVED and not is_kept_undecoded(image):
        return bare
    fetched = again(bare)
    return replace(fetched, note=fetched.note or NOT_IN_IT)


def _coming(image: Image) -> Image:
    """Lost, and not pending: what is pending is fetched by its link, which may be long dead."""
    return replace(
        image, state=ImageState.LOST, file=None, note=COMING, search=Search.NONE, died=""
    )
