"""Thumbnails are small, upright JPEGs in true colours."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from dreamina_desktop.imaging.thumbnail import TOO_LARGE, thumbnail, thumbnails

Picture = Callable[..., Image.Image]
Encoded = Callable[..., bytes]
Save = Callable[..., Path]
Turned = Callable[[int], Image.Exif]


def decoded(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def near(pixel: object, colour: tuple[int, int, int], slack: int = 12) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= slack for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1280, 720), (320, 180)),
        ((720, 1280), (180, 320)),
        ((100, 50), (100, 50)),
        ((3000, 2), (320, 1)),
    ],
)
def test_the_longer_side_is_at_most_320(
    kind: str, size: tuple[int, int], expected: tuple[int, int], encoded: Encoded, save: Save
) -> None:
    small = decoded(thumbnail(save(encoded(Image.new("RGB", size, "teal"), kind))))
    assert (small.format, small.mode, small.size) == ("JPEG", "RGB", expected)
    assert near(small.getpixel((0, 0)), (0, 128, 128))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_stands_upright(
    orientation: int, encoded: Encoded, save: Save, turned: Turned
) -> None:
    upright = Image.new("RGB", (640, 320), "white")
    upright.paste("red", (0, 0, 160, 160))  # the upper left corner
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    small = decoded(thumbnail(save(encoded(stored, "JPEG", exif=turned(orientation)))))
    assert small.size == (320, 160)
    assert near(small.getpixel((20, 20)), (254, 0, 0))
    assert near(small.getpixel((300, 140)), (255, 255, 255))


def test_cmyk_becomes_rgb(encoded: Encoded, save: Save) -> None:
    data = encoded(Image.new("RGB", (640, 320), "orange").convert("CMYK"), "JPEG")
    small = decoded(thumbnail(save(data)))
    assert small.mode == "RGB"
    assert near(small.getpixel((10, 10)), (255, 165, 0))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparent_pixels_lie_on_grey(kind: str, encoded: Encoded, save: Save) -> None:
    image = Image.new("RGBA", (640, 320), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (320, 0, 640, 320))
    small = decoded(thumbnail(save(encoded(image, kind))))
    assert near(small.getpixel((10, 10)), (128, 128, 128))
    assert near(small.getpixel((300, 10)), (0, 0, 254))


def test_a_palette_keeps_its_colours_and_its_transparency(encoded: Encoded, save: Save) -> None:
    image = Image.new("P", (640, 320), 1)
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.paste(2, (320, 0, 640, 320))
    small = decoded(thumbnail(save(encoded(image, "PNG", transparency=2))))
    assert near(small.getpixel((10, 10)), (0, 255, 1))
    assert near(small.getpixel((300, 10)), (128, 128, 128))


def test_sixteen_bits_of_grey_are_scaled_to_eight(encoded: Encoded, save: Save) -> None:
    image = Image.new("I;16", (640, 320), 0x8000)
    small = decoded(thumbnail(save(encoded(image, "PNG"))))
    assert near(small.getpixel((10, 10)), (128, 128, 128))


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(
    "size", [(2560, 1440), (1152, 864), (641, 359), (320, 320), (40, 9), (1, 1)]
)
def test_a_jpeg_made_smaller_by_its_decoder_looks_like_one_made_smaller_afterwards(
    size: tuple[int, int], mode: str, progressive: bool, encoded: Encoded, save: Save
) -> None:
    across = Image.linear_gradient("L").resize(size)
    down = across.transpose(Image.Transpose.ROTATE_180)
    picture = Image.merge("RGB", (across, down, Image.new("L", size, 90))).convert(mode)
    data = encoded(picture, "JPEG", quality=90, progressive=progressive)
    small = decoded(thumbnail(save(data)))
    whole = decoded(data).convert("RGB")
    whole.thumbnail((320, 320))
    assert small.size == whole.size
    apart = ImageChops.difference(small, whole)
    assert max(ImageStat.Stat(apart).mean) < 8


def test_several_are_made_in_one_go_each_with_its_own_answer(
    picture: Picture, encoded: Encoded, save: Save, tmp_path: Path
) -> None:
    good = save(encoded(picture(), "PNG"), "good.png")
    large = save(encoded(picture(201, 100), "PNG"), "large.png")
    bad = save(encoded(picture(), "JPEG")[:2000], "cut.jpg")
    made = thumbnails([good, bad, large, tmp_path / "nothing.jpg"], most_pixels=20_000)
    assert made == [thumbnail(good), None, TOO_LARGE, None]
    assert thumbnails([large], most_pixels=None) == [thumbnail(large)]


def test_a_broken_file_is_an_error(picture: Picture, encoded: Encoded, save: Save) -> None:
    data = encoded(picture(), "JPEG")
    with pytest.raises(ValueError, match="cut or broken"):
        thumbnail(save(data[: len(data) // 2]))
