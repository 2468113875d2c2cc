"""What becomes of an image whose link died: asked for at its job, then in the account's history,
then lost; or, where its host refused it in a way that may pass, at rest. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dreamina_desktop.core.jobs.history import Asset
from dreamina_desktop.core.jobs.job import Image, ImageState, Job, Search
from dreamina_desktop.core.jobs.job_id import parts
from dreamina_desktop.core.text.accounts import account_of

NO_LINK = "No link came with this image"
REFUSED = "Refused for a day"  # how `died` begins where the link may work again later
RESTS = "Retry tries it again."
NOT_DECODED = "It could not be decoded here"  # `died` where its bytes are kept unproved
SEEKING = "A fresh one is being looked for."


def link_died(image: Image, why: str) -> Image:
    """Its job is to be asked once more. `why`: in words, without a full stop."""
    return _seeking(replace(image, died=why), Search.JOB)


def refused(image: Image, why: str) -> Image:
    """Its host refused the link for a day, in a way that may pass: a fresh one is looked for, and
    where there is none it rests. `why`: in words, without a full stop."""
    return link_died(image, f"{REFUSED}: {why}")


def resting(image: Image, why: str) -> Image:
    """Nothing is done for it by itself any more; its bytes may still come."""
    died = why if why.startswith(REFUSED) else f"{REFUSED}: {why}"
    note = f"{died}. {RESTS}"
    return replace(image, state=ImageState.PENDING, search=Search.NONE, died=died, note=note)


def rests(image: Image) -> bool:
    """Whether it waits for the user, or for a record with another link."""
    is_waiting = image.state is ImageState.PENDING and image.search is Search.NONE
    return is_waiting and image.died.startswith((REFUSED, NOT_DECODED))


def is_kept_undecoded(image: Image) -> bool:
    """Whether it rests with its bytes in a file: no link is needed any more."""
    return rests(image) and image.died == NOT_DECODED


def again(image: Image) -> Image:
    """The user wants it tried once more; without a link, looked for once more."""
    fresh = replace(image, state=ImageState.PENDING, search=Search.NONE, died=NO_LINK, note="")
    return _seeking(fresh, Search.JOB) if image.url is None else replace(fresh, died="")


def without_link(image: Image) -> Image:
    """Its record came without a link. What also has no ID in the history is lost."""
    image = replace(image, died=NO_LINK)
    return lost(image) if image.entry.item_id is None else _seeking(image, Search.JOB)


def job_had_none(job: Job, image: Image) -> Image:
    """The job was asked and brought no other link."""
    return next_place(job, image) if image.search is Search.JOB else image


def next_place(job: Job, image: Image) -> Image:
    """Its job is of no use: on to the history, if it can be in there."""
    return _seeking(image, Search.HISTORY) if can_be_in_history(job, image) else lost(image)


def found(image: Image, url: str) -> Image:
    """Another link: it is tried."""
    return replace(image, link=url, state=ImageState.PENDING, search=Search.NONE, died="", note="")


def in_history(job: Job, image: Image, assets: Sequence[Asset]) -> str | None:
    """The image's link in its account's history, by its item ID; None where there is none but
    those that died. Where several images have that ID, the assetRef decides."""
    item_id = image.entry.item_id
    same = [asset for asset in assets if asset.item_id == item_id]
    images = sum(other.entry.item_id == item_id for other in job.images)
    if images > 1 or len({asset.asset_ref for asset in same}) > 1:
        same = [a for a in same if a.asset_ref and a.asset_ref == image.entry.asset_ref]
    links = (asset.url for asset in same)
    return next((url for url in links if url not in (image.entry.url, image.link)), None)


def sought_since(job: Job, now: datetime) -> datetime | None:
    """Nothing of a job is in the history before that: by its record, else by the date in its ID
    (inferred)."""
    if job.record is not None and job.record.created is not None:
        return job.record.created
    inner = parts(job.jobid, now)
    return inner.created if inner else None


def unverified(image: Image, note: str, *, rests: bool) -> Image:
    """Its bytes are in a file with its name, and could not be decoded so far. `rests`: it is tried
    again only by hand."""
    died = NOT_DECODED if rests else ""
    return replace(
        image, state=ImageState.PENDING, search=Search.NONE, died=died, note=note, file=None
    )


def lost(image: Image) -> Image:
    """No link will come. One that was refused in a way that may pass rests."""
    if image.died.startswith(REFUSED):
        return resting(image, image.died)
    end = ", and no fresh one was found" if image.url is not None else ""
    note = f"{image.died}{end}."
    return replace(image, state=ImageState.LOST, search=Search.NONE, died="", note=note)


def seeking_note(image: Image, what: str = SEEKING) -> str:
    """Why it is still pending. `what` happens: a sentence."""
    return f"{'The link no longer works' if image.url is not None else NO_LINK}. {what}"


def asks_for_links(job: Job) -> bool:
    """Whether a job is to be asked for the links of its images."""
    return not job.removed and any(image.search is Search.JOB for image in job.images)


def can_be_in_history(job: Job, image: Image) -> bool:
    return image.entry.item_id is not None and account(job, image) is not None


def account(job: Job, image: Image) -> str | None:
    """Whose history an image is in, by its assetRef, else by the job's ID (inferred)."""
    reference = image.entry.asset_ref
    return (account_of(reference) if reference else None) or account_of(job.jobid)


def _seeking(image: Image, search: Search) -> Image:
    image = replace(image, state=ImageState.PENDING, search=search)
    return replace(image, note=seeking_note(image))
