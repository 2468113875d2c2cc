"""What an answer does to a job: pure, so that every line of the table can be tested alone. Facts
that an earlier answer said and this one leaves out are kept beside the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from dreamina_desktop.core.jobs.found_images import ELSEWHERE, MOST_IMAGES
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Search, Tracking
from dreamina_desktop.core.jobs.lineage import uri_of
from dreamina_desktop.core.jobs.link_recovery import can_be_in_history, job_had_none, without_link
from dreamina_desktop.core.jobs.record import ImageEntry, JobRecord

_LASTING = (  # said while a job runs, and the same ever after
    "type",
    "model",
    "created",
    "prompt",
    "ratio",
    "resolution",
    "source_jobid",
    "source_index",
    "reply_ref",
)


def completed(record: JobRecord, known: JobRecord) -> JobRecord:
    """A record with the facts of `known` that it lacks; the same where it lacks none."""
    missing = {
        name: fact
        for name in _LASTING
        if getattr(record, name) is None and (fact := getattr(known, name)) is not None
    }
    return replace(record, **missing) if missing else record


def as_json(record: JobRecord) -> dict[str, Any]:
    """A record in the API's form: `core.jobs.record.parse_record` reads the same from it."""
    request = {
        "prompt": record.prompt,
        "ratio": record.ratio,
        "resolution": record.resolution,
        "jobid": record.source_jobid,
        "imageIndex": record.source_index,
        "replyRef": record.reply_ref,
        **{f"imageRef_{number}": reference for number, reference in record.references},
    }
    value = {
        "jobid": record.jobid,
        "status": record.status,
        "type": record.type,
        "model": record.model,
        "created": record.created and record.created.isoformat(),
        "updated": record.updated and record.updated.isoformat(),
        "request": _said(request),
        "response": {
            "images": [image_json(entry) for entry in record.images],
            **({ELSEWHERE: True} if record.elsewhere else {}),
        },
        "error": record.error,
        "errorDetails": record.error_details,
        "code": record.code,
    }
    return _said(value)


def image_json(entry: ImageEntry) -> dict[str, Any]:
    """An element of `images`."""
    return _said(
        {
            "imageUrl": entry.url,
            "imageUri": entry.uri,
            "width": entry.width,
            "height": entry.height,
            "format": entry.format,
            "assetId": entry.asset_id,
            "assetRef": entry.asset_ref,
            "itemId": entry.item_id,
        }
    )


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: fact for name, fact in fields.items() if fact is not None}


NOT_FOUND_ONCE = "Not found; it is asked once more."
CLOCK_SLACK = 0.95  # of an interval: timers are never exact
NOT_FOUND_TWICE = 2  # answers in a row, an interval apart


def first_images(number: int, record: JobRecord) -> tuple[Image, ...]:
    """The images of a pasted record that is new here."""
    return tuple(_first(number, entry) for entry in record.images)


def after_record(job: Job, record: JobRecord, source: str, now: float) -> Job:
    """200 with a record. A final record never goes back to one that still runs."""
    asked = replace(job, last_asked_at=now, not_found_count=0, note="")
    if goes_back(job, record):
        return _asked_for_links(replace(asked, tracking=Tracking.DONE))
    return _asked_for_links(_with_record(asked, record, source))


def after_paste(job: Job, record: JobRecord) -> Job:
    """A pasted record of a job that is here already: taken when it says more than is known."""
    final = record.is_final and not (job.record is not None and job.record.is_final)
    if job.record is not None and not final:
        return job
    return _with_record(job, record, "paste")


