"""Small upright JPEGs of image files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PIL.ImageFile import ImageFile

from dreamina_desktop.imaging.picture import Header, opened, orientation, promised

LONGER_SIDE = 320  # pixels
PREVIEW_SIDE = 640  # pixels; paper shows more than a screen
_QUALITY = 85
_MOST_PROFILE = 8_000  # bytes; those of screens and cameras have some hundred
_MOST_WHOLE = 20_000_000  # pixels; what has more is made smaller a strip at a time
_STRIP_ROWS = 16  # of what is made
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


@dataclass(frozen=True, slots=True)
class TooLarge:
    """Instead of a thumbnail: it is not to be decoded beside others."""

    header: Header


Made = bytes | TooLarge | None


def thumbnails(
    files: Sequence[Path], most_bytes: int | None, longer_side: int = LONGER_SIDE
) -> list[Made]:
    """Of each a JPEG at most `longer_side` pixels on its longer side, without metadata but a small
    colour profile; None where the file cannot be read or is not a picture. `most_bytes`: those
    that need more memory are left out."""
    return [_one(file, most_bytes, longer_side) for file in files]


def thumbnail(file: Path, longer_side: int = LONGER_SIDE) -> bytes:
    """The same of one. Raises OSError when the file cannot be read, ValueError when it is not a
    picture."""
    with opened(file) as image:
        return _made(image, longer_side)


def _one(file: Path, most_bytes: int | None, longer_side: int) -> Made:
    try:
        with opened(file) as image:
            header = promised(image)
            if most_bytes is not None and header.needed_bytes > most_bytes:
                return TooLarge(header)
            return _made(image, longer_side)
    except (OSError, ValueError):
        return None


def _made(image: ImageFile, longer_side: int) -> bytes:
    fitting = _fitting(image.size, longer_side)
    # The decoder itself makes a JPEG smaller by 2, 4 or 8: three to six times as fast.
    image.draft("RGB", fitting)
    small = _resized(image, fitting)
    turn = _TURNS.get(orientation(image))
    upright = small if turn is None else small.transpose(turn)
    out = io.BytesIO()
    # Pillow would take a file's comment along, where others write prompts and addresses.
    _opaque(upright).save(out, "JPEG", quality=_QUALITY, icc_profile=_profile(image), comment=b"")
    return out.getvalue()


def _profile(image: Image.Image) -> bytes | None:
    """What its numbers mean as colours; of other than three channels it fits no thumbnail."""
    profile = image.info.get("icc_profile")
    if image.mode not in ("RGB", "RGBA") or not isinstance(profile, bytes):
        return None
    return profile if len(profile) <= _MOST_PROFILE else None


def _fitting(size: tuple[int, int], longer_side: int) -> tuple[int, int]:
    """As large as it may be, in the picture's own shape: for a square of 320 px the decoder would
    stop at twice that, where only the longer side counts."""
    factor = min(1.0, longer_side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _resized(image: ImageFile, fitting: tuple[int, int]) -> Image.Image:
    image.load()
    if image.width * image.height > _MOST_WHOLE:
        factor = max(1, min(image.width // fitting[0], image.height // fitting[1]))
        box = (0, 0, image.width / factor, image.height / factor)
        return _reduced(image, factor).resize(fitting, box=box)
    small = _with_real_colours(image)
    return small if small.size == fitting else small.resize(fitting, reducing_gap=1.0)


def _reduced(image: ImageFile, factor: int) -> Image.Image:
    """With one pixel for so many by so many, a strip at a time: a second copy of all of it in other
    colours would take as much memory again."""
    rows = _STRIP_ROWS * factor
    size = -(-image.width // factor), -(-image.height // factor)
    reduced: Image.Image | None = None
    for top in range(0, image.height, rows):
        bottom = min(image.height, top + rows)
        strip = _with_real_colours(image.crop((0, top, image.width, bottom))).reduce(factor)
        reduced = reduced or Image.new(strip.mode, size)
        reduced.paste(strip, (0, top // factor))
    assert reduced is not None
    return reduced


def _with_real_colours(image: Image.Image) -> Image.Image:
    """Numbers of a palette cannot be averaged; transparency by palette becomes a channel."""
    if image.mode in ("RGB", "RGBA"):
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGB")


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image  # and no copy of it
    if image.mode != "RGBA":
        return image.convert("RGB")
    mat = Image.new("RGB", image.size, _MAT)
    mat.paste(image, mask=image.getchannel("A"))
    return mat
