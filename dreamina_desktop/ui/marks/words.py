"""What was said about an image, in words."""

from __future__ import annotations

from dreamina_desktop.core.jobs.marks import Flag, Marks
from dreamina_desktop.core.text.wording import some_of

FLAGS = {Flag.PICKED: "Picked", Flag.REJECTED: "Rejected", Flag.NONE: "Not judged"}
MOST_TAGS = 6  # that are said aloud


def stars(rating: int) -> str:
    """`★★★`, or "" without any."""
    return "★" * rating


def accessible(marks: Marks) -> str:
    """`picked, 3 stars, tags red boat and night, with a note`; "" without marks."""
    parts = []
    if marks.flag is not Flag.NONE:
        parts.append(FLAGS[marks.flag].lower())
    if marks.rating:
        parts.append("1 star" if marks.rating == 1 else f"{marks.rating} stars")
    if marks.tags:
        tags = some_of(marks.tags, MOST_TAGS)
        parts.append(f"tag {tags}" if len(marks.tags) == 1 else f"tags {tags}")
    if marks.note:
        parts.append("with a note")
    return ", ".join(parts)


def line(marks: Marks) -> str:
    """`Picked · ★★★ · red boat, night`; "" without any of it."""
    flag = FLAGS[marks.flag] if marks.flag is not Flag.NONE else ""
    return " · ".join(filter(None, (flag, stars(marks.rating), ", ".join(marks.tags))))
