"""What files say about themselves comes and goes; no pixel and no byte of a picture does."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from burdened import (
    ALL,
    CLEAN,
    EMAIL,
    ICC,
    JOBID,
    LOADED,
    PROMPT,
    SECRET,
    burdened,
    chunk,
    encoded,
    jpeg_segments,
    noise,
    piece,
    png_chunks,
    riff,
    segment,
    turned,
    webp_chunks,
    with_right_sums,
)
from PIL import Image, ImageCms, PngImagePlugin

from dreamina_desktop.core.export.xmp import Provenance, parse_packet, xmp_packet
from dreamina_desktop.imaging import jpeg_metadata, png_metadata, webp_metadata
from dreamina_desktop.imaging.colour_profile import anonymous
from dreamina_desktop.imaging.metadata import (
    read_xmp,
    read_xmp_file,
    stripped,
    with_xmp,
    without_credentials,
)
from dreamina_desktop.imaging.picture_bytes import MetadataError, PictureBytes
from dreamina_desktop.imaging.verify import Verified, verify

OURS = Provenance(
    jobid=JOBID,
    index=2,
    prompt=f'{PROMPT} <b>红色</b> tiff:Orientation="6" tiff:Orientation>6',
    model="seedream-4.6",
    asset_ref=f"US:{EMAIL}-image:w2560:h1440:s905-uri:tos-a/1",
    parents=(f"US:{EMAIL}-image:w1:h1:s1-uri:tos-b/2", f"{JOBID}#1"),
    created="2026-03-02T14:05:30.123Z",
)
PACKET = xmp_packet(OURS)
every = pytest.mark.parametrize("name", ALL)
Save = Callable[..., Path]


MOST_PIXELS, MOST_FRAMES = 1_000_000, 5  # a damaged file may say millions


def shown(data: bytes) -> list[tuple[Any, ...]]:
    """What is on the screen: each frame's pixels, with what decides about colours and sizes."""
    with Image.open(io.BytesIO(data)) as image:
        frames = []
        assert image.width * image.height < MOST_PIXELS
        for number in range(min(getattr(image, "n_frames", 1), MOST_FRAMES)):
            image.seek(number)
            image.load()
            frames.append((image.mode, image.size, image.info.get("duration"), image.tobytes()))
        told = ("transparency", "gamma", "dpi", "loop")
        colours = anonymous(image.info.get("icc_profile") or b"")
        return [*frames, (colours, *(image.info.get(key) for key in told))]


def direction(data: bytes) -> int:
    """As Pillow turns it: by EXIF, or by XMP."""
    with Image.open(io.BytesIO(data)) as image:
        return int(image.getexif().get(0x0112, 1))


