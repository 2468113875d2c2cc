"""The numbers of images in what people write: "we like 14-2 and 27-1"."""

from __future__ import annotations

import re

from dreamina_desktop.core.job import ImageKey

MOST = 2_000
# No part of a date, a range of words or a longer number.
_NUMBER = re.compile(
    r"(?<![\w./:-])#?0*([1-9]\d{0,8})\s?[-\u2010-\u2013]\s?0?([1-9]\d?)(?![\w/:-])"
)


def image_numbers(text: str) -> tuple[ImageKey, ...]:
    """In the order of the text, each once."""
    found = (ImageKey(int(job), int(image) - 1) for job, image in _NUMBER.findall(text[:100_000]))
    return tuple(dict.fromkeys(found))[:MOST]
