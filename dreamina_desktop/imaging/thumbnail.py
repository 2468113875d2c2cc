"""A small upright JPEG of a saved picture."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageOps

SIDE = 320  # pixels of the longer side, at most
QUALITY = 85
_MAT = (128, 128, 128)  # under transparent pixels; quiet on light and on dark


def thumbnail(file: Path) -> bytes:
    """JPEG bytes, scaled while decoding (`draft`). Raises OSError or ValueError."""
    with Image.open(file, formats=("JPEG", "PNG", "WEBP")) as image:
        image.draft("RGB", (SIDE, SIDE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=1.0)
        out = io.BytesIO()
        _opaque(upright).save(out, "JPEG", quality=QUALITY)
        return out.getvalue()


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        mat = Image.new("RGBA", layer.size, _MAT)
        return Image.alpha_composite(mat, layer).convert("RGB")
    return image.convert("RGB")