def compressed(data: bytes) -> list[Any]:
    """The picture's own bytes."""
    if data[:2] == b"\xff\xd8":
        kinds = (0xC0, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD)
        return [data[start:end] for kind, start, end in jpeg_segments(data) if kind in kinds]
    if data[:4] == b"\x89PNG":
        wanted = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"fdAT", b"fcTL", b"acTL", b"iCCP")
        return [found for found in png_chunks(data) if found[0] in wanted]
    wanted = (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ICCP")
    return [found for found in webp_chunks(data) if found[0] in wanted]


# -- taking out ---------------------------------------------------------------------------------


@every
def test_a_stripped_picture_shows_the_same_from_the_same_bytes(name: str) -> None:
    data = burdened(ALL[name]())
    bare = stripped(data)
    assert shown(bare) == shown(data)
    assert direction(bare) == direction(data) == (6 if "turned" in name else 1)
    assert compressed(bare) == compressed(data)


@every
def test_nothing_that_was_said_about_it_is_left(name: str) -> None:
    data = burdened(with_xmp(ALL[name](), PACKET))
    bare = stripped(data)
    for secret in (EMAIL, JOBID, PROMPT, "seedream", "dreamina", "xmp", "jumb"):
        assert secret.encode() not in bare, secret
    assert EMAIL.encode() in data
    assert read_xmp(bare) is None


@every
def test_it_makes_no_difference_what_was_said(name: str) -> None:
    data = ALL[name]()
    if not data.startswith(b"RIFF"):
        assert stripped(burdened(data)) == stripped(data)
    assert stripped(with_xmp(burdened(data), PACKET)) == stripped(with_xmp(data, PACKET))
    assert stripped(stripped(data)) == stripped(data)


@pytest.mark.parametrize("name", CLEAN)
def test_a_file_that_says_nothing_stays_byte_for_byte(name: str) -> None:
    data = CLEAN[name]()
    assert stripped(data) == data


@pytest.mark.parametrize("name", [name for name in ALL if "profile" in name])
def test_the_colour_profile_stays(name: str) -> None:
    with Image.open(io.BytesIO(stripped(burdened(ALL[name]())))) as image:
        assert (image.info["icc_profile"] or b"").startswith(ICC)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_stays_turned_and_keeps_nothing_else(kind: str, orientation: int) -> None:
    bare = stripped(encoded(kind, exif=turned(orientation)))
    with Image.open(io.BytesIO(bare)) as image:
        assert dict(image.getexif()) == ({} if orientation == 1 else {0x0112: orientation})
    assert SECRET not in bare


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_orientations_of_both_byte_orders_are_read(order: str, prefix: bytes) -> None:
    magic = b"II*\0" if order == "<" else b"MM\0*"
    directory = struct.pack(f"{order}LHHHLHH", 8, 1, 0x0112, 3, 1, 8, 0) + b"\0" * 4
    png = with_chunk_after_head(encoded("PNG"), chunk(b"eXIf", prefix + magic + directory))
    with Image.open(io.BytesIO(stripped(png))) as image:
        assert image.getexif()[0x0112] == 8


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"MM\0*",
        b"MM\0*\xff\xff\xff\xff" + b"\xff" * 30,
        b"MM\0*\0\0\0\x08\xff\xff\x01\x12",
        b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x09\0\0\0",
        b"II*\0\x08\0\0\0\1\0\x12\1\2\0\1\0\0\0\x06\0\0\0",
        SECRET,
    ],
    ids=range(7),
)
def test_exif_that_cannot_be_read_is_gone(exif: bytes) -> None:
    jpeg = encoded("JPEG")
    spoilt = jpeg[:20] + segment(0xE1, b"Exif\0\0" + exif) + jpeg[20:]
    assert stripped(spoilt) == jpeg


def test_the_first_exif_of_a_jpeg_counts_as_it_does_for_others() -> None:
    jpeg = encoded("JPEG", exif=turned(1))
    second = segment(0xE1, b"Exif\0\0" + turned(6).tobytes().removeprefix(b"Exif\0\0"))
    place = next(start for kind, start, _end in jpeg_segments(jpeg) if kind == 0xDB)
    both = jpeg[:place] + second + jpeg[place:]
    assert direction(stripped(both)) == direction(both) == 1


def test_the_thumbnail_of_a_jpegs_head_goes() -> None:
    jpeg = encoded("JPEG")
    thumbnail = b"\7\1" + SECRET[:21]
    with_thumbnail = jpeg[:2] + segment(0xE0, jpeg[6:18] + thumbnail) + jpeg[20:]
    assert stripped(with_thumbnail) == jpeg


def test_several_pictures_in_a_jpeg_become_the_first() -> None:
    several = encoded("MPO", save_all=True, append_images=[noise(seed=1)])
    bare = stripped(several)
    assert compressed(bare) == compressed(several)
    assert bare.count(b"\xff\xd8\xff") == 1
    assert b"MPF\0" in several
    assert b"MPF\0" not in bare
    with Image.open(io.BytesIO(bare)) as image:
        assert image.format == "JPEG"


