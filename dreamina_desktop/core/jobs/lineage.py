"""What an image was made from (docs/api.md): an upscale names its source's job and image, a
generation its references, each an assetRef that embeds the image's URI.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.record import ImageEntry, JobRecord
from dreamina_desktop.core.text import urls


@dataclass(frozen=True, slots=True)
class Source:
    """One image that a job was made from: by its URI, or by its job's ID and its index there.
    `slot`: N of imageRef_N; 0: what was upscaled. `reference`: as it stands in the request."""

    slot: int
    uri: str | None = None
    jobid: str | None = None
    index: int | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A source, and which image that is here; None where its job is not tracked."""

    source: Source
    key: ImageKey | None


@dataclass(frozen=True, slots=True)
class Lineage:
    """`made_from`: in the order of the request; `used_in`: (index of an image of the job, number of
    a job that was made from it)."""

    made_from: tuple[Ancestor, ...] = ()
    used_in: tuple[tuple[int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.made_from or self.used_in)


NO_LINEAGE = Lineage()


def sources(record: JobRecord) -> tuple[Source, ...]:
    """In the order of the request. A reference of an unknown form is its own URI."""
    found = [Source(slot, uri=_uri(text), reference=text) for slot, text in record.references]
    if record.source_jobid:
        found.insert(0, Source(0, jobid=record.source_jobid, index=record.source_index or 0))
    return tuple(found)


def uri_of(entry: ImageEntry) -> str | None:
    """By which references know an image."""
    if entry.asset_ref and (parsed := urls.parse(entry.asset_ref)):
        return parsed.uri
    return entry.uri or entry.asset_ref


def job_key(jobid: str) -> int:
    """An ID as a number that fits an index: two IDs with the same one will not be met."""
    return int.from_bytes(blake2b(jobid.encode(errors="replace"), digest_size=7).digest())


def _uri(reference: str) -> str:
    parsed = urls.parse(reference)
    return parsed.uri if parsed else reference
