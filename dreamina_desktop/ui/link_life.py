"""How long an image's link still works, in words."""

from __future__ import annotations

from dreamina_desktop.core.text.image_url import expires_at
from dreamina_desktop.ui import wording


def link_life(url: str | None, now: float) -> str:
    """`works for 3 h`, `expired 20 min ago`, or "" where the link does not say. Unix seconds."""
    until = expires_at(url) if url else None
    if until is None:
        return ""
    left = until - now
    span = wording.roughly(abs(left))
    return f"works for {span} more" if left > 0 else f"expired {span} ago"