def test_what_is_hidden_beside_the_picture_of_a_webp_goes() -> None:
    data = encoded("WEBP", "RGBA")
    pieces = [piece(*found) for found in webp_chunks(data)]
    hidden = [piece(b"VP8 ", SECRET), piece(b"ICCP", SECRET), piece(b"ANMF", SECRET)]
    assert stripped(riff(*pieces, *hidden)) == data


def test_a_webp_without_its_last_padding_is_taken() -> None:
    packet = PACKET + b" " * (len(PACKET) % 2 == 0)
    data = with_xmp(encoded("WEBP"), packet)
    assert data[-1:] == b"\0"
    size = int.from_bytes(data[4:8], "little") - 1
    short = data[:4] + struct.pack("<L", size) + data[8:-1]
    assert read_xmp(short) == packet
    assert stripped(short) == stripped(data)


def test_a_stripped_picture_passes_for_a_whole_one(save: Save) -> None:
    for name, make in ALL.items():
        assert isinstance(verify(save(stripped(burdened(make())))), Verified), name


# -- putting in ---------------------------------------------------------------------------------


@every
def test_what_was_put_in_is_read_and_the_picture_is_the_same(name: str, save: Save) -> None:
    data = ALL[name]()
    written = with_xmp(data, PACKET)
    assert read_xmp(written) == PACKET
    assert parse_packet(read_xmp_file(save(written)) or b"") == OURS
    assert shown(written) == shown(data)
    assert direction(written) == direction(data)
    assert compressed(written) == compressed(data)


@every
def test_all_else_stays_byte_for_byte(name: str) -> None:
    data = ALL[name]()
    written = with_xmp(data, PACKET)
    if data.startswith(b"\xff\xd8"):
        assert (
            written.replace(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PACKET), b"") == data
        )
    elif data.startswith(b"\x89PNG"):
        assert written.replace(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + PACKET), b"") == data
    else:
        apart = {b"VP8X", b"XMP "}
        assert [found for found in webp_chunks(written) if found[0] not in apart] == [
            found for found in webp_chunks(data) if found[0] not in apart
        ]


@every
def test_an_older_packet_is_replaced(name: str) -> None:
    data = ALL[name]()
    twice = with_xmp(with_xmp(data, xmp_packet(Provenance("j1", 0, "another"))), PACKET)
    assert twice == with_xmp(data, PACKET)


@every
def test_a_foreign_packet_is_replaced_and_what_is_behind_the_end_stays(name: str) -> None:
    data = burdened(ALL[name]())
    written = with_xmp(data, PACKET)
    assert read_xmp(written) == PACKET
    assert b"<x>" not in written
    assert b"xmp/extension" not in written
    assert written.endswith(SECRET)
    assert shown(written) == shown(data)


THEIRS = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 TC260:AIGC="{&quot;Label&quot;:&quot;1&quot;}"><dc:creator><rdf:Seq><rdf:li>Jane</rdf:li></rdf:Seq>
</dc:creator><dc:description><rdf:Alt><rdf:li xml:lang="x-default">theirs</rdf:li></rdf:Alt>
</dc:description></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def with_theirs(kind: str, packet: bytes = THEIRS) -> bytes:
    """A picture into which another program has written."""
    return encoded(kind, **({"pnginfo": xmp_text(packet)} if kind == "PNG" else {"xmp": packet}))


def xmp_text(packet: bytes) -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", packet.decode())
    return texts


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_others_wrote_stays_and_ours_is_beside_it(kind: str) -> None:
    written = with_xmp(with_theirs(kind), PACKET)
    packet = read_xmp(written) or b""
    assert parse_packet(packet) == OURS
    for theirs in (b"TC260:AIGC=", b"<rdf:li>Jane</rdf:li>", b">theirs</rdf:li>"):
        assert packet.count(theirs) == 1
    assert packet.count(b"<dc:description>") == 1
    assert packet.count(b"<xmp:CreatorTool>") == 1
    assert shown(written) == shown(with_theirs(kind))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_ours_beside_theirs_is_replaced_by_a_newer_one(kind: str) -> None:
    older = with_xmp(with_theirs(kind), xmp_packet(Provenance("j1", 0, "another")))
    assert with_xmp(older, PACKET) == with_xmp(with_theirs(kind), PACKET)


