"""Whether a file is a whole picture of a kind that we keep: only decoding every pixel proves it."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from dreamina_desktop.core.answer import Invalid, Verdict, Verified

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
MAX_PIXELS = 100_000_000
_ORIENTATION = 0x0112
_ON_ITS_SIDE = (5, 6, 7, 8)


def verify(file: Path) -> Verdict:
    """Decode `file`; sizes are after the EXIF orientation. Raises OSError when the file itself
    cannot be read."""
    with file.open("rb") as stream:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                return _verify(Image.open(stream, formats=tuple(EXTENSIONS)))
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            return Invalid(f"It is larger than {MAX_PIXELS // 1_000_000} megapixels.")
        except UnidentifiedImageError:
            return Invalid("It is not a JPEG, PNG or WebP image.")
        except Exception:
            # Broken pictures raise whatever their decoder meets.
            return Invalid("The picture is broken: it ends early or cannot be decoded.")


def _verify(image: Image.Image) -> Verdict:
    # formats=("JPEG",) opens MPO too.
    if image.format not in EXTENSIONS:
        return Invalid(f"It is not a JPEG, PNG or WebP image but {image.format}.")
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise Image.DecompressionBombError
    turned = image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
    image.load()
    return Verified(EXTENSIONS[image.format], *((height, width) if turned else (width, height)))
