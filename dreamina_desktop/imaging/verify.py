"""Prove that an image file is whole: only decoding all of its data does."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from dreamina_desktop.core.jobs.answer import Invalid, Verified
from dreamina_desktop.imaging.picture import (
    EXTENSIONS,
    BadPictureError,
    Header,
    opened,
    orientation,
    promised,
)

_PNG_SIGNATURE_BYTES = 8
_JPEG_SCALE = 8  # all of a JPEG's data is read, and an 8th of its rows and columns kept
_TEST_SIDE = 16  # pixels


def verify(file: Path) -> Verified | Invalid:
    """Decode a file's (first) picture. Raises OSError when the file cannot be read, or when not
    even a good picture can be decoded."""
    try:
        with opened(file) as image:
            size = image.size
            if image.format == "JPEG":
                image.draft(None, (image.width // _JPEG_SCALE, image.height // _JPEG_SCALE))
            image.load()
            _check_end(file, image.format or "")
            # Not before: Pillow reads a PNG for it, and what is broken then would go unnoticed.
            width, height = _upright(size, orientation(image))
            return Verified(EXTENSIONS[image.format or ""], width, height)
    except BadPictureError as error:
        prove_decoder()
        return Invalid(str(error))


def header(file: Path) -> Header:
    """Of a file. Raises OSError when it cannot be read."""
    try:
        with opened(file) as image:
            return promised(image)
    except BadPictureError:
        return Header()


def prove_decoder(needed_bytes: int = 0) -> None:
    """Decode good pictures, and take so much memory for a moment. Raises OSError where this machine
    cannot do that now: then what it says about another picture counts for nothing."""
    try:
        for kind in EXTENSIONS:
            _decode_good_one(kind)
        b"\1" * needed_bytes  # written to, so that the system has to give it
    except Exception as error:  # a broken decoder raises nearly anything
        raise OSError(f"a good picture cannot be decoded either ({error})") from error


def _decode_good_one(kind: str) -> None:
    encoded = io.BytesIO()
    Image.new("RGB", (_TEST_SIDE, _TEST_SIDE), "red").save(encoded, kind)
    with Image.open(encoded, formats=(kind,)) as image:
        image.load()


def _upright(size: tuple[int, int], turned: int) -> tuple[int, int]:
    """EXIF orientations from 5 on lie on their side."""
    width, height = size
    return (height, width) if turned >= 5 else (width, height)


def _check_end(file: Path, kind: str) -> None:
    """Pillow reads a PNG without its end, where only the last chunks are missing."""
    if kind == "PNG" and not _has_png_end(file):
        raise BadPictureError("It is cut.")


def _has_png_end(file: Path) -> bool:
    """Walk the chunks (length, type, data, check sum) to IEND."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        position = _PNG_SIGNATURE_BYTES
        while position + 12 <= size:
            stream.seek(position)
            head = stream.read(8)
            position += 12 + int.from_bytes(head[:4], "big")
            if head[4:] == b"IEND":
                return position <= size
    return False
