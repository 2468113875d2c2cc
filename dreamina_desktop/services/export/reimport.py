"""Files that come back: which image they are, by what is inside them and by their bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.job_id import is_possible
from dreamina_desktop.core.jobs.lineage import Source
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import Fingerprints, ImageFiles

if TYPE_CHECKING:
    from dreamina_desktop.core.export.xmp import Provenance

ReadPacket = Callable[[str], Awaitable[bytes | None]]  # a file's XMP; raises OSError, ValueError


@dataclass(frozen=True, slots=True)
class CameBack:
    """What some files are. `keys`: images here; `untracked`: IDs of jobs that are not shown here;
    `unknown`: names of files of which nothing is known, or that cannot be read."""

    keys: tuple[ImageKey, ...] = ()
    untracked: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Inside:
    """What a file says about itself: what we wrote, and the URIs that the vendor's label has."""

    provenance: Provenance | None
    uris: tuple[str, ...] = ()


class WayBack:
    """Originals and copies for others are known by their bytes, copies for oneself also by what is
    inside them: those were perhaps made by another library."""

    def __init__(
        self,
        library: Library,
        files: ImageFiles,
        fingerprints: Fingerprints,
        read_packet: ReadPacket,
    ) -> None:
        self._library = library
        self._files = files
        self._fingerprints = fingerprints
        self._read_packet = read_packet

    async def find(self, files: Sequence[str]) -> CameBack:
        """Raises DatabaseError."""
        keys, untracked, unknown = dict[ImageKey, None](), dict[str, None](), list[str]()
        read = {file: read for file in files if (read := await self._read(file)) is not None}
        # All at once: whose bytes they are is looked for among those of every image.
        whose = await self._fingerprints.find([digest for digest, _ in read.values()])
        for file in files:
            found = await self._find(*read[file], whose) if file in read else None
            if isinstance(found, ImageKey):
                keys[found] = None
            elif isinstance(found, str):
                untracked[found] = None
            else:
                unknown.append(Path(file).name)
        return CameBack(tuple(keys), tuple(untracked), tuple(unknown))

    async def _read(self, file: str) -> tuple[str, _Inside] | None:
        """Its SHA-256, and what is inside; None where it cannot be read."""
        try:
            inside = await self._inside(file)
            _, digest = await self._files.digest(Path(file))
        except OSError:
            return None
        return digest, inside

    async def _find(
        self, digest: str, inside: _Inside, whose: Mapping[str, ImageKey]
    ) -> ImageKey | str | None:
        """An image; the ID of a job that is not shown; None."""
        if (key := whose.get(digest)) is not None:
            return await self._shown(key)
        provenance = inside.provenance
        if provenance is None or not is_possible(provenance.jobid):
            return await self._labelled(inside.uris)
        known = (await self._library.known_later([provenance.jobid])).get(provenance.jobid)
        if known is None:
            return provenance.jobid
        return await self._shown(ImageKey(known.number, provenance.index))

    async def _labelled(self, uris: Sequence[str]) -> ImageKey | None:
        for uri in uris:
            if (key := await self._library.image_of(Source(0, uri=uri))) is not None:
                return key
        return None

    async def _shown(self, key: ImageKey) -> ImageKey | str | None:
        """A job that was removed from the list is tracked again by its ID; None where it has no
        such image, whatever a file says."""
        for job in await self._library.fetch([key.number]):
            if job.removed:
                return job.jobid
            return key if key.index < len(job.images) else None
        return None

    async def _inside(self, file: str) -> _Inside:
        from dreamina_desktop.core.export.xmp import (  # noqa: PLC0415 - no start needs it
            parse_packet,
            produced_ids,
        )

        try:
            packet = await self._read_packet(file)
        except ValueError:
            packet = None  # its bytes may be known all the same
        if packet is None:
            return _Inside(None)
        return _Inside(parse_packet(packet), produced_ids(packet))
