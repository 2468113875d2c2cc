"""Looks into a picture's bytes that neither leave the file nor go on for ever."""

from __future__ import annotations

import io
from typing import BinaryIO

MOST_XMP = 1024 * 1024  # bytes: a larger packet is not read
_MOST_LOOKS = 200_000  # an 8k PNG has some 40,000 chunks


class MetadataError(ValueError):
    """The bytes are no picture whose parts can be told apart. In words."""


class PictureBytes:
    """A file or memory, read in places."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._looks_left = _MOST_LOOKS
        self.size = stream.seek(0, io.SEEK_END)

    def at(self, position: int, size: int) -> bytes:
        """Exactly so many bytes. Raises MetadataError where the file ends before, or after very
        many looks; OSError where the file cannot be read."""
        self._looks_left -= 1
        if self._looks_left < 0:
            raise MetadataError("It has too many parts for a picture.")
        if position + size > self.size:
            raise MetadataError("It is cut.")
        self._stream.seek(position)
        found = self._stream.read(size)
        if len(found) < size:  # it became shorter meanwhile
            raise MetadataError("It is cut.")
        return found


def of_memory(data: bytes) -> PictureBytes:
    """Looks into `data`."""
    return PictureBytes(io.BytesIO(data))
