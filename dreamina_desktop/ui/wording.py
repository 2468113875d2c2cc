"""Words that all panes share: durations, sizes, times, why nothing is asked, what is to be said
of an image, and how long its link still works.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState
from dreamina_desktop.core.text.dates import local_time
from dreamina_desktop.core.text.urls import expires_at
from dreamina_desktop.core.text.wording import middle_shortened, shortened
from dreamina_desktop.services.downloads import file_watch
from dreamina_desktop.services.polling.poller import Connection

WAITING_FOR = {
    Connection.PAUSED: "paused",
    Connection.READ_ONLY: "the library is read-only",
    Connection.NO_TOKEN: "no token",
    Connection.REFUSED: "token refused",
    Connection.SUBSCRIPTION: "subscription",
    Connection.OFFLINE: "no network",
    Connection.DOWN: "the API does not work",
    Connection.THROTTLED: "the API asked for a pause",
}


LABEL_LENGTH = 80  # characters of a button or a menu's entry
TIP_LENGTH = 1_000  # characters: a tip as large as the window hides what it is about


def elapsed(seconds: float) -> str:
    """A running clock: `0:42`, `1:02:05`."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def duration(seconds: float) -> str:
    """How long something took: `37 s`, `1 min 37 s`, `2 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    minutes = whole // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def roughly(seconds: float) -> str:
    """Without what does not matter: `6 s`, `21 min`, `3 h`, `12 days`."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600 * 1.5:
        return f"{round(seconds / 60)} min"
    days = int(seconds // 86400)
    return f"{round(seconds / 3600)} h" if days < 2 else f"{days} days"


def pixels(width: int, height: int) -> str:
    """`2560 × 1440`"""
    return f"{width} × {height}"


def file_size(size_bytes: int) -> str:
    """`905 kB`, `3.2 MB`"""
    if size_bytes < 1_000_000:
        return f"{max(1, round(size_bytes / 1000))} kB"
    return f"{size_bytes / 1e6:.1f} MB"


def moment(at: datetime) -> str:
    """Local time: `2 March 2026, 14:05:30`."""
    local = local_time(at)
    return f"{local.day} {local:%B %Y, %H:%M:%S}"


def middle_elided(text: str, length: int = 28) -> str:
    """Long IDs keep their beginning and their end."""
    return middle_shortened(text, length)


def on_button(text: str) -> str:
    """As the label of a button or a menu's entry, where `&` marks a key and a tab divides, and
    which is no wider than a menu can be."""
    return shortened(text, LABEL_LENGTH).replace("&", "&&").replace("\t", " ")


def plain_tip(text: str) -> str:
    """A tool tip of what others wrote. Qt takes one that looks like HTML for HTML: this is shown
    as it is, in lines that fit a screen."""
    from html import escape  # noqa: PLC0415 - no tip is needed before the first frame

    shown = escape(shortened(text, TIP_LENGTH))
    return f"<p style='white-space: pre-wrap'>{shown}</p>" if text else ""


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


def image_pixels(image: Image) -> tuple[int, int] | None:
    """The file's size where it is saved, else the record's; None where neither is known."""
    width = image.file_width or image.entry.width
    height = image.file_height or image.entry.height
    return (width, height) if width and height else None


def size(image: Image) -> str:
    """`2560 × 1440`, or "" where it is not known."""
    known = image_pixels(image)
    return pixels(*known) if known else ""


def accessible(image: Image, trouble: str = "") -> str:
    """`217-1, saved, 2560 by 1440 pixels`; `trouble`: FileWatch."""
    known = image_pixels(image)
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


def link_life(url: str | None, now: float) -> str:
    """`works for 3 h`, `expired 20 min ago`, or "" where the link does not say. Unix seconds."""
    until = expires_at(url) if url else None
    if until is None:
        return ""
    left = until - now
    span = roughly(abs(left))
    return f"works for {span} more" if left > 0 else f"expired {span} ago"
