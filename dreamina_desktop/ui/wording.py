"""Words for durations, sizes and times, shared by all panes."""

from __future__ import annotations

from datetime import datetime

from dreamina_desktop.core.text.dates import local_time
from dreamina_desktop.core.text.wording import middle_shortened, shortened

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