def after_not_found(job: Job, now: float, note: str, missing_s: float, interval_s: float) -> Job:
    """The API has no record of a job: believed at the second time in a row, when an interval has
    passed since the first one (`missing_s`, by a clock that nobody sets). What is known stays."""
    asked = replace(job, last_asked_at=now, note=note, not_found_count=job.not_found_count + 1)
    asked = _asked_for_links(asked)
    if job.record is not None and job.record.is_final:
        return replace(asked, tracking=Tracking.DONE)
    if job.tracking is not Tracking.POLLING or job.not_found_count >= NOT_FOUND_TWICE:
        return replace(asked, tracking=_still_missing(job))
    if job.not_found_count == 0:
        return replace(asked, note=NOT_FOUND_ONCE)
    if missing_s < interval_s * CLOCK_SLACK:
        return job
    return replace(asked, tracking=Tracking.NOT_FOUND)


def not_missed(job: Job) -> Job:
    """That it was not found once means nothing: the API knows no job at all."""
    return replace(job, not_found_count=0, note="")


def ask_again(job: Job) -> Job:
    """For a job that was not found, after the token or the API's URL changed: one more 404
    settles it."""
    return replace(job, tracking=Tracking.POLLING)


def after_trouble(job: Job, now: float, reason: str) -> Job:
    """Nothing was said about the job: what is known stays as it is."""
    return replace(job, last_asked_at=now, note=reason)


def goes_back(job: Job, record: JobRecord) -> bool:
    """Whether a final record would be replaced by one that says less: that still runs (one from
    a paste may be: the server knows better), or that lacks images or facts known here."""
    if job.record is None or not job.record.is_final:
        return False
    if not record.is_final:
        return job.record_source != "paste"
    if len(record.images) < len(job.record.images) and not _is_better_placed(record, job.record):
        return True
    return _lacks(placed(job, record), job.record)


def _is_better_placed(new: JobRecord, known: JobRecord) -> bool:
    """Whether images stand where they belong that had been found elsewhere."""
    return known.elsewhere and bool(new.images) and not new.elsewhere


def _lacks(new: JobRecord, known: JobRecord) -> bool:
    """A fresh answer may bring other links, but takes nothing away that is known."""
    return _takes_away(_facts(known), _facts(new)) or any(
        _takes_away(_image_facts(old), _image_facts(entry))
        for old, entry in zip(known.images, new.images, strict=False)
    )


def _takes_away(known: Sequence[object], new: Sequence[object]) -> bool:
    return any(old is not None and fact is None for old, fact in zip(known, new, strict=True))


def _facts(record: JobRecord) -> Sequence[object]:
    return (
        record.type,
        record.model,
        record.created,
        record.prompt,
        record.ratio,
        record.resolution,
        record.source_jobid,
        record.source_index,
    )


def _image_facts(entry: ImageEntry) -> Sequence[object]:
    """Links are none: they die."""
    return (
        entry.uri,
        entry.width,
        entry.height,
        entry.format,
        entry.asset_id,
        entry.asset_ref,
        entry.item_id,
    )


def is_same_json(before: bytes, after: bytes) -> bool:
    """Whether two raw records say the same, white space and the order of keys aside."""
    if before == after:
        return True
    try:
        return bool(json.loads(before) == json.loads(after))
    except (ValueError, RecursionError):
        return False


def placed(job: Job, record: JobRecord) -> JobRecord:
    """A record with each image at the index that it has here. `itemId` and `imageUri` say which it
    is; its place says so only where they do not. What has no index here gets a new one."""
    here = zip(job.images, record.images, strict=False)
    if all(_fits(job, image, record, entry) for image, entry in here):
        return record
    places = places_here(job, record, replaces=True)
    entries = {image.key.index: image.entry for image in job.images}
    for entry in record.images:
        entries[places[entry.index]] = replace(entry, index=places[entry.index])
    images = [entries[index] for index in range(max(places.values()) + 1)]
    return replace(record, images=tuple(images[:MOST_IMAGES]))


def places_here(job: Job, record: JobRecord, *, replaces: bool) -> dict[int, int]:
    """By the index in the record, the index here. `replaces`: the place of an image that is another
    and has never been seen is taken."""
    places = _known_places(job, record)
    taken, new = set(places.values()), count(len(job.images))
    for entry in record.images:
        if entry.index not in places:
            may_stay = entry.index < len(job.images) and entry.index not in taken
            stays = replaces and may_stay and not _has_bytes(job.images[entry.index])
            places[entry.index] = entry.index if stays else next(new)
    return places


