"""S21: the peak memory of a worker process on the largest picture of each kind that is accepted.

`python tests/bench/s21_decoders.py` makes ten pictures of 80 million pixels, which takes minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from figure import Figure
from PIL import Image
from script import run

from dreamina_desktop.core.jobs.answer import Verified
from dreamina_desktop.imaging.picture import MAX_PIXELS
from dreamina_desktop.imaging.thumbnail import thumbnails
from dreamina_desktop.imaging.verify import header, verify

WIDTH, HEIGHT = 10_000, 8_000
GOAL_MB = 600.0
# One at a time, and only where so much memory is free (ImagingWorkers).
ABOVE = frozenset(("WebP, lossy", "WebP, lossless", "JPEG, CMYK, progressive"))

Save = Callable[[Image.Image, BinaryIO], None]


def _saved(kind: str, **options: object) -> Save:
    return lambda image, file: image.save(file, kind, **options)


def _write_png_of_16_bits(image: Image.Image, file: BinaryIO) -> None:
    """Which Pillow reads and does not write."""

    def write(kind: bytes, body: bytes) -> None:
        check = zlib.crc32(kind + body)
        file.write(len(body).to_bytes(4) + kind + body + check.to_bytes(4))

    file.write(b"\x89PNG\r\n\x1a\n")
    write(b"IHDR", image.width.to_bytes(4) + image.height.to_bytes(4) + bytes((16, 2, 0, 0, 0)))
    packed = zlib.compressobj(1)
    for top in range(image.height):
        row = image.crop((0, top, image.width, top + 1)).tobytes()
        wide = bytearray(2 * len(row))
        wide[::2] = wide[1::2] = row
        write(b"IDAT", packed.compress(b"\0" + wide))
    write(b"IDAT", packed.flush())
    write(b"IEND", b"")


JPEG = {"quality": 90, "subsampling": 0}
KINDS: dict[str, tuple[str, Save]] = {
    "JPEG, baseline": ("RGB", _saved("JPEG", **JPEG)),
    "JPEG, progressive": ("RGB", _saved("JPEG", progressive=True, **JPEG)),
    "JPEG, CMYK": ("CMYK", _saved("JPEG", **JPEG)),
    "JPEG, CMYK, progressive": ("CMYK", _saved("JPEG", progressive=True, **JPEG)),
    "PNG, RGB": ("RGB", _saved("PNG", compress_level=1)),
    "PNG, RGBA": ("RGBA", _saved("PNG", compress_level=1)),
    "PNG, RGB of 16 bits": ("RGB", _write_png_of_16_bits),
    "PNG, grey of 16 bits": ("I;16", _saved("PNG", compress_level=1)),
    "WebP, lossy": ("RGB", _saved("WEBP", quality=60, method=0)),
    "WebP, lossless": ("RGB", _saved("WEBP", lossless=True, quality=0, method=0)),
}


def measure(_rounds: int, width: int = WIDTH, height: int = HEIGHT) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="dreamina-bench-") as folder:
        peaks = dict(_peaks(Path(folder), width, height))
    most = max(mb for kind, mb in peaks.items() if kind not in ABOVE)
    return [
        Figure(
            "S21",
            f"peak memory of a worker on a picture of {width:,} x {height:,}, of ten kinds",
            "–",
            f"under {GOAL_MB:.0f} MB but for WebP and progressive CMYK",
            f"{most:.0f} MB; {max(peaks.values()):.0f} MB with those",
            most < GOAL_MB,
            details={kind: f"{mb:.0f} MB" for kind, mb in peaks.items()},
        )
    ]


def _peaks(folder: Path, width: int, height: int) -> Iterator[tuple[str, float]]:
    """In MB, each in a process of its own."""
    assert width * height <= MAX_PIXELS
    for kind, (mode, save) in KINDS.items():
        file = folder / "picture"
        with file.open("wb") as out:
            save(_picture(mode, width, height), out)
        promised_mb = header(file).needed_bytes / 1e6
        mb = max(_peak_mb(file, "verify"), _peak_mb(file, "thumbnail"))
        assert mb < promised_mb + 60, f"{kind}: {mb:.0f} MB, {promised_mb:.0f} were expected"
        yield kind, mb


def _picture(mode: str, width: int, height: int) -> Image.Image:
    """Soft noise, which compresses about as photographs do."""
    noise = Image.effect_noise((width // 8, height // 8), 30).resize((width, height))
    if mode == "I;16":
        return noise.convert("I").point(lambda value: value * 257).convert("I;16")
    turned = noise.transpose(Image.Transpose.ROTATE_180)
    bands = {"RGB": (noise, turned, noise), "RGBA": (noise, turned, noise, turned)}
    if mode in bands:
        return Image.merge(mode, bands[mode])
    return Image.merge("CMYK", (noise, turned, noise, turned))


def _peak_mb(file: Path, work: str) -> float:
    command = [sys.executable, __file__, "--decode", work, str(file)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(json.loads(ended.stdout))


def _decode(work: str, file: Path) -> None:
    """As a worker does, in this process, and say its peak memory in MB."""
    if work == "verify":
        assert isinstance(verify(file), Verified)
    else:
        assert isinstance(thumbnails([file], None)[0], bytes)
    lines = Path("/proc/self/status").read_text().splitlines()
    [kilobytes] = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    sys.stdout.write(json.dumps(int(kilobytes) * 1024 / 1e6))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--decode"]:
        _decode(sys.argv[2], Path(sys.argv[3]))
    else:
        run(measure)
