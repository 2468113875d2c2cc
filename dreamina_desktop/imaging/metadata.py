"""Take out, put in and read what image files say about themselves, without changing a pixel.

JPEG, PNG and WebP, told apart by their bytes; none is decoded. Everything here raises
`picture_bytes.MetadataError`, a ValueError in words, for what is not a whole one of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from dreamina_desktop.core.export.xmp import added_to, is_readable
from dreamina_desktop.imaging import jpeg_metadata, png_metadata, webp_metadata
from dreamina_desktop.imaging.picture_bytes import MetadataError, PictureBytes, of_memory


def stripped(data: bytes) -> bytes:
    """The picture alone: without EXIF, XMP, IPTC, comments, C2PA, thumbnails, parts of unknown
    kinds and what is behind its end. Compressed data, colour profile, resolution and animation stay
    as they are; of EXIF stays the orientation, where it is not 1."""
    return _format(data[:12]).stripped(data)


def with_xmp(data: bytes, packet: bytes) -> bytes:
    """The file with the fields of this XMP (`core.export.xmp`) beside those that it has; all else
    stays as it is. A JPEG takes at most 65,502 bytes."""
    there = read_xmp(data)
    if there is not None and is_readable(there):
        merged = added_to(there, packet)
        if merged is None:
            raise MetadataError("Nothing can be added to what it says about itself.")
        packet = merged
    return _format(data[:12]).with_xmp(data, packet)


def without_credentials(data: bytes) -> bytes:
    """The file without its Content Credentials (C2PA), which any change to it makes invalid; where
    it has none, as it is."""
    return _format(data[:12]).without_credentials(data)


def read_xmp(data: bytes) -> bytes | None:
    """The first XMP packet; None where there is none, or none of at most 1 MiB."""
    return _read(of_memory(data))


def read_xmp_file(file: Path) -> bytes | None:
    """The same of a file, of which the parts around are skipped and not read. Raises OSError where
    it cannot be read."""
    if file.exists() and not file.is_file():  # a pipe would be waited for
        raise MetadataError("It is not a file.")
    with file.open("rb") as stream:
        return _read(PictureBytes(stream))


class _Format(Protocol):
    """What each of the three modules has."""

    def stripped(self, data: bytes) -> bytes: ...
    def with_xmp(self, data: bytes, packet: bytes) -> bytes: ...
    def without_credentials(self, data: bytes) -> bytes: ...
    def read_xmp(self, picture: PictureBytes) -> bytes | None: ...


def _read(picture: PictureBytes) -> bytes | None:
    return _format(picture.at(0, min(12, picture.size))).read_xmp(picture)


def _format(head: bytes) -> _Format:
    """Of a file that begins so (12 bytes)."""
    if head.startswith(jpeg_metadata.SIGNATURE):
        return jpeg_metadata
    if head.startswith(png_metadata.SIGNATURE):
        return png_metadata
    if webp_metadata.is_webp(head):
        return webp_metadata
    raise MetadataError("It is not a JPEG, PNG or WebP picture.")