def test_room_that_was_left_for_editing_makes_way() -> None:
    roomy = THEIRS.replace(b"<?xpacket end", b" " * 64_000 + b"<?xpacket end")
    assert parse_packet(read_xmp(with_xmp(with_theirs("JPEG", roomy), PACKET)) or b"") == OURS


@pytest.mark.parametrize(
    "theirs",
    [THEIRS.replace(b"rdf:", b"r:").replace(b":rdf=", b":r="), THEIRS.decode().encode("utf-16")],
    ids=["another prefix", "UTF-16"],
)
def test_what_nothing_can_be_added_to_is_not_touched(theirs: bytes) -> None:
    with pytest.raises(MetadataError, match="Nothing can be added"):
        with_xmp(encoded("JPEG", xmp=theirs), PACKET)


@every
def test_content_credentials_go_alone(name: str) -> None:
    data = ALL[name]()
    assert without_credentials(data) == data
    with_them = credentialed(data)
    assert with_them != data
    bare = without_credentials(with_them)
    assert compressed(bare) == compressed(data)
    assert b"c2pa" not in bare
    assert (SECRET in bare) == (SECRET in data)


def credentialed(data: bytes) -> bytes:
    """With Content Credentials where each kind has them."""
    box = b"jumb\0\0\0\x1ejumdc2pa\0\x11\0\x10"
    if data.startswith(b"\xff\xd8"):
        places = [segment(0xEB, b"JP\2\x11" + bytes([0, 0, 0, n]) + box) for n in (1, 2)]
        return data[:2] + b"".join(places) + data[2:]
    if data.startswith(b"\x89PNG"):
        return with_chunk_after_head(data, chunk(b"caBX", box))
    more = piece(b"C2PA", box)
    size = int.from_bytes(data[4:8], "little") + len(more)
    return data[:4] + struct.pack("<L", size) + data[8:] + more


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_resolution_by_exif_alone_stays(kind: str) -> None:
    exif = Image.Exif()
    exif[0x011A], exif[0x011B], exif[0x0128], exif[0x010F] = 300.0, 240.0, 2, "camera"
    exif[0x0112] = 6
    with Image.open(io.BytesIO(stripped(encoded(kind, exif=exif)))) as image:
        kept = dict(image.getexif())
    assert kept == {0x0112: 6, 0x011A: 300, 0x011B: 240, 0x0128: 2}


def test_the_resolution_of_a_jpegs_head_goes_before_that_of_exif() -> None:
    exif = Image.Exif()
    exif[0x011A], exif[0x011B], exif[0x0128] = 300.0, 300.0, 2
    with Image.open(io.BytesIO(stripped(encoded("JPEG", exif=exif, dpi=(72, 72))))) as image:
        assert (dict(image.getexif()), image.info["dpi"]) == ({}, (72, 72))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_xmp_alone_turns_stays_turned(kind: str) -> None:
    turning = THEIRS.replace(b"TC260:AIGC=", b'tiff:Orientation="8" TC260:AIGC=')
    bare = stripped(with_theirs(kind, turning))
    with Image.open(io.BytesIO(bare)) as image:
        assert dict(image.getexif()) == {0x0112: 8}


def test_words_behind_the_data_of_the_picture_go() -> None:
    jpeg, png = encoded("JPEG"), encoded("PNG")
    assert stripped(jpeg[:-2] + SECRET + jpeg[-2:]) == jpeg
    body = next(body for kind, body in png_chunks(png) if kind == b"IDAT")
    behind = png.replace(
        chunk(b"IDAT", body), chunk(b"IDAT", body + SECRET) + chunk(b"IDAT", SECRET)
    )
    assert stripped(behind) == png
    assert stripped(png[:-12] + chunk(b"IEND", SECRET)) == png


