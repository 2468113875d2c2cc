"""A small upright JPEG of an image file."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from dreamina_desktop.imaging.picture import opened, orientation

LONGER_SIDE = 320  # pixels
_QUALITY = 85
_MAT = (128, 128, 128)  # behind transparent pixels: as good on a light window as on a dark one

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def thumbnail(file: Path) -> bytes:
    """A JPEG at most 320 px on its longer side. Raises OSError when the file cannot be read,
    ValueError when it is not a picture."""
    with opened(file) as image:
        size = (LONGER_SIDE, LONGER_SIDE)
        # The decoder itself makes a JPEG smaller by 2, 4 or 8: three to eight times as fast. It is
        # told both sides, rounded down: by a square it goes by the shorter one, and stops early.
        image.draft("RGB", _fitting(image.size))
        small = _with_real_colours(image)
        small.thumbnail(size, reducing_gap=1.0)
        turn = _TURNS.get(orientation(image))
        upright = small if turn is None else small.transpose(turn)
        out = io.BytesIO()
        _opaque(upright).save(out, "JPEG", quality=_QUALITY)
        return out.getvalue()


def _fitting(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    longer = max(size)
    return max(1, width * LONGER_SIDE // longer), max(1, height * LONGER_SIDE // longer)


def _with_real_colours(image: Image.Image) -> Image.Image:
    """Numbers of a palette cannot be averaged; transparency by palette becomes a channel."""
    image.load()
    if image.mode in ("RGB", "RGBA"):
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGB")


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    mat = Image.new("RGB", image.size, _MAT)
    mat.paste(image, mask=image.getchannel("A"))
    return mat
