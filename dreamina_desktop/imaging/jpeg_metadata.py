"""The segments of a JPEG: which of them say how it looks, and which say something about it.

`FF <marker> <length, itself included> <body>`, then scans of compressed data, in which an FF of the
picture is `FF 00` and restart markers are allowed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dreamina_desktop.imaging.colour_profile import anonymous
from dreamina_desktop.imaging.exif import Looks, exif_with, looks, orientation_in_xmp
from dreamina_desktop.imaging.picture_bytes import (
    MOST_XMP,
    MetadataError,
    PictureBytes,
    of_memory,
)

SIGNATURE = b"\xff\xd8\xff"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP = b"http://ns.adobe.com/xmp/extension/\0"  # what did not fit into the first
_EXIF = b"Exif\0\0"
_PROFILE = b"ICC_PROFILE\0"
_PROFILE_HEAD = len(_PROFILE) + 2  # with the number of the piece, from 1, and how many there are
_MOST_PACKET = 65_502  # bytes

# By chance, a scan ends with so many printable characters once in ten million pictures.
_LAST_WORDS = re.compile(rb"[\t\n\r\x20-\x7e]{16,}\Z")
_MOST_WORDS = 65_536  # bytes
_PRINTABLE_BY_CHANCE = 8  # of the scan's own last bytes

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_APP0, _APP1, _APP2, _APP11, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEB, 0xEE, 0xEF
_COMMENT = 0xFE
_WITHOUT_BODY = frozenset((0x01, *range(0xD0, 0xD8)))
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES = frozenset((0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF))
# Neither a restart, nor an FF of the picture or before another FF, nor what decoders pass over.
_AFTER_SCAN = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")


@dataclass(frozen=True, slots=True)
class _Segment:
    """`at`: of its FF; `body`: where that begins; `end`: of body and, in a scan, of its data."""

    marker: int
    at: int
    body: int
    end: int


def stripped(data: bytes) -> bytes:
    """See `metadata.stripped`."""
    kept = [SIGNATURE[:2]]
    place = 1  # after the JFIF segment, which has to be the first
    said: Looks | None = None
    turned = 1  # by XMP
    has_size = False
    profiles = _anonymous_profiles(data)
    for segment in _segments(data):
        body = data[segment.body : segment.end]
        if segment.marker == _APP1 and body.startswith(_EXIF):
            said = looks(body) if said is None else said  # others do not read a second one
        elif segment.marker == _APP1 and body.startswith(_XMP):
            turned = orientation_in_xmp(body) if turned == 1 else turned
        elif segment.marker == _APP0 and body.startswith(b"JFIF\0") and len(body) >= 12:
            has_size |= body[7] != 0
            kept.append(_segment(_APP0, body[:12] + b"\0\0"))  # without its thumbnail
            place = 2 if len(kept) == 2 else place
        elif segment.marker == _APP14 and body.startswith(b"Adobe") and len(body) >= 12:
            kept.append(_segment(_APP14, body[:12]))
        elif segment.at in profiles:
            kept.append(_segment(_APP2, profiles[segment.at]))
        elif _is_of_the_picture(segment.marker, body):
            kept.append(data[segment.at : segment.end])
    said = said or Looks()
    said = Looks(
        said.orientation if said.orientation != 1 else turned,
        None if has_size else said.resolution,
        said.unit,
    )
    if said:
        kept.insert(place, _segment(_APP1, _EXIF + exif_with(said)))
    return _without_last_words(b"".join(kept))


def _without_last_words(data: bytes) -> bytes:
    """Without text between the last scan's data and the end of the image, which decoders pass
    over."""
    end = len(data) - 2
    words = _LAST_WORDS.search(data, max(0, end - _MOST_WORDS), end)
    if words is None:
        return data
    for start in range(words.start(), min(words.start() + _PRINTABLE_BY_CHANCE, end)):
        without = data[:start] + data[end:]
        if _shows_the_same(data, without):
            return without
    return data  # it is a part of the picture


def _shows_the_same(one: bytes, other: bytes) -> bool:
    from PIL import Image  # noqa: PLC0415 (hardly any picture needs it)

    try:
        with Image.open(io.BytesIO(one)) as before, Image.open(io.BytesIO(other)) as after:
            return before.tobytes() == after.tobytes()
    except (OSError, ValueError, SyntaxError):
        return False


def _anonymous_profiles(data: bytes) -> dict[int, bytes]:
    """By their places, the segments of the colour profile, which goes over several of them, without
    names. None where the profile is not whole."""
    pieces = {
        segment.at: data[segment.body : segment.end]
        for segment in _segments(data)
        if segment.marker == _APP2
        and data[segment.body : segment.end].startswith(_PROFILE)
        and segment.end - segment.body >= _PROFILE_HEAD
    }
    order = sorted(pieces, key=lambda at: pieces[at][_PROFILE_HEAD - 2])
    whole = anonymous(b"".join(pieces[at][_PROFILE_HEAD:] for at in order))
    made: dict[int, bytes] = {}
    for at in order:
        size = len(pieces[at]) - _PROFILE_HEAD
        made[at] = pieces[at][:_PROFILE_HEAD] + whole[:size]
        whole = whole[size:]
    return made


def with_xmp(data: bytes, packet: bytes) -> bytes:
    """See `metadata.with_xmp`."""
    if len(packet) > _MOST_PACKET:
        raise MetadataError("What is to be written into the JPEG is too long for it.")
    parts = [data[:2]]
    position = 2
    place = 1
    is_before_picture = True
    replaced = (_XMP,) if b"HasExtendedXMP" in packet else (_XMP, _MORE_XMP)
    for segment in _segments(data):
        body = data[segment.body : segment.body + len(_MORE_XMP)]
        is_before_picture &= _APP0 <= segment.marker <= _APP15 or segment.marker == _COMMENT
        if segment.marker == _APP1 and body.startswith(replaced):
            parts.append(data[position : segment.at])
        else:
            parts.append(data[position : segment.end])
        position = segment.end
        is_exif = segment.marker == _APP1 and body.startswith(_EXIF)
        if is_before_picture and (is_exif or segment.marker == _APP0):
            place = len(parts)
    parts.insert(place, _segment(_APP1, _XMP + packet))
    return b"".join((*parts, data[position:]))


def without_credentials(data: bytes) -> bytes:
    """See `metadata.without_credentials`. Boxes of JUMBF hold them, and hardly anything else."""
    parts = [data[:2]]
    position = 2
    for segment in _segments(data):
        is_box = segment.marker == _APP11 and data[segment.body : segment.body + 2] == b"JP"
        parts.append(data[position : segment.at if is_box else segment.end])
        position = segment.end
    return b"".join((*parts, data[position:]))


def read_xmp(picture: PictureBytes) -> bytes | None:
    """See `metadata.read_xmp`. Looks no further than where the picture begins."""
    position = 2
    while True:
        segment = _segment_at(picture, position)
        if segment.marker in (_SCAN, _END):
            return None
        size = segment.end - segment.body
        if segment.marker == _APP1 and len(_XMP) <= size <= MOST_XMP:
            body = picture.at(segment.body, size)
            if body.startswith(_XMP):
                return body.removeprefix(_XMP)
        position = segment.end


def _is_of_the_picture(marker: int, body: bytes) -> bool:
    if marker == _APP2:
        return body.startswith(_PROFILE)
    return marker in _FRAMES or marker in _TABLES or marker in (_SCAN, _END)


def _segments(data: bytes) -> Iterator[_Segment]:
    """After the start to the end. Raises MetadataError where there is no whole picture."""
    picture = of_memory(data)
    position = 2
    has_frame = has_scan = False
    while True:
        segment = _segment_at(picture, position)
        has_frame |= segment.marker in _FRAMES
        if segment.marker == _SCAN:
            if not has_frame:
                raise MetadataError("It is broken.")
            has_scan = True
            found = _AFTER_SCAN.search(data, segment.end)
            if found is None:
                raise MetadataError("It is cut.")
            segment = _Segment(segment.marker, segment.at, segment.body, found.start())
        yield segment
        if segment.marker == _END:
            if not has_scan:
                raise MetadataError("There is no picture in it.")
            return
        position = segment.end


def _segment_at(picture: PictureBytes, position: int) -> _Segment:
    """The next one; FFs that fill, and what others skip, are before its `at`."""
    while True:
        fill, marker = picture.at(position, 2)
        if fill == 0xFF and marker not in (0x00, 0xFF):
            break
        position += 1
    if marker == _START:
        raise MetadataError("It is broken.")
    body = position + 2
    if marker == _END or marker in _WITHOUT_BODY:
        return _Segment(marker, position, body, body)
    size = int.from_bytes(picture.at(body, 2))
    end = body + size
    if size < 2:
        raise MetadataError("It is broken.")
    if end > picture.size:
        raise MetadataError("It is cut.")
    return _Segment(marker, position, body + 2, end)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body
