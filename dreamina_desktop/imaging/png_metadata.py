"""The chunks of a PNG: which of them say how it looks, and which say something about it.

`<length of the body> <kind> <body> <check sum>`; a small first letter: can be left out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from dreamina_desktop.imaging.exif_orientation import exif_with, orientation
from dreamina_desktop.imaging.picture_bytes import (
    MOST_XMP,
    MetadataError,
    PictureBytes,
    of_memory,
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP = b"XML:com.adobe.xmp\0"
_TEXTS = (b"iTXt", b"tEXt", b"zTXt")
_NEEDED = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_COLOURS = (b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP", b"mDCV", b"cLLI")
_OTHER_LOOKS = (b"bKGD", b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT")
_OF_THE_PICTURE = frozenset(_NEEDED + _COLOURS + _OTHER_LOOKS)
_MOST_BODY = 2**31 - 1  # bytes
_FRAME = 12  # bytes around a body


@dataclass(frozen=True, slots=True)
class _Chunk:
    """`at`, `end`: of all of it, in the file."""

    kind: bytes
    at: int
    end: int

    @property
    def body(self) -> slice:
        return slice(self.at + 8, self.end - 4)


def stripped(data: bytes) -> bytes:
    """See `metadata.stripped`."""
    kept = [SIGNATURE]
    turned = 1
    for chunk in _checked_chunks(data):
        if chunk.kind == b"eXIf":
            turned = orientation(data[chunk.body])
        elif chunk.kind in _OF_THE_PICTURE:
            kept.append(data[chunk.at : chunk.end])
        elif not chunk.kind[0] & 0x20:
            raise MetadataError("It has parts that it needs and that are unknown here.")
    if turned != 1:
        kept.insert(2, _chunk(b"eXIf", exif_with(turned)))  # after IHDR
    return b"".join(kept)


def with_xmp(data: bytes, packet: bytes) -> bytes:
    """See `metadata.with_xmp`."""
    # Neither compressed nor translated; the language is empty, too.
    body = _XMP + b"\0\0\0\0" + packet
    if len(body) > _MOST_BODY:
        raise MetadataError("What is to be written into the PNG is too long for it.")
    kept = [SIGNATURE]
    end = 0
    for chunk in _checked_chunks(data):
        end = chunk.end
        if chunk.kind not in _TEXTS or not data[chunk.body].startswith(_XMP):
            kept.append(data[chunk.at : end])
    kept.insert(2, _chunk(b"iTXt", body))  # after IHDR
    return b"".join((*kept, data[end:]))


def read_xmp(picture: PictureBytes) -> bytes | None:
    """See `metadata.read_xmp`."""
    for chunk in _chunks(picture):
        size = chunk.end - chunk.at - _FRAME
        if chunk.kind == b"iTXt" and len(_XMP) <= size <= MOST_XMP:
            body = picture.at(chunk.at + 8, size)
            if body.startswith(_XMP):
                return _text(body.removeprefix(_XMP))
    return None


def _text(rest: bytes) -> bytes | None:
    """Of an iTXt, after its keyword; None where it is too long or broken."""
    compressed, method = rest[:1], rest[1:2]
    _language, *others = rest[2:].split(b"\0", 2)
    if len(others) < 2:
        return None
    text = others[1]
    if compressed == b"\0":
        return text
    if compressed != b"\1" or method != b"\0":
        return None
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(text, MOST_XMP)
    except zlib.error:
        return None
    return text if inflating.eof else None


def _checked_chunks(data: bytes) -> Iterator[_Chunk]:
    """All, with right check sums. Raises MetadataError where there is no whole picture."""
    has_pixels = False
    for chunk in _chunks(of_memory(data)):
        checked = memoryview(data)[chunk.at + 4 : chunk.end - 4]
        if zlib.crc32(checked) != int.from_bytes(data[chunk.end - 4 : chunk.end]):
            raise MetadataError("It is broken.")
        has_pixels |= chunk.kind == b"IDAT"
        yield chunk
    if not has_pixels:
        raise MetadataError("There is no picture in it.")


def _chunks(picture: PictureBytes) -> Iterator[_Chunk]:
    """From IHDR to IEND. Raises MetadataError where they are not."""
    position = len(SIGNATURE)
    kind = b""
    while kind != b"IEND":
        head = picture.at(position, 8)
        is_first, kind = not kind, head[4:]
        if is_first != (kind == b"IHDR") or not kind.isalpha():
            raise MetadataError("It is broken.")
        end = position + int.from_bytes(head[:4]) + _FRAME
        if end > picture.size:
            raise MetadataError("It is cut.")
        yield _Chunk(kind, position, end)
        position = end


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
