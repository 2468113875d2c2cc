"""Prove that an image file is whole: only decoding every pixel does."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from dreamina_desktop.core.answer import Invalid, Verdict, Verified
from dreamina_desktop.imaging.picture import (
    EXTENSIONS,
    BadPictureError,
    opened,
    orientation,
)

_PNG_SIGNATURE_BYTES = 8


def verify(file: Path) -> Verdict:
    """Decode a file's (first) picture. Raises OSError when the file cannot be read."""
    try:
        with opened(file) as image:
            image.load()
            _check_end(file, image.format or "")
            width, height = _upright_size(image)
            return Verified(EXTENSIONS[image.format or ""], width, height)
    except BadPictureError as error:
        return Invalid(str(error))


def pixels(file: Path) -> int:
    """How many pixels a file's header promises; 0 where it cannot be told."""
    try:
        with opened(file) as image:
            return image.width * image.height
    except BadPictureError:
        return 0


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """EXIF orientations from 5 on lie on their side."""
    width, height = image.size
    return (height, width) if orientation(image) >= 5 else (width, height)


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
