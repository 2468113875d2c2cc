"""Real pictures, made by Pillow."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

Save = Callable[..., Path]


def picture(width: int = 200, height: int = 100, mode: str = "RGB") -> Image.Image:
    """Noise, so that no two rows are alike and compression leaves something to cut."""
    noise = Image.effect_noise((width, height), 60)
    return Image.merge("RGB", (noise, noise.rotate(180), noise)).convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Write bytes to a new file; the file."""

    def write(data: bytes, name: str = "image.part") -> Path:
        file = tmp_path / name
        file.write_bytes(data)
        return file

    return write
