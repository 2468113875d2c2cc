"""Thumbnails are small, upright JPEGs in true colours."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat
from PIL.PngImagePlugin import PngInfo

from dreamina_desktop.imaging import thumbnail as module
from dreamina_desktop.imaging import verify
from dreamina_desktop.imaging.thumbnail import PREVIEW_SIDE, TooLarge, thumbnail, thumbnails

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
    most_bytes = verify.header(good).needed_bytes
    made = thumbnails([good, bad, large, tmp_path / "nothing.jpg"], most_bytes)
    assert made == [thumbnail(good), None, TooLarge(verify.header(large)), None]
    assert thumbnails([large], most_bytes=None) == [thumbnail(large)]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "PA", "1", "I;16"])
@pytest.mark.parametrize("size", [(2000, 1100), (1999, 1103), (330, 4000), (350, 320)])
def test_a_large_picture_made_smaller_in_strips_looks_like_one_made_smaller_whole(
    size: tuple[int, int],
    mode: str,
    encoded: Encoded,
    save: Save,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    across = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (across, across.transpose(Image.Transpose.FLIP_LEFT_RIGHT), across))
    options: dict[str, int] = {}
    if mode == "I;16":
        image = across.convert("I").point(lambda value: value * 257).convert("I;16")
    elif mode == "PA":
        image, options = image.convert("P"), {"transparency": 3}
    else:
        image = image.convert(mode)
        if mode in ("RGBA", "LA"):
            image.putalpha(across.transpose(Image.Transpose.FLIP_TOP_BOTTOM))
    file = save(encoded(image, "PNG", **options))
    whole = decoded(thumbnail(file))
    monkeypatch.setattr(module, "_MOST_WHOLE", 0)
    strips = decoded(thumbnail(file))
    assert strips.size == whole.size
    assert ImageStat.Stat(ImageChops.difference(strips, whole)).mean < [1.5] * 3


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1280, 720), (640, 360)), ((2161, 3000), (461, 640)), ((90, 50), (90, 50))],
)
def test_a_preview_is_at_most_as_large_as_it_is_asked_for(
    size: tuple[int, int], expected: tuple[int, int], encoded: Encoded, save: Save
) -> None:
    file = save(encoded(Image.new("RGB", size, "teal"), "JPEG"))
    assert decoded(thumbnail(file, PREVIEW_SIDE)).size == expected
    [made] = thumbnails([file], None, PREVIEW_SIDE)
    assert made == thumbnail(file, PREVIEW_SIDE)


SECRETS = b"US:user@example.com, a prompt"


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "CMYK"])
@pytest.mark.parametrize("side", [320, 200])  # made smaller, and as it is
def test_no_metadata_comes_along_but_a_small_profile(
    side: int, mode: str, picture: Picture, encoded: Encoded, save: Save, turned: Turned
) -> None:
    image, exif = picture(200, 100, mode), turned(6)
    exif[0x010E] = SECRETS.decode()  # the description
    said = PngInfo()
    for name in ("comment", "Comment", "parameters", "XML:com.adobe.xmp"):
        said.add_itxt(name, SECRETS.decode())
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    files = []
    if mode != "CMYK":
        files.append(encoded(image, "PNG", exif=exif, pnginfo=said, icc_profile=profile))
    if mode in ("RGB", "L", "CMYK"):
        more = {"exif": exif, "comment": SECRETS, "xmp": SECRETS}
        files.append(encoded(image, "JPEG", icc_profile=profile, **more))
    if mode in ("RGB", "RGBA"):
        files.append(encoded(image, "WEBP", exif=exif.tobytes(), xmp=SECRETS, icc_profile=profile))
    for data in files:
        assert SECRETS in data
        made = thumbnail(save(data), side)
        assert SECRETS not in made
        kept = {marker for marker, _ in decoded(made).applist}  # type: ignore[attr-defined]
        assert kept == ({"APP0", "APP2"} if mode in ("RGB", "RGBA") else {"APP0"})
        assert b"\xff\xfe" not in made[: made.index(b"\xff\xda")]  # no comment either


def test_a_broken_file_is_an_error(picture: Picture, encoded: Encoded, save: Save) -> None:
    data = encoded(picture(), "JPEG")
    with pytest.raises(ValueError, match="cut or broken"):
        thumbnail(save(data[: len(data) // 2]))
