"""How long an image's link still works, in words."""

from __future__ import annotations

from dreamina_desktop.core.image_url import expires_at


def link_life(url: str | None, now: float) -> str:
    """`works for 3 h`, `expired 2 d ago`, or "" where the link does not say. Unix seconds."""
    until = expires_at(url) if url else None
    if until is None:
        return ""
    left = until - now
    return f"works for {_span(left)} more" if left > 0 else f"expired {_span(-left)} ago"


def _span(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length or (unit == "min" and seconds >= length):
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"
