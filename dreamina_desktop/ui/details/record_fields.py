"""Every field of a raw record as lines of name and value, also those that are unknown here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from dreamina_desktop.core.text.wording import shortened

NAME_LENGTH, VALUE_LENGTH = 300, 2_000  # characters; what is copied is whole
IMAGES = 4  # whose fields are shown
_IMAGE = re.compile(r"response\.images\.(\d{1,9})\.", re.ASCII)
_ELSEWHERE = frozenset(("jobid", "request.prompt", "created", "updated", "status"))
_IMAGES_ELSEWHERE = (".imageUrl", ".assetRef")  # signed and long; to be copied on its own


def record_fields(raw: bytes) -> list[tuple[str, str]]:
    """`request.inputMode` -> `text`, …; empty where the record cannot be read."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    return [
        (name, text)
        for name, text in _flat("", value)
        if name not in _ELSEWHERE and not _is_elsewhere(name)
    ]


def _is_elsewhere(name: str) -> bool:
    return name.startswith("response.images") and name.endswith(_IMAGES_ELSEWHERE)


def is_of_later_image(name: str) -> bool:
    """Whether the field is one of an image behind the first ones: of hundreds of images all
    fields are alike, and each takes its time to be laid out."""
    found = _IMAGE.match(name)
    return found is not None and int(found[1]) >= IMAGES


def pretty(raw: bytes) -> str:
    """The record for reading; as it came where it is no JSON."""
    try:
        return json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return raw.decode(errors="replace")


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            inside = shortened(str(key), NAME_LENGTH)
            yield from _flat(f"{name}.{inside}" if name else inside, inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _flat(f"{name}.{index}", inner)
    else:
        text = value if isinstance(value, str) else json.dumps(value)
        yield shortened(name, NAME_LENGTH), shortened(text, VALUE_LENGTH)