def test_names_in_a_colour_profile_go_and_its_colours_stay() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    theirs = profile.replace(
        "sRGB built-in".encode("utf-16-be"), "Jane's screen".encode("utf-16-be")
    )
    assert theirs != profile
    for kind in ("JPEG", "PNG", "WEBP"):
        bare = stripped(encoded(kind, icc_profile=theirs))
        with Image.open(io.BytesIO(bare)) as image:
            kept = image.info["icc_profile"]
        assert "Jane".encode("utf-16-be") not in kept
        assert len(kept) == len(profile)
        assert ImageCms.ImageCmsProfile(io.BytesIO(kept)).profile.red_colorant


CASES = Path(__file__).parents[1] / "cases" / "images"


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("text-before-eoi.jpg", b"SECRET"),
        ("text-behind-the-idat-stream.png", b"SECRET"),
        ("profile-name-of-a-person.png", b"Jane"),
    ],
)
def test_what_was_found_in_real_copies_is_gone(name: str, gone: bytes) -> None:
    data = (CASES / name).read_bytes()
    assert gone in data
    assert gone not in stripped(data)
    assert shown(stripped(data)) == shown(data)


@pytest.mark.parametrize(
    "name",
    [
        "orientation-6.png",
        "orientation-6-as-slong.jpg",
        "orientation-6-by-xmp-alone.jpg",
        "orientation-6-raw-profile-exif.png",
    ],
)
def test_whatever_says_how_a_picture_is_turned_is_heard(name: str) -> None:
    with Image.open(io.BytesIO(stripped((CASES / name).read_bytes()))) as image:
        assert image.getexif()[0x0112] == 6


def test_an_aigc_label_stays_in_the_copy_for_oneself() -> None:
    written = with_xmp((CASES / "tc260-aigc-label.jpg").read_bytes(), PACKET)
    packet = read_xmp(written) or b""
    assert b"ProduceID" in packet
    assert parse_packet(packet) == OURS


def test_a_compressed_and_a_raw_packet_of_a_png_are_read() -> None:
    zipped = chunk(b"zTXt", b"XML:com.adobe.xmp\0\0" + zlib.compress(PACKET))
    assert read_xmp(with_chunk_after_head(encoded("PNG"), zipped)) == PACKET
    digits = b"\nxmp\n%8d\n%b\n" % (len(PACKET), PACKET.hex().encode())
    for kind, body in ((b"tEXt", digits), (b"zTXt", b"\0" + zlib.compress(digits))):
        raw = chunk(kind, b"Raw profile type xmp\0" + body)
        assert read_xmp(with_chunk_after_head(encoded("PNG"), raw)) == PACKET


def test_in_a_jpeg_it_stands_after_jfif_and_exif() -> None:
    kinds = [kind for kind, _start, _end in jpeg_segments(with_xmp(encoded("JPEG"), PACKET))]
    assert kinds[:2] == [0xE0, 0xE1]
    written = with_xmp(LOADED["JPEG turned"](), PACKET)
    names = [written[start + 4 : start + 8] for _kind, start, _end in jpeg_segments(written)]
    assert names[:3] == [b"JFIF", b"Exif", b"http"]
    bare = encoded("JPEG", "CMYK")
    assert with_xmp(bare, PACKET)[2:4] == b"\xff\xe1"


def test_in_a_png_it_stands_before_the_pixels() -> None:
    kinds = [kind for kind, _body in png_chunks(with_xmp(CLEAN["PNG animated"](), PACKET))]
    assert kinds.index(b"iTXt") < kinds.index(b"IDAT")


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("WebP", 0x04),
        ("WebP lossless", 0x04),
        ("WebP lossless with alpha", 0x14),
        ("WebP with alpha", 0x14),
        ("WebP animated", 0x16),
        ("WebP turned", 0x3C),
    ],
)
def test_a_webp_says_what_is_in_it(name: str, flags: int) -> None:
    kind, body = next(webp_chunks(with_xmp(ALL[name](), PACKET)))
    assert kind == b"VP8X"
    assert body == bytes([flags, 0, 0, 0]) + b"\x17\0\0" + b"\x10\0\0"  # 24 by 17 pixels, less one


