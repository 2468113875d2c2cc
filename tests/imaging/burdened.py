"""Pictures of all kinds, and what cameras and programs write into them: made by hand, so that the
test knows every byte of it."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

EMAIL = "user@example.com"
JOBID = f"j0302140530123456789i-u12345-US:{EMAIL}-bot:dreamina"
PROMPT = "a red boat nobody may know of"
SECRET = f"{JOBID} {PROMPT}".encode()
JFIF_END = 20  # bytes: the start of an image and Pillow's JFIF segment
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def noise(mode: str = "RGB", width: int = 24, height: int = 17, seed: int = 0) -> Image.Image:
    """Of a seed always the same; where there is an alpha channel, it is noise as well."""
    per_pixel = 2 if mode == "I;16" else len(mode)
    values = random.Random(seed).randbytes(width * height * per_pixel)
    return Image.frombytes(mode, (width, height), values)


def encoded(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    noise(mode).save(out, kind, **options)
    return out.getvalue()


def animated(kind: str, mode: str = "RGBA") -> bytes:
    return encoded(
        kind, mode, save_all=True, append_images=[noise(mode, seed=1), noise(mode, seed=2)]
    )


def turned(orientation: int = 6) -> Image.Exif:
    """As a camera writes it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET.decode()
    exif[0x013B] = SECRET.decode()
    return exif


def filled() -> bytes:
    """With FFs before its markers, as the standard allows."""
    data = encoded("JPEG", comment=b"a comment")
    parts = [data[:2]]
    for marker, start, end in jpeg_segments(data):
        parts.append(b"\xff" * (marker % 7) + data[start:end])
    return b"".join(parts)


def palette() -> bytes:
    out = io.BytesIO()
    noise().quantize(16).save(out, "PNG", transparency=bytes(range(16)))
    return out.getvalue()


def with_texts() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("parameters", SECRET.decode())
    texts.add_text("Comment", SECRET.decode(), zip=True)
    texts.add_itxt("Title", SECRET.decode(), zip=True)
    texts.add(b"tIME", b"\x07\xea\1\2\3\4\5")
    return encoded("PNG", pnginfo=texts)


# Without anything that is to be stripped; the compressed data differ in all.
CLEAN: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: encoded("JPEG"),
    "JPEG progressive": lambda: encoded("JPEG", progressive=True),
    "JPEG grey": lambda: encoded("JPEG", "L"),
    "JPEG CMYK": lambda: encoded("JPEG", "CMYK"),
    "JPEG with a profile": lambda: encoded("JPEG", icc_profile=ICC),
    "JPEG with a long profile": lambda: encoded("JPEG", icc_profile=ICC * 150),
    "JPEG with restarts": lambda: encoded("JPEG", restart_marker_blocks=1),
    "PNG": lambda: encoded("PNG", "RGBA"),
    "PNG with a palette": palette,
    "PNG of 16 bits": lambda: encoded("PNG", "I;16"),
    "PNG with a profile": lambda: encoded("PNG", icc_profile=ICC, dpi=(300, 300)),
    "PNG animated": lambda: animated("PNG"),
    "WebP": lambda: encoded("WEBP"),
    "WebP lossless": lambda: encoded("WEBP", lossless=True),
    "WebP with alpha": lambda: encoded("WEBP", "RGBA"),
    "WebP lossless with alpha": lambda: encoded("WEBP", "RGBA", lossless=True),
    "WebP with a profile": lambda: encoded("WEBP", icc_profile=ICC),
    "WebP animated": lambda: animated("WEBP"),
}
# With things to be stripped.
LOADED: dict[str, Callable[[], bytes]] = {
    "JPEG turned": lambda: encoded("JPEG", exif=turned(), icc_profile=ICC),
    "JPEG with a comment": lambda: encoded("JPEG", comment=SECRET),
    "JPEG with fill bytes": filled,
    "PNG turned": lambda: encoded("PNG", exif=turned()),
    "PNG with texts": with_texts,
    "WebP turned": lambda: encoded("WEBP", "RGBA", exif=turned(), icc_profile=ICC),
    "WebP animated and turned": lambda: encoded(
        "WEBP", save_all=True, append_images=[noise(seed=1)], exif=turned()
    ),
}
ALL = CLEAN | LOADED


def burdened(data: bytes) -> bytes:
    """With everything that is said about pictures, the secret in each."""
    if data[:2] == b"\xff\xd8":
        return _burdened_jpeg(data)
    return _burdened_png(data) if data[:4] == b"\x89PNG" else _burdened_webp(data)