def _known_places(job: Job, record: JobRecord) -> dict[int, int]:
    """Of the images that are here; those first that are at their own index."""
    named = {name: i.key.index for i in reversed(job.images) for name in _names(i.entry)}
    pairs = list(zip(job.images, record.images, strict=False))
    places = {entry.index: entry.index for i, entry in pairs if _fits(job, i, record, entry)}
    taken = set(places.values())
    for entry in record.images:
        found = (named[name] for name in _names(entry) if name in named)
        place = next((each for each in found if each not in taken), None)
        if entry.index not in places and place is not None:
            places[entry.index] = place
            taken.add(place)
    return places


def _fits(job: Job, image: Image, record: JobRecord, entry: ImageEntry) -> bool:
    """Whether an image of the record may be the one that has its index here."""
    if (same := _is_same(image.entry, entry)) is not None:
        return same
    is_loose = record.elsewhere or (job.record is not None and job.record.elsewhere)
    return not (is_loose and _has_bytes(image))


def _is_same(one: ImageEntry, other: ImageEntry) -> bool | None:
    """None where nothing says so."""
    for here, there in ((one.item_id, other.item_id), (uri_of(one), uri_of(other))):
        if here is not None and there is not None:
            return here == there
    return True if one.url and _path(one.url) == _path(other.url or "") else None


def _names(entry: ImageEntry) -> list[str]:
    """By which an image is known, the surest first."""
    named = (
        ("item", entry.item_id),
        ("uri", uri_of(entry)),
        ("link", entry.url and _path(entry.url)),
    )
    return [f"{kind} {name}" for kind, name in named if name]


def _path(url: str) -> str:
    """A link without what signs it."""
    return url.partition("?")[0]


def _has_bytes(image: Image) -> bool:
    """Whether a picture has been kept as this image."""
    return image.state in (ImageState.SAVED, ImageState.TRASHED) or image.sha256 is not None


def _with_record(job: Job, record: JobRecord, source: str) -> Job:
    record = placed(job, record)
    tracking = Tracking.DONE if record.is_final else _still(job, source)
    images = tuple(_merged(job, record))
    return replace(job, record=record, record_source=source, tracking=tracking, images=images)


def _still(job: Job, source: str) -> Tracking:
    """A job that was asked by hand while stopped stays stopped, and what a paste says does not
    mean that the server knows the job."""
    keeps = source == "paste" or job.tracking is Tracking.STOPPED
    return job.tracking if keeps else Tracking.POLLING


def _still_missing(job: Job) -> Tracking:
    return Tracking.STOPPED if job.tracking is Tracking.STOPPED else Tracking.NOT_FOUND


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
    """A link that the record has lost is kept; one that is new ends the search for one."""
    if entry.url is None:
        return replace(image, entry=entry, link=image.url)
    if entry.url in (image.entry.url, image.link):
        return replace(image, entry=entry)
    fresh = replace(image, entry=entry, link=None, search=Search.NONE, died="")
    keeps_note = image.state is ImageState.PENDING and image.search is Search.NONE
    if image.state in (ImageState.SAVED, ImageState.TRASHED) or keeps_note:
        return fresh
    return replace(fresh, state=ImageState.PENDING, note="")


def _first(number: int, entry: ImageEntry) -> Image:
    image = Image(ImageKey(number, entry.index), entry)
    return image if entry.url is not None else without_link(image)


def _asked_for_links(job: Job) -> Job:
    """The job was asked: what still misses a link is looked for elsewhere. One that can be
    nowhere else is not given up for a single "not found"."""
    if all(image.search is not Search.JOB for image in job.images):
        return job
    images = tuple(
        job_had_none(job, image)
        if job.not_found_count != 1 or can_be_in_history(job, image)
        else image
        for image in job.images
    )
    return replace(job, images=images)