@pytest.mark.parametrize(
    ("name", "flags"), [("WebP", 0), ("WebP with alpha", 0x10), ("WebP turned", 0x38)]
)
def test_a_stripped_webp_does_not_say_that_there_is_more(name: str, flags: int) -> None:
    _kind, body = next(webp_chunks(stripped(with_xmp(ALL[name](), PACKET))))
    assert body[:4] == bytes([flags, 0, 0, 0])


def test_the_longest_packet_fits_and_a_longer_one_is_refused() -> None:
    longest = xmp_packet(Provenance("j1", 0, "&" * 1_000_000)).ljust(65_502)
    assert len(longest) == 65_502
    jpeg = encoded("JPEG")
    assert read_xmp(with_xmp(jpeg, longest)) == longest
    with pytest.raises(MetadataError, match="too long"):
        with_xmp(jpeg, longest + b" ")


# -- reading ------------------------------------------------------------------------------------


def with_chunk_after_head(png: bytes, new: bytes) -> bytes:
    return png[:33] + new + png[33:]


@every
def test_where_there_is_no_packet_there_is_none(name: str, save: Save) -> None:
    assert read_xmp(ALL[name]()) is None
    assert read_xmp_file(save(ALL[name]())) is None


def compressed_text(text: bytes) -> bytes:
    return chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0en\0XMP\0" + zlib.compress(text))


def test_a_compressed_packet_of_a_png_is_read() -> None:
    assert read_xmp(with_chunk_after_head(encoded("PNG"), compressed_text(PACKET))) == PACKET


# Its check sum is wrong, too: whoever only reads does not look at that.
CUT = compressed_text(PACKET)[:-8] + b"\0" * 8


@pytest.mark.parametrize(
    "text",
    [
        compressed_text(b" " * 100_000_000),
        CUT,
        chunk(b"iTXt", b"XML:com.adobe.xmp\0"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0en"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\1\0\0" + PACKET),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + PACKET),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b" " * 2_000_000),
    ],
    ids=["bomb", "cut", "empty", "half", "method", "not compressed", "large"],
)
def test_a_packet_that_cannot_be_read_is_none(text: bytes) -> None:
    png = with_chunk_after_head(encoded("PNG"), text)
    assert read_xmp(png) is None
    if text != CUT:
        assert stripped(png) == encoded("PNG")


MODULES = {"JPEG": jpeg_metadata, "PNG": png_metadata, "WEBP": webp_metadata}


class Counted(io.BytesIO):
    """Knows how much was read."""

    read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.read_bytes += len(found)
        return found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_more_is_read_than_the_packet_and_the_heads_around(kind: str) -> None:
    out = io.BytesIO()
    noise(width=600, height=500).save(out, kind, lossless=True, method=0)
    data = burdened(out.getvalue())
    stream = Counted(with_xmp(data, PACKET))
    assert MODULES[kind].read_xmp(PictureBytes(stream)) == PACKET
    assert stream.read_bytes < len(PACKET) + 2_000 < len(data) / 10


# -- bad input ----------------------------------------------------------------------------------