# -- JPEG ---------------------------------------------------------------------------------------


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) to the end of the image; a scan with its data."""
    position = 2
    while position < len(data):
        while data[position + 1] == 0xFF:
            position += 1
        marker, end = data[position + 1], position + 2
        if marker != 0xD9:
            end += int.from_bytes(data[end : end + 2])
        while marker == 0xDA and (data[end] != 0xFF or data[end + 1] in (0, *range(0xD0, 0xD8))):
            end += 1
        yield marker, position, end
        if marker == 0xD9:
            return
        position = end


def _burdened_jpeg(data: bytes) -> bytes:
    said = b"".join(
        (
            segment(0xE0, b"JFXX\0\x10" + encoded("JPEG", comment=SECRET)),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + SECRET),
            segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + SECRET),
            segment(0xE1, b"nobody knows\0" + SECRET),
            segment(0xE2, b"FPXR\0" + SECRET),
            segment(0xEB, b"JP\0\1\0\0\0\1\0\0\0\x20jumb" + SECRET),
            segment(0xEC, b"Ducky" + SECRET),
            segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x04\x04" + SECRET),
            segment(0xEE, b"Other" + SECRET),
            segment(0xEF, SECRET),
            segment(0xFE, SECRET),
        )
    )
    parts = [data[:JFIF_END], said]
    for marker, start, end in jpeg_segments(data):
        if start >= JFIF_END or data[2:4] != b"\xff\xe0":
            if marker in (0xC4, 0xDA, 0xD9):  # also between scans
                parts.append(segment(0xFE, SECRET) + segment(0xE7, SECRET))
            parts.append(data[start:end])
    if data[2:4] != b"\xff\xe0":
        parts[0] = data[:2]
    return b"".join((*parts, data, SECRET))  # a second picture


# -- PNG ----------------------------------------------------------------------------------------


def chunk(kind: bytes, body: bytes) -> bytes:
    check = struct.pack(">L", zlib.crc32(kind + body))
    return struct.pack(">L", len(body)) + kind + body + check


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, body) of each."""
    position = 8
    while position < len(data):
        size = int.from_bytes(data[position : position + 4])
        yield data[position + 4 : position + 8], data[position + 8 : position + 8 + size]
        position += size + 12


def _burdened_png(data: bytes) -> bytes:
    said = b"".join(
        (
            chunk(b"tEXt", b"Comment\0" + SECRET),
            chunk(b"zTXt", b"Comment\0\0" + zlib.compress(SECRET)),
            chunk(b"iTXt", b"Comment\0\0\0\0\0" + SECRET),
            chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x>" + SECRET),
            chunk(b"tIME", b"\x07\xea\1\2\3\4\5"),
            chunk(b"caBX", b"\0\0\0\x20jumb" + SECRET),
            chunk(b"prVt", SECRET),
        )
    )
    parts = [data[:8]]
    for kind, body in png_chunks(data):
        if kind in (b"IDAT", b"IEND") and (kind == b"IEND" or said not in parts):
            parts.append(said)
        parts.append(chunk(kind, body))
    return b"".join((*parts, SECRET))


def with_right_sums(data: bytes) -> bytes:
    """Damage that no check sum tells of, as far as the chunks can be told apart."""
    parts = [data[:8]]
    position = 8
    while position + 12 <= len(data):
        size = int.from_bytes(data[position : position + 4])
        end = position + 12 + size
        if end > len(data):
            break
        parts.append(chunk(data[position + 4 : position + 8], data[position + 8 : end - 4]))
        position = end
    return b"".join((*parts, data[position:]))


# -- WebP ---------------------------------------------------------------------------------------


def piece(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<L", len(body)) + body + b"\0" * (len(body) % 2)


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, body) of each; those of a frame of an animation come after it."""
    yield from _pieces(data, 12, 8 + int.from_bytes(data[4:8], "little"))


def _pieces(data: bytes, position: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    while position < end:
        kind, size = data[position : position + 4], struct.unpack_from("<L", data, position + 4)[0]
        body = data[position + 8 : position + 8 + size]
        yield kind, body
        if kind == b"ANMF":
            yield from _pieces(body, 16, size)
        position += 8 + size + size % 2


def riff(*pieces: bytes) -> bytes:
    body = b"WEBP" + b"".join(pieces)
    return b"RIFF" + struct.pack("<L", len(body)) + body


def _burdened_webp(data: bytes) -> bytes:
    said = piece(b"XMP ", b"<x>" + SECRET) + piece(b"C2PA", SECRET) + piece(b"odd!", SECRET + b"!")
    pieces: list[bytes] = []
    inside = 0  # chunks of a frame, which it has already
    for kind, body in webp_chunks(data):
        if inside:
            inside -= 1
        elif kind == b"ANMF":
            inside = len(list(_pieces(body, 16, len(body))))
            pieces.append(piece(kind, body + piece(b"prVt", SECRET)))
        elif kind == b"VP8X":
            pieces.append(piece(kind, bytes([body[0] | 0x04]) + body[1:]))
        else:
            pieces.append(piece(kind, body))
    return riff(*pieces, said) + SECRET
