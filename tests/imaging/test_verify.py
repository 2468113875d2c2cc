"""Only whole pictures of the three kinds pass."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from dreamina_desktop.core.jobs.answer import Invalid, Verified
from dreamina_desktop.imaging import verify as module
from dreamina_desktop.imaging.picture import Header
from dreamina_desktop.imaging.verify import header, prove_decoder, verify

Picture = Callable[..., Image.Image]
Encoded = Callable[..., bytes]
Save = Callable[..., Path]
Turned = Callable[[int], Image.Exif]


def bomb(width: int, height: int) -> bytes:
    """A black PNG of one bit a pixel: few bytes, many pixels."""
    rows = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    data = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_a_whole_picture_passes_whatever_its_file_is_called(
    kind: str, extension: str, picture: Picture, encoded: Encoded, save: Save
) -> None:
    file = save(encoded(picture(), kind), "picture.jpeg")
    assert verify(file) == Verified(extension, 200, 100)


def cuts(size: int) -> list[int]:
    """Lengths that a file of `size` bytes is cut to: near both ends, and all through."""
    near_end = range(size - 40, size)
    near_start = range(1, 40)
    return sorted({*near_start, *range(40, size - 40, max(1, size // 60)), *near_end})


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_a_file_cut_anywhere_is_refused(
    kind: str, options: dict[str, bool], picture: Picture, encoded: Encoded, save: Save
) -> None:
    data = encoded(picture(80, 60), kind, **options)
    passed = [
        length for length in cuts(len(data)) if not isinstance(verify(save(data[:length])), Invalid)
    ]
    assert passed == []


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_flipped_bits_that_cannot_be_decoded_are_refused(
    kind: str, picture: Picture, encoded: Encoded, save: Save
) -> None:
    """As Pillow itself says when it is asked for the pixels alone."""
    data = encoded(picture(80, 60), kind)
    refused = 0
    for at in range(60, len(data), max(1, len(data) // 80)):
        flipped = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        decodes = True
        try:
            with Image.open(io.BytesIO(flipped)) as image:
                image.load()
        except Exception:
            decodes = False
        refused += not decodes
        assert decodes or isinstance(verify(save(flipped)), Invalid), at
    assert refused  # how many, the noise decides


def test_an_animation_cut_in_a_later_frame_is_refused(
    picture: Picture, encoded: Encoded, save: Save
) -> None:
    frames = [picture(80, 60) for _ in range(3)]
    for kind in ("WEBP", "PNG"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        cut = save(data[: len(data) * 9 // 10])
        assert isinstance(verify(cut), Invalid), kind


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_an_animation_passes(kind: str, picture: Picture, encoded: Encoded, save: Save) -> None:
    frames = [picture(80, 60) for _ in range(3)]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    assert verify(save(data)) == Verified(kind.lower(), 80, 60)


def test_cmyk_passes(picture: Picture, encoded: Encoded, save: Save) -> None:
    data = encoded(picture(mode="CMYK"), "JPEG")
    assert verify(save(data)) == Verified("jpg", 200, 100)


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (200, 100)), (3, (200, 100)), (6, (100, 200)), (8, (100, 200))]
)
def test_sizes_are_those_of_the_upright_picture(
    orientation: int,
    size: tuple[int, int],
    picture: Picture,
    encoded: Encoded,
    save: Save,
    turned: Turned,
) -> None:
    data = encoded(picture(), "JPEG", exif=turned(orientation))
    assert verify(save(data)) == Verified("jpg", *size)


def test_broken_exif_around_good_pixels_does_no_harm(
    picture: Picture, encoded: Encoded, save: Save
) -> None:
    data = encoded(picture(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xff" * 30)
    assert verify(save(data)) == Verified("jpg", 200, 100)


@pytest.mark.parametrize("side", [8_945, 14_000, 20_000])
def test_a_bomb_is_refused_by_its_header(side: int, save: Save) -> None:
    file = save(bomb(side, side))
    assert file.stat().st_size < 100_000
    verdict = verify(file)
    assert isinstance(verdict, Invalid)
    assert "pixels" in verdict.reason


def test_a_picture_at_the_limit_passes(save: Save) -> None:
    assert verify(save(bomb(10_000, 8_000))) == Verified("png", 10_000, 8_000)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8\xff", b"<!doctype html><p>Sign in</p>", b"\0" * 5000, b"%PDF-1.7\n"],
    ids=["empty", "a JPEG's start", "HTML", "zeros", "PDF"],
)
def test_what_is_no_picture_is_refused(data: bytes, save: Save) -> None:
    verdict = verify(save(data))
    assert verdict == Invalid("It is not a JPEG, PNG or WebP picture.") or (
        data.startswith(b"\xff\xd8") and isinstance(verdict, Invalid)
    )


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM"])
def test_other_formats_are_refused(
    kind: str, picture: Picture, encoded: Encoded, save: Save
) -> None:
    verdict = verify(save(encoded(picture(), kind), "picture.jpg"))
    assert verdict == Invalid("It is not a JPEG, PNG or WebP picture.")


def test_several_pictures_in_one_jpeg_are_refused(
    picture: Picture, encoded: Encoded, save: Save
) -> None:
    data = encoded(picture(), "MPO", save_all=True, append_images=[picture()])
    assert verify(save(data)) == Invalid("It is MPO, and not JPEG, PNG or WebP.")


def test_a_file_that_is_not_there_is_an_error_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        verify(tmp_path / "nothing.part")


def test_the_header_tells_the_number_of_pixels(
    picture: Picture, encoded: Encoded, save: Save
) -> None:
    assert header(save(encoded(picture(), "WEBP"))).pixels == 20_000
    assert header(save(b"no picture")) == Header()


@pytest.mark.parametrize(
    ("options", "least", "most"),
    [
        ({}, 0, 60_000_000),
        ({"progressive": True}, 600_000_000, 700_000_000),
    ],
)
def test_the_header_tells_how_much_memory_is_needed(
    options: dict[str, bool],
    least: int,
    most: int,
    encoded: Encoded,
    save: Save,
) -> None:
    data = bytearray(encoded(Image.new("CMYK", (80, 80)), "JPEG", **options))
    at = data.index(b"\xff\xc2" if options else b"\xff\xc0") + 5
    data[at : at + 4] = (8900).to_bytes(2) + (8900).to_bytes(2)
    assert least <= header(save(bytes(data))).needed_bytes <= most


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"subsampling": 0}, {"optimize": True}, {"quality": 20}]
)
@pytest.mark.parametrize("mode", ["RGB", "CMYK", "L"])
def test_a_jpeg_that_is_decoded_small_is_read_whole(
    mode: str, options: dict[str, bool], picture: Picture, encoded: Encoded, save: Save
) -> None:
    data = encoded(picture(300, 260, mode), "JPEG", **options)
    assert verify(save(data)) == Verified("jpg", 300, 260)
    step = max(1, len(data) // 60)
    lengths = [*range(600, len(data) - 40, step), *range(len(data) - 40, len(data) - 2)]
    passed = [n for n in lengths if isinstance(verify(save(data[:n])), Verified)]
    assert passed == []


def test_where_no_good_picture_can_be_decoded_nothing_is_said_about_others(
    save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_kind: str) -> None:
        raise OSError("decoder jpeg not available")

    prove_decoder(1000)
    monkeypatch.setattr(module, "_decode_good_one", fail)
    with pytest.raises(OSError, match="a good picture cannot be decoded either"):
        verify(save(b"no picture"))