def or_none(work: Callable[[], Any], error: type[Exception]) -> Any:
    try:
        return work()
    except error:
        return None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x04\0\0\0WEBP",
        b"RIFF\x00\0\0\0WEBP",
        b"<!doctype html><p>Sign in</p>",
        b"\0" * 5000,
        b"%PDF-1.7\n",
        b"\xff\xd8" + b"\xff" * 2_000_000,
        b"\xff\xd8\xff\xe0" + b"\0" * 2_000_000,
        b"\xff\xd8\xff\xe0\0\2" + b"\xff\x01" * 1_000_000,
        b"\xff\xd8\xff\xe0\0\1\xff\xd9",
        b"\xff\xd8\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xda\0\2\0\0\xff\xd9",
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0" * 13) + chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0" * 13) + chunk(b"teXt", b"") * 400_000,
        riff(piece(b"VP8 ", b"")),
        riff(piece(b"VP8 ", b"\0\0\0\x9d\1\x2a\0\0\0\0")),
        riff(piece(b"VP8L", b"/")),
        riff(piece(b"VP8X", b"")),
        riff(piece(b"VP8X", b"\0" * 10)),
        riff(piece(b"VP8X", b"\2" + b"\0" * 9), piece(b"VP8 ", b"")),
        riff(piece(b"ALPH", b"\0" * 10)),
        riff(piece(b"VP8X", b"\0" * 10), piece(b"none", b"") * 600_000),
    ],
    ids=range(27),
)
def test_what_is_no_whole_picture_is_refused_in_words(data: bytes, save: Save) -> None:
    for work in (stripped, lambda data: with_xmp(data, PACKET)):
        with pytest.raises(MetadataError, match=r"^[A-Z][\w ,]+\.$"):
            work(data)
    for read in (lambda: read_xmp(data), lambda: read_xmp_file(save(data))):
        assert or_none(read, MetadataError) is None


def test_a_needed_part_of_an_unknown_kind_is_not_thrown_away() -> None:
    with pytest.raises(MetadataError, match="unknown"):
        stripped(with_chunk_after_head(encoded("PNG"), chunk(b"NEWX", b"1")))


def test_a_frame_of_an_animation_without_a_picture_is_refused() -> None:
    extended = piece(b"VP8X", b"\2" + b"\0" * 9)
    with pytest.raises(MetadataError):
        stripped(riff(extended, piece(b"ANMF", b"\0" * 16 + piece(b"none", b""))))


@every
def test_a_file_that_is_cut_anywhere_is_refused(name: str) -> None:
    data = with_xmp(ALL[name](), PACKET)
    step = 1 if len(data) < 20_000 else 97
    for length in range(0, len(data), step):
        for work in (stripped, lambda data: with_xmp(data, PACKET)):
            with pytest.raises(MetadataError):
                work(data[:length])
        assert or_none(lambda: read_xmp(data[:length]), MetadataError) in (None, PACKET)  # noqa: B023


@every
@pytest.mark.filterwarnings("ignore")  # Pillow's, of what is damaged
def test_of_a_damaged_file_comes_the_error_or_what_it_shows(name: str) -> None:
    chance = random.Random(name)
    whole = burdened(ALL[name]())
    passed = 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            place = chance.choice((len(whole), min(len(whole), 400)))
            damaged[chance.randrange(place)] = chance.choice((0, 1, 0xFF, chance.randrange(256)))
        data = bytes(damaged)
        if data.startswith(b"\x89PNG") and chance.random() < 0.7:
            data = with_right_sums(data)
        or_none(lambda: read_xmp(data), MetadataError)  # noqa: B023
        bare = or_none(lambda: stripped(data), MetadataError)  # noqa: B023
        written = or_none(lambda: with_xmp(data, PACKET), MetadataError)  # noqa: B023
        before = or_none(lambda: shown(data), Exception)  # noqa: B023
        if bare is not None:
            passed += 1
            assert stripped(bare) == bare
            assert before is None or shown(bare) == before
        if written is not None:
            assert read_xmp(written) == PACKET
            assert before is None or shown(written) == before
    assert passed > 5


