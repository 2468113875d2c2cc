"""The chunks of a PNG: which of them say how it looks, and which say something about it.

`<length of the body> <kind> <body> <check sum>`; a small first letter: can be left out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from dreamina_desktop.imaging.colour_profile import anonymous, is_public
from dreamina_desktop.imaging.exif import Looks, exif_with, looks, orientation_in_xmp
from dreamina_desktop.imaging.picture_bytes import (
    MOST_XMP,
    MetadataError,
    PictureBytes,
    of_memory,
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP_KEYWORD = b"XML:com.adobe.xmp"
_XMP = _XMP_KEYWORD + b"\0"
_RAW_EXIF = (b"Raw profile type exif", b"Raw profile type APP1")
_RAW_XMP = (b"Raw profile type xmp",)
_TEXTS = (b"iTXt", b"tEXt", b"zTXt")
_NEEDED = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_COLOURS = (b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP", b"mDCV", b"cLLI")
_OTHER_LOOKS = (b"bKGD", b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT")
_OF_THE_PICTURE = frozenset(_NEEDED + _COLOURS + _OTHER_LOOKS)
_MOST_BODY = 2**31 - 1  # bytes
_FRAME = 12  # bytes around a body
_AT_ONCE = 1024 * 1024  # bytes of pixels
_MOST_PROFILE = 16 * 1024 * 1024  # bytes


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
    said = Looks()
    turned = 1  # by what other programs wrote as text
    has_size = False
    pixels = zlib.decompressobj()
    for chunk in _checked_chunks(data):
        body = data[chunk.body]
        has_size |= chunk.kind == b"pHYs"
        if chunk.kind == b"eXIf":
            said = looks(body)
        elif chunk.kind in _TEXTS and turned == 1:
            turned = _orientation_in_text(chunk.kind, body)
        elif chunk.kind == b"IDAT":
            if not pixels.eof and (used := _used(pixels, body)):
                kept.append(_chunk(b"IDAT", body[:used]))
        elif chunk.kind == b"IEND":
            kept.append(_chunk(b"IEND", b""))
        elif chunk.kind == b"iCCP":
            kept.append(_chunk(b"iCCP", _anonymous(body)))
        elif chunk.kind in _OF_THE_PICTURE:
            kept.append(data[chunk.at : chunk.end])
        elif not chunk.kind[0] & 0x20:
            raise MetadataError("It has parts that it needs and that are unknown here.")
    said = Looks(
        said.orientation if said.orientation != 1 else turned,
        None if has_size else said.resolution,
        said.unit,
    )
    if said:
        kept.insert(2, _chunk(b"eXIf", exif_with(said)))  # after IHDR
    return b"".join(kept)


def _used(pixels: zlib._Decompress, body: bytes) -> int:
    """How many bytes of it belong to the stream of the pixels: text may stand behind its end."""
    rest = body
    try:
        while rest and not pixels.eof:
            pixels.decompress(rest, _AT_ONCE)
            rest = pixels.unconsumed_tail
    except zlib.error as error:
        raise MetadataError("It is broken.") from error
    return len(body) - len(pixels.unused_data)


def _anonymous(body: bytes) -> bytes:
    """Of an iCCP (a name, a zero, a method, the compressed profile); as it is where that says
    nothing about anybody."""
    name, _, rest = body.partition(b"\0")
    try:
        profile = zlib.decompressobj().decompress(rest[1:], _MOST_PROFILE)
    except zlib.error:
        raise MetadataError("It is broken.") from None
    made = anonymous(profile)
    if made == profile and is_public(name.decode("latin-1")):
        return body
    return b"ICC profile\0\0" + zlib.compress(made)


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


def without_credentials(data: bytes) -> bytes:
    """See `metadata.without_credentials`."""
    chunks = list(_checked_chunks(data))
    kept = (data[chunk.at : chunk.end] for chunk in chunks if chunk.kind != b"caBX")
    return b"".join((SIGNATURE, *kept, data[chunks[-1].end :]))


def read_xmp(picture: PictureBytes) -> bytes | None:
    """See `metadata.read_xmp`. Other programs compress it, or write it as a raw profile."""
    for chunk in _chunks(picture):
        size = chunk.end - chunk.at - _FRAME
        if chunk.kind in _TEXTS and size <= MOST_XMP:
            keyword, text = _said(chunk.kind, picture.at(chunk.at + 8, size))
            if keyword == _XMP_KEYWORD and text is not None:
                return text
            if keyword in _RAW_XMP and text is not None and (packet := _raw_profile(text)):
                return packet
    return None


def _orientation_in_text(kind: bytes, body: bytes) -> int:
    keyword, text = _said(kind, body)
    if keyword == _XMP_KEYWORD:
        return orientation_in_xmp(text or b"")
    if keyword in _RAW_EXIF:
        return looks(_raw_profile(text or b"")).orientation
    if keyword in _RAW_XMP:
        return orientation_in_xmp(_raw_profile(text or b""))
    return 1


def _said(kind: bytes, body: bytes) -> tuple[bytes, bytes | None]:
    """Keyword and text of an iTXt, tEXt or zTXt; None where it is too long or broken."""
    keyword, _, rest = body.partition(b"\0")
    if kind == b"tEXt":
        return keyword, rest
    if kind == b"zTXt":
        return keyword, _inflated(rest[1:]) if rest[:1] == b"\0" else None
    compressed, method = rest[:1], rest[1:2]
    _language, *others = rest[2:].split(b"\0", 2)
    if len(others) < 2 or compressed not in (b"\0", b"\1") or method != b"\0":
        return keyword, None
    return keyword, others[1] if compressed == b"\0" else _inflated(others[1])


def _inflated(data: bytes) -> bytes | None:
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(data, MOST_XMP)
    except zlib.error:
        return None
    return text if inflating.eof else None


def _raw_profile(text: bytes) -> bytes:
    """As ImageMagick writes it: a name and a length, a line each, then hexadecimal digits."""
    digits = b"".join(text.split()[2:])
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return b""


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
