"""The chunks of a WebP: which of them say how it looks, and which say something about it.

`RIFF <length> WEBP`, then `<kind> <length of the body> <body> <a zero, where that is odd>`. A
simple file has one chunk; only one that begins with VP8X may have others.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dreamina_desktop.imaging.colour_profile import anonymous
from dreamina_desktop.imaging.exif import Looks, exif_with, looks, orientation_in_xmp
from dreamina_desktop.imaging.picture_bytes import (
    MOST_XMP,
    MetadataError,
    PictureBytes,
    of_memory,
)

_RIFF, _WEBP = b"RIFF", b"WEBP"
_LOSSY, _LOSSLESS, _EXTENDED = b"VP8 ", b"VP8L", b"VP8X"
_PICTURE = (_LOSSY, _LOSSLESS)
_XMP, _EXIF, _FRAME, _ALPHA, _PROFILE = b"XMP ", b"EXIF", b"ANMF", b"ALPH", b"ICCP"
_HAS_ANIMATION, _HAS_XMP, _HAS_EXIF, _HAS_ALPHA, _HAS_PROFILE = 0x02, 0x04, 0x08, 0x10, 0x20
_FIRST = 12  # where the chunks begin
_MOST = 2**32 - 2  # bytes after RIFF's length


@dataclass(frozen=True, slots=True)
class _Chunk:
    """`at`: of its kind; `end`: of its body; `next`: after the zero that may follow."""

    kind: bytes
    at: int
    end: int
    next: int

    @property
    def body(self) -> slice:
        return slice(self.at + 8, self.end)


def is_webp(head: bytes) -> bool:
    """By its first twelve bytes."""
    return head[:4] == _RIFF and head[8:12] == _WEBP


def stripped(data: bytes) -> bytes:
    """See `metadata.stripped`."""
    chunks = _whole(data)
    if chunks[0].kind != _EXTENDED:
        return _file([_chunk(chunks[0].kind, data[chunks[0].body])])
    extension = data[chunks[0].body]
    flags = extension[0] & (_HAS_ANIMATION | _HAS_ALPHA | _HAS_PROFILE)
    said = _looks(data, chunks)
    kept = [
        _chunk(chunk.kind, _bare(chunk.kind, data[chunk.body]))
        for chunk in _of_the_picture(chunks, is_animated=bool(flags & _HAS_ANIMATION))
    ]
    if said:
        flags |= _HAS_EXIF
        kept.append(_chunk(_EXIF, exif_with(said)))
    return _file([_chunk(_EXTENDED, bytes((flags, 0, 0, 0)) + extension[4:10]), *kept])


def with_xmp(data: bytes, packet: bytes) -> bytes:
    """See `metadata.with_xmp`."""
    chunks = _whole(data)
    first = chunks[0]
    if first.kind == _EXTENDED:
        extension = bytearray(data[first.body])
        chunks = chunks[1:]
    else:
        extension = bytearray(_extension(first.kind, data[first.body]))
    extension[0] |= _HAS_XMP
    kept = [_chunk(chunk.kind, data[chunk.body]) for chunk in chunks if chunk.kind != _XMP]
    made = _file([_chunk(_EXTENDED, bytes(extension)), *kept, _chunk(_XMP, packet)])
    return made + data[_end(of_memory(data)) :]


def without_credentials(data: bytes) -> bytes:
    """See `metadata.without_credentials`."""
    chunks = _whole(data)
    if all(chunk.kind != b"C2PA" for chunk in chunks):
        return data
    kept = [data[chunk.at : chunk.next] for chunk in chunks if chunk.kind != b"C2PA"]
    return _file(kept) + data[_end(of_memory(data)) :]


def read_xmp(picture: PictureBytes) -> bytes | None:
    """See `metadata.read_xmp`."""
    for chunk in _chunks(picture, _FIRST, _end(picture)):
        if chunk.kind == _XMP and chunk.end - chunk.at - 8 <= MOST_XMP:
            return picture.at(chunk.at + 8, chunk.end - chunk.at - 8)
    return None


def _whole(data: bytes) -> list[_Chunk]:
    """All chunks. Raises MetadataError where they hold no picture."""
    picture = of_memory(data)
    chunks = list(_chunks(picture, _FIRST, _end(picture)))
    if not chunks or chunks[0].kind not in (*_PICTURE, _EXTENDED):
        raise MetadataError("There is no picture in it.")
    first = chunks[0]
    if first.kind != _EXTENDED:
        _extension(first.kind, data[first.body])
        return chunks
    if first.end - first.at < 18:
        raise MetadataError("It is broken.")
    is_animated = bool(data[first.at + 8] & _HAS_ANIMATION)
    wanted = (_FRAME,) if is_animated else _PICTURE
    if not any(chunk.kind in wanted for chunk in chunks):
        raise MetadataError("There is no picture in it.")
    return chunks


def _of_the_picture(chunks: list[_Chunk], *, is_animated: bool) -> Iterator[_Chunk]:
    """After VP8X: of each kind the first, but of frames all, and nothing after a still picture."""
    wanted = {_PROFILE, b"ANIM", _FRAME} if is_animated else {_PROFILE, _ALPHA, *_PICTURE}
    for chunk in chunks:
        if chunk.kind in wanted:
            yield chunk
            if chunk.kind in _PICTURE:
                return
            if chunk.kind != _FRAME:
                wanted.remove(chunk.kind)


def _bare(kind: bytes, body: bytes) -> bytes:
    if kind == _PROFILE:
        return anonymous(body)
    return _bare_frame(body) if kind == _FRAME else body


def _bare_frame(body: bytes) -> bytes:
    """A frame of an animation: place and time (16 bytes), then chunks of its own."""
    inner = [
        chunk
        for chunk in _chunks(of_memory(body), 16, len(body))
        if chunk.kind in (_ALPHA, *_PICTURE)
    ]
    if not inner:
        raise MetadataError("It is broken.")
    return b"".join((body[:16], *(_chunk(chunk.kind, body[chunk.body]) for chunk in inner)))


def _looks(data: bytes, chunks: list[_Chunk]) -> Looks:
    """By its EXIF, else by its XMP."""
    of_kind = {chunk.kind: data[chunk.body] for chunk in reversed(chunks)}
    said = looks(of_kind.get(_EXIF, b""))
    if said.orientation == 1:
        return replace(said, orientation=orientation_in_xmp(of_kind.get(_XMP, b"")))
    return said


def _extension(kind: bytes, body: bytes) -> bytes:
    """What VP8X says of a simple picture, whose size and alpha its own first bytes tell."""
    if kind == _LOSSY and len(body) >= 10 and body[3:6] == b"\x9d\x01\x2a":
        width = int.from_bytes(body[6:8], "little") & 0x3FFF
        height = int.from_bytes(body[8:10], "little") & 0x3FFF
        flags = 0
    elif kind == _LOSSLESS and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags = _HAS_ALPHA if bits >> 28 & 1 else 0
    else:
        raise MetadataError("It is broken.")
    if not (width and height):
        raise MetadataError("It is broken.")
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes((flags, 0, 0, 0)) + sides


def _end(picture: PictureBytes) -> int:
    """Where its chunks end: others may have written behind it."""
    end = 8 + int.from_bytes(picture.at(4, 4), "little")
    if end > picture.size:
        raise MetadataError("It is cut.")
    return end


def _chunks(picture: PictureBytes, position: int, end: int) -> Iterator[_Chunk]:
    while position < end:
        head = picture.at(position, 8)
        body_end = position + 8 + int.from_bytes(head[4:], "little")
        if body_end > end:
            raise MetadataError("It is broken.")
        following = min(body_end + (body_end - position) % 2, end)
        yield _Chunk(head[:4], position, body_end, following)
        position = following


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<L", len(body)) + body + b"\0" * (len(body) % 2)


def _file(chunks: list[bytes]) -> bytes:
    size = len(_WEBP) + sum(map(len, chunks))
    if size > _MOST:
        raise MetadataError("What is to be written into the WebP is too long for it.")
    return b"".join((_RIFF, struct.pack("<L", size), _WEBP, *chunks))
