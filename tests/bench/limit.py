"""The practical limit of a thumbnail: libjpeg-turbo decodes a JPEG at an eighth, no more."""

from __future__ import annotations

import importlib.util
from pathlib import Path

MISSING = "not measured: simplejpeg is not installed"


def is_there() -> bool:
    """A dependency of the bench alone: with numpy it is larger than all of Pillow."""
    return importlib.util.find_spec("simplejpeg") is not None


def decode(file: Path) -> object:
    """Of 2560x1440, to 320x180."""
    import simplejpeg

    return simplejpeg.decode_jpeg(
        file.read_bytes(), "RGB", min_height=180, min_width=320, min_factor=1
    )
