"""Real pictures, made by Pillow."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))  # for burdened.py


@pytest.fixture
def picture() -> Callable[..., Image.Image]:
    """Noise, so that no two rows are alike and compression leaves something to cut."""

    def make(width: int = 200, height: int = 100, mode: str = "RGB") -> Image.Image:
        noise = Image.effect_noise((width, height), 60)
        return Image.merge("RGB", (noise, noise.rotate(180), noise)).convert(mode)

    return make


@pytest.fixture
def encoded() -> Callable[..., bytes]:
    """A picture as bytes of a format."""

    def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
        out = io.BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()

    return encode


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Write bytes to a file; the file."""

    def write(data: bytes, name: str = "image.part") -> Path:
        file = tmp_path / name
        file.write_bytes(data)
        return file

    return write


@pytest.fixture
def turned() -> Callable[[int], Image.Exif]:
    """EXIF data with an orientation, 1 to 8."""

    def make(orientation: int) -> Image.Exif:
        exif = Image.Exif()
        exif[0x0112] = orientation
        return exif

    return make
