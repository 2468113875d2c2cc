"""Files that come back: which image they are, by what is inside them and by their bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dreamina_desktop.core.id_form import is_possible
from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import Fingerprints, ImageFiles

if TYPE_CHECKING:
    from dreamina_desktop.core.provenance import Provenance

ReadPacket = Callable[[str], Awaitable[bytes | None]]  # a file's XMP; raises OSError, ValueError


@dataclass(frozen=True, slots=True)
class CameBack:
    """What some files are. `keys`: images here; `untracked`: IDs of jobs that are not shown here;
    `unknown`: names of files of which nothing is known, or that cannot be read."""

    keys: tuple[ImageKey, ...] = ()
    untracked: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


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

    async def _read(self, file: str) -> tuple[str, Provenance | None] | None:
        """Its SHA-256, and what is inside; None where it cannot be read."""
        try:
            provenance = await self._provenance(file)
            _, digest = await self._files.digest(Path(file))
        except OSError:
            return None
        return digest, provenance

    async def _find(
        self, digest: str, provenance: Provenance | None, whose: Mapping[str, ImageKey]
    ) -> ImageKey | str | None:
        """An image; the ID of a job that is not shown; None."""
        if (key := whose.get(digest)) is not None:
            return await self._shown(key)
        if provenance is None or not is_possible(provenance.jobid):
            return None
        known = (await self._library.known_later([provenance.jobid])).get(provenance.jobid)
        if known is None or known.removed:
            return provenance.jobid
        return ImageKey(known.number, provenance.index)

    async def _shown(self, key: ImageKey) -> ImageKey | str | None:
        """A job that was removed from the list is tracked again by its ID."""
        for job in await self._library.fetch([key.number]):
            return job.jobid if job.removed else key
        return None

    async def _provenance(self, file: str) -> Provenance | None:
        from dreamina_desktop.core.provenance import parse_packet  # noqa: PLC0415 - no start needs it

        try:
            packet = await self._read_packet(file)
        except ValueError:
            return None  # its bytes may be known all the same
        return parse_packet(packet) if packet is not None else None
