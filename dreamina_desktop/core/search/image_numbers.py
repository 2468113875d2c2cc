"""The numbers of images in what people write: "we like 14-2 and 27-1"."""

from __future__ import annotations

import re
import unicodedata

from dreamina_desktop.core.jobs.job import ImageKey

MOST = 2_000
# Scripts that are written without blanks between words.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = rf"[^\W{_UNSPACED}]"
# No part of a date, a range of words or a longer number.
_NUMBER = re.compile(
    rf"(?<!{_WORD})(?<![./:-])#?0*([1-9]\d{{0,8}})\s?[-\u2010-\u2015\u2212\u30fc]\s?0?([1-9]\d?)"
    rf"(?!{_WORD})(?![/:-])"
)


def image_numbers(text: str) -> tuple[ImageKey, ...]:
    """In the order of the text, each once."""
    read = unicodedata.normalize("NFKC", text[:100_000])  # full-width digits and dashes
    found = (ImageKey(int(job), int(image) - 1) for job, image in _NUMBER.findall(read))
    return tuple(dict.fromkeys(found))[:MOST]
