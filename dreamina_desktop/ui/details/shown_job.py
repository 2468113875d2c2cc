"""All that the page of one job depends on, every field of its raw record included: it is built
anew when this changes, and only then.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.core.jobs.lineage import NO_LINEAGE, Lineage
from dreamina_desktop.core.text.wording import shortened
from dreamina_desktop.ui.services import Services

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


LARGE_BYTES = 16_000  # more are read in a thread
MAX_FIELDS = 60
MAX_PRETTY = 200_000  # characters
MAX_LINE = 4_000  # characters; what is copied is whole


@dataclass(frozen=True, slots=True)
class RawRecord:
    """The latest raw record as it came, and what is shown of it."""

    raw: bytes
    fields: tuple[tuple[str, str], ...]  # name and value; at most MAX_FIELDS
    more: int  # fields that are not shown
    pretty: str


@dataclass(frozen=True, slots=True)
class ShownJob:
    """`waiting`: why nothing is asked at the moment, or ""."""

    job: Job
    index: int  # of the image in front
    is_of_image: bool  # the image was selected, not the job: what it has goes first
    waiting: str
    raw: RawRecord | None  # None until it is read
    raw_open: bool
    dark: bool
    lineage: Lineage = NO_LINEAGE

    @property
    def content(self) -> ShownJob:
        """Without what changes at each check and shows nowhere."""
        return replace(self, job=replace(self.job, last_asked_at=None))


async def read_raw(services: Services, number: int) -> RawRecord:
    """A job's raw record. Raises DatabaseError."""
    raw = await services.library.raw_record(number) or b""
    return _read(raw) if len(raw) < LARGE_BYTES else await asyncio.to_thread(_read, raw)


def _read(raw: bytes) -> RawRecord:
    fields = record_fields(raw)
    text = _shown(pretty(raw))
    shown = tuple(each for each in fields if not is_of_later_image(each[0]))[:MAX_FIELDS]
    return RawRecord(raw, shown, len(fields) - len(shown), text)


def _shown(text: str) -> str:
    """What is laid out in a moment: neither a line nor all of it is endless."""
    lines = (shortened(line, MAX_LINE) for line in text[:MAX_PRETTY].splitlines())
    rest = "\n… copy it to see the rest" if len(text) > MAX_PRETTY else ""
    return "\n".join(lines) + rest