def test_what_is_no_file_is_refused_and_a_missing_one_is_an_error_of_the_disk(
    tmp_path: Path,
) -> None:
    with pytest.raises(MetadataError):
        read_xmp_file(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_xmp_file(tmp_path / "missing.jpg")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(MetadataError):
        read_xmp_file(tmp_path / "pipe.jpg")


# -- exiftool -----------------------------------------------------------------------------------


@pytest.fixture
def exiftool(tmp_path: Path) -> Callable[..., str]:
    """What it says of files, given by name and content."""
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed")

    def run(files: dict[str, bytes], *options: str) -> str:
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        command = ["exiftool", *options, *files]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.stderr in ("", f"   {len(files):2} image files read\n")
        return done.stdout

    return run


IN_THE_PICTURES = (
    "Missing required JPEG IFD0 tag",  # an Exif with an orientation alone
    "Bad length ICC_Profile",  # the long one is the same several times
)
IN_OTHERS = ("Skipped unknown", "Improper EXIF header")  # bytes that fill; as Pillow writes them


def complaints(said: str, known: tuple[str, ...]) -> dict[str, list[str]]:
    """Of `-validate`, by file."""
    found: dict[str, list[str]] = {}
    file = ""
    for line in said.splitlines():
        if line.startswith("======== "):
            file = line
        elif line.startswith(("Warning", "Error")) and not any(text in line for text in known):
            found.setdefault(file, []).append(line)
    return found


VALIDATE = ("-validate", "-warning", "-error", "-a")


def test_exiftool_finds_our_fields_and_no_fault(exiftool: Callable[..., str]) -> None:
    files = {name: with_xmp(make(), PACKET) for name, make in ALL.items()}
    said = exiftool(files, *VALIDATE)
    assert said.count("Validate  ") == len(ALL)
    assert complaints(said, IN_THE_PICTURES + IN_OTHERS) == {}
    for found in json.loads(exiftool(files, "-json", "-G1")):
        wanted = {
            "XMP-dreamina:Jobid": JOBID,
            "XMP-dreamina:Index": 2,
            "XMP-dreamina:AssetRef": OURS.asset_ref,
            "XMP-dreamina:Parents": list(OURS.parents),
            "XMP-dreamina:Prompt": OURS.prompt,
            "XMP-dc:Description": OURS.prompt,
            "XMP-xmp:CreatorTool": "seedream-4.6",
            "XMP-xmp:CreateDate": "2026:03:02 14:05:30.123Z",
            "XMP-xmpMM:DocumentID": OURS.asset_ref,
            "XMP-xmpMM:IngredientsDocumentID": list(OURS.parents),
            "XMP-iptcExt:DigitalSourceType": TRAINED,
        }
        assert {key: found.get(key) for key in wanted} == wanted, found["SourceFile"]


TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
ABOUT_THE_FILE = ("SourceFile", "ExifTool:", "System:", "File:", "Composite:", "ICC", "JFIF:")
ABOUT_THE_PICTURE = ("Adobe:", "PNG:", "PNG-pHYs:", "RIFF:")


def test_exiftool_finds_nothing_said_in_stripped_files(exiftool: Callable[..., str]) -> None:
    files = {name: stripped(burdened(with_xmp(make(), PACKET))) for name, make in ALL.items()}
    said = exiftool(files, *VALIDATE)
    assert said.count("Validate  ") == len(ALL)
    assert complaints(said, IN_THE_PICTURES) == {}
    for found in json.loads(exiftool(files, "-json", "-G1", "-a", "-u")):
        name = found["SourceFile"]
        more = {key for key in found if not key.startswith(ABOUT_THE_FILE + ABOUT_THE_PICTURE)}
        assert more == ({"IFD0:Orientation"} if "turned" in name else set()), name
        assert not {key for key in found if key.endswith(("Comment", "ModifyDate", "Title"))} - {
            "System:FileModifyDate"
        }, name
        assert PROMPT not in json.dumps(found), name


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WebP"])
def test_what_exiftool_has_written_anew_is_still_read(
    name: str, exiftool: Callable[..., str], tmp_path: Path
) -> None:
    files = {name: with_xmp(ALL[name](), PACKET)}
    exiftool(files, "-q", "-overwrite_original", "-XMP-dc:Subject=mine")
    anew = (tmp_path / name).read_bytes()
    assert b"mine" in anew
    assert parse_packet(read_xmp(anew) or b"") == OURS
