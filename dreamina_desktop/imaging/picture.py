"""Open an image file of one of the three kinds that are kept, within limits."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Imported by name, so that Pillow does not load its forty other formats to look for them.
from PIL import (
    Image,
    JpegImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)
from PIL.ImageFile import ImageFile

MAX_PIXELS = 80_000_000  # an 8k upscale has 67 million
EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # Pillow's own limit, for what it finds inside a file
_ORIENTATION = 0x0112  # the EXIF tag
_MOST_AT_ONCE = 32_000_000  # bytes
_WORKER_BYTES = 40_000_000  # of a process that has decoded nothing yet


@dataclass(frozen=True, slots=True)
class Header:
    """What a file promises before it is decoded; no pixels where it is no picture."""

    pixels: int = 0
    needed_bytes: int = 0  # of memory, to decode it


class BadPictureError(ValueError):
    """The file is not a picture that we keep. In words."""


@contextmanager
def opened(file: Path) -> Iterator[ImageFile]:
    """A file's picture, its pixels not decoded yet. What goes wrong inside the block with the
    file's content comes out as BadPictureError, with the disk or the memory as OSError."""
    with file.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of broken EXIF, for one: the pixels count
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(stream, formats=tuple(EXTENSIONS)) as image:
                _check(image)
                # In one piece: Pillow would read 64 KB at a time.
                size = os.fstat(stream.fileno()).st_size
                image.decodermaxblock = min(max(image.decodermaxblock, size), _MOST_AT_ONCE)
                yield image
        except BadPictureError:
            raise
        except UnidentifiedImageError as error:
            raise BadPictureError("It is not a JPEG, PNG or WebP picture.") from error
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise BadPictureError("It has too many pixels.") from error
        except MemoryError as error:
            raise OSError("not enough memory for the picture") from error
        except Exception as error:
            # Pillow's decoders raise nearly anything for bad data. An OSError with a number is
            # the system's, one without is Pillow's.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise BadPictureError("It is cut or broken.") from error


def promised(image: ImageFile) -> Header:
    """What the header of an opened picture says."""
    pixels = image.width * image.height
    return Header(pixels, _WORKER_BYTES + int(_bytes_a_pixel(image) * pixels))


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or it cannot be read."""
    try:
        value = image.getexif().get(_ORIENTATION)
    except Exception:  # broken EXIF around good pixels: Pillow raises nearly anything
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _bytes_a_pixel(image: ImageFile) -> float:
    """Of memory, as measured (tests/bench/s21_decoders.py)."""
    if image.format == "WEBP":
        return 20
    if image.format == "JPEG":  # decoded small; a progressive one is held whole until its end
        return 2 * len(image.getbands()) if "progressive" in image.info else 0.2
    return 5


def _check(image: Image.Image) -> None:
    # The JPEG plugin also opens MPO, several pictures in one.
    if image.format not in EXTENSIONS:
        raise BadPictureError(f"It is {image.format}, and not JPEG, PNG or WebP.")
    if image.width * image.height > MAX_PIXELS:
        raise BadPictureError(f"It has more than {MAX_PIXELS // 1_000_000} million pixels.")
