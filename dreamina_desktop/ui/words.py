"""What the gallery says about an image, in words."""

from __future__ import annotations

from collections.abc import Sequence

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState
from dreamina_desktop.services.downloads import file_watch
from dreamina_desktop.ui import wording

STATES = {
    ImageState.PENDING: "not saved yet",
    ImageState.SAVED: "saved",
    ImageState.INVALID: "not saved",
    ImageState.LOST: "not saved",
    ImageState.TRASHED: "in the trash",
}
TROUBLES = {
    file_watch.GONE: "File gone",
    file_watch.AWAY: "Folder not there",
    file_watch.CHANGED: "File changed",
}
REFERENCE_STAYS = "Its reference still works."
NO_THUMBNAIL = "The saved file could not be read for a preview."


def pixels(image: Image) -> tuple[int, int] | None:
    """The file's size where it is saved, else the record's; None where neither is known."""
    width = image.file_width or image.entry.width
    height = image.file_height or image.entry.height
    return (width, height) if width and height else None


def size(image: Image) -> str:
    """`2560 × 1440`, or "" where it is not known."""
    known = pixels(image)
    return wording.pixels(*known) if known else ""


def accessible(image: Image, trouble: str = "") -> str:
    """`217-1, saved, 2560 by 1440 pixels`; `trouble`: FileWatch."""
    known = pixels(image)
    parts = [str(image.key), TROUBLES[trouble].lower() if trouble else STATES[image.state]]
    if known:
        parts.append(f"{known[0]} by {known[1]} pixels")
    return ", ".join(parts)


def explanation(image: Image, *, fetching: bool) -> str:
    """Why there is no picture, and what can be done all the same; "" for a saved image."""
    match image.state:
        case ImageState.SAVED:
            return ""
        case ImageState.TRASHED:
            stays = REFERENCE_STAYS if image.entry.asset_ref else ""
            return f"{image.note} {stays}".strip()
        case ImageState.PENDING:
            stays = REFERENCE_STAYS if image.entry.asset_ref and not fetching else ""
            return f"{sentence(waiting(image, fetching=fetching))} {stays}".strip()
    why = reason(image, image.note)
    return f"Not saved: {lowered(why)}" if image.note else f"Not saved. {why}".strip()


def reason(image: Image, note: str) -> str:
    """Why a lost or invalid image is not saved (`note`), and that its reference is still good."""
    parts = [sentence(note)]
    if image.entry.asset_ref:
        parts.append(REFERENCE_STAYS)
    return " ".join(part for part in parts if part)


def waiting(image: Image, *, fetching: bool) -> str:
    """What a pending image waits for."""
    if fetching:
        return "Loading…"
    return f"Waiting: {image.note}" if image.note else "Waiting to be loaded"


def sentence(text: str) -> str:
    """`text` with a capital at its beginning and a full stop at its end."""
    text = text[:1].upper() + text[1:]
    return text if not text or text[-1] in ".…?:" else f"{text}."


def lowered(text: str) -> str:
    """`text` as it goes on after a colon: what begins in capitals keeps them."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def keys(images: Sequence[ImageKey], shown: int = 4) -> str:
    """`214-1, 214-2`; of many the first ones: `214-1, 214-2, 214-3, 214-4 and 36 more`."""
    named = ", ".join(str(key) for key in images[:shown])
    return named if len(images) <= shown else f"{named} and {len(images) - shown} more"
