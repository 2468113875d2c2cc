"""What an answer does to a job: pure, so that every line of the table can be tested alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dreamina_desktop.core.job import Image, ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.record import ImageEntry, JobRecord

NO_LINK = "No link came with this image."
NOT_FOUND_TWICE = 2  # answers in a row


def first_images(number: int, record: JobRecord) -> tuple[Image, ...]:
    """The images of a record that is new here."""
    return tuple(_first(number, entry) for entry in record.images)


def after_record(job: Job, record: JobRecord, source: str, now: float) -> Job:
    """200 with a record. A final record never goes back to one that still runs."""
    asked = replace(job, last_asked_at=now, not_found_count=0, note="")
    if job.record is not None and job.record.is_final and not record.is_final:
        return replace(asked, tracking=Tracking.DONE)
    tracking = Tracking.DONE if record.is_final else _still(job)
    images = tuple(_merged(job, record))
    return replace(asked, record=record, record_source=source, tracking=tracking, images=images)


def after_not_found(job: Job, now: float, note: str) -> Job:
    """404 "Job not found": believed at the second time in a row. What is known stays."""
    count = job.not_found_count + 1
    asked = replace(job, last_asked_at=now, not_found_count=count)
    if job.record is not None and job.record.is_final:
        return replace(asked, tracking=Tracking.DONE, note=note)
    if count < NOT_FOUND_TWICE:
        return replace(asked, note="Not found; asking once more.")
    return replace(asked, tracking=Tracking.NOT_FOUND, note=note)


def after_trouble(job: Job, now: float, reason: str) -> Job:
    """Nothing was said about the job: what is known stays as it is."""
    return replace(job, last_asked_at=now, note=reason)


def _still(job: Job) -> Tracking:
    """A job that was asked by hand while stopped stays stopped."""
    return Tracking.STOPPED if job.tracking is Tracking.STOPPED else Tracking.POLLING


def _merged(job: Job, record: JobRecord) -> Iterator[Image]:
    """Saved images stay; a new link gives a lost one another chance; none is ever dropped."""
    for index in range(max(len(job.images), len(record.images))):
        old = job.images[index] if index < len(job.images) else None
        entry = record.images[index] if index < len(record.images) else None
        if old is None and entry is not None:
            yield _first(job.number, entry)
        elif old is not None:
            yield old if entry is None else _with_entry(old, entry)


def _with_entry(image: Image, entry: ImageEntry) -> Image:
    fresh = entry.url is not None and entry.url != image.entry.url
    if image.state in (ImageState.LOST, ImageState.INVALID) and fresh:
        return replace(image, entry=entry, state=ImageState.PENDING, note="")
    return replace(image, entry=entry)


def _first(number: int, entry: ImageEntry) -> Image:
    key = ImageKey(number, entry.index)
    if entry.url is None:
        return Image(key, entry, ImageState.LOST, note=NO_LINK)
    return Image(key, entry)
