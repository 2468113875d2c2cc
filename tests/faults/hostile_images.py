"""Hostile images: what is cut, flipped, a bomb or of another format is not taken for a picture."""

from __future__ import annotations

import asyncio
import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pictures import KINDS, decodes, picture
from PIL import Image
from program import Folder
from promises import MISTAKES
from table import Row
from vendor import Vendor, ids

from dreamina_desktop.core.jobs.answer import Verified
from dreamina_desktop.imaging.workers import ImagingWorkers

SMALL, FULL = 300, 20_000
MAX_PIXELS = 80_000_000  # promised
AT_ONCE = 4
THROUGH_PROGRAM = 24  # of the small scale; tenfold of the full one
PROMISES = ("crashes", "bad files accepted", "good files refused")
_EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}


@dataclass(frozen=True)
class Case:
    """Bytes, and whether they may be taken: None where only Pillow can tell."""

    name: str
    data: bytes
    is_good: bool | None


def run(scale: int, seed: int, scratch: Path) -> Row:
    """`scale`: how many files."""
    row = Row("hostile images", f"{scale:,} files")
    row.lost = dict.fromkeys(PROMISES, 0)
    asyncio.run(_verify_all(list(cases(scale, seed)), scratch, row))
    count = min(scale, THROUGH_PROGRAM * (10 if scale > SMALL else 1))
    _through_program(list(cases(count, seed + 1)), seed, scratch, row)
    return row


# -- the files ----------------------------------------------------------------------------------


def cases(count: int, seed: int) -> Iterator[Case]:
    """Every kind once, then at random."""
    rng = random.Random(seed)
    special = list(_special())
    yield from special[:count]
    bases = [_base(rng, kind, mode) for kind in KINDS for mode in ("RGB", "L", "RGBA", "P")]
    bases += [_encoded(_noise(rng), "JPEG", progressive=True, quality=q) for q in (20, 95)]
    bases += [_encoded(_noise(rng).convert("CMYK"), "JPEG"), _animated(rng, "WEBP")]
    for _ in range(count - len(special)):
        yield rng.choice(_WAYS)(rng.choice(bases), rng)


def _cut(data: bytes, rng: random.Random) -> Case:
    """A prefix. What lacks only its last bytes may still have every pixel."""
    kept = rng.choice([rng.randrange(len(data)), len(data) - rng.randint(1, 40)])
    cut = data[: max(0, kept)]
    return Case("cut", cut, None if _same_pixels(cut, data) else False)


def _flip(data: bytes, rng: random.Random) -> Case:
    """Bits: some of them only make another picture."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 20])):
        changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return Case("bits flipped", bytes(changed), None)


def _hole(data: bytes, rng: random.Random) -> Case:
    start = rng.randrange(len(data))
    size = rng.randint(1, max(1, len(data) // 3))
    hole = rng.choice([b"", bytes(size), rng.randbytes(size)])
    return Case("a hole", data[:start] + hole + data[start + size :], None)


def _swapped(data: bytes, rng: random.Random) -> Case:
    """Blocks of a disk in another order."""
    block = rng.choice([64, 512])
    parts = [data[start : start + block] for start in range(0, len(data), block)]
    rng.shuffle(parts)
    return Case("blocks swapped", b"".join(parts), None)


def _appended(data: bytes, rng: random.Random) -> Case:
    return Case("bytes after it", data + rng.randbytes(rng.randint(1, 200)), None)


def _headed(data: bytes, rng: random.Random) -> Case:
    """Another format's first bytes."""
    head = rng.choice([b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBP"])
    return Case("another's head", head + data[len(head) :], None)


def _sized(data: bytes, rng: random.Random) -> Case:
    """A PNG whose header promises other dimensions, with a right check sum."""
    png = _encoded(Image.new("RGB", (16, 16)), "PNG")
    width, height = rng.choice([(1, 10**6), (2**31 - 1, 1), (60_000, 60_000), (17, 16), (0, 5)])
    # Where the compressed pixels end too soon by their own account, Pillow fills up with black.
    is_good = None if 0 < width * height < 10**7 else False
    return Case("other dimensions", _with_size(png, width, height), is_good)


_WAYS: Sequence[Callable[[bytes, random.Random], Case]] = (
    _cut,
    _cut,
    _cut,
    _flip,
    _flip,
    _hole,
    _swapped,
    _appended,
    _headed,
    _sized,
)


def _special() -> Iterator[Case]:
    """What needs no chance."""
    rng = random.Random(0)
    for kind in KINDS:
        yield Case(f"a good {kind}", _base(rng, kind, "RGB"), True)
    yield Case("nothing", b"", False)
    yield Case("a web page", b"<html><body>Sign in</body></html>", False)
    yield Case("SVG", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', False)
    yield Case("PDF", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF", False)
    for kind in ("GIF", "BMP", "TIFF", "ICO", "PPM", "TGA", "PCX"):
        yield Case(kind, _encoded(_noise(rng), kind), False)
    yield Case("MPO", _mpo(rng), False)
    yield Case("a bomb of 81 MP", _bomb(9000, 9001), False)
    yield Case("a bomb of 400 MP", _bomb(20_000, 20_000), False)
    yield Case("a bomb of text", _text_bomb(), None)
    yield Case("a still of many", _animated(rng, "WEBP"), None)
    yield Case("PNG without an end", _encoded(_noise(rng), "PNG")[:-12], False)


def _noise(rng: random.Random, size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.open(io.BytesIO(picture(rng.randrange(10**9), "PNG", size)))


def _base(rng: random.Random, kind: str, mode: str) -> bytes:
    mode = "RGB" if kind == "JPEG" and mode in ("RGBA", "P") else mode
    mode = "RGB" if kind == "WEBP" and mode == "P" else mode
    return _encoded(_noise(rng).convert(mode), kind)


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _mpo(rng: random.Random) -> bytes:
    more = [_noise(rng)]
    return _encoded(_noise(rng), "MPO", save_all=True, append_images=more)


def _animated(rng: random.Random, kind: str) -> bytes:
    return _encoded(_noise(rng), kind, save_all=True, append_images=[_noise(rng)])


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def _bomb(width: int, height: int) -> bytes:
    """A PNG of black bits, complete and small."""
    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row * 100) for _ in range(height // 100))
    packed += packer.compress(row * (height % 100)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _text_bomb() -> bytes:
    """A small picture with a text of 200 MB."""
    png = _encoded(Image.new("RGB", (8, 8)), "PNG")
    text = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9))
    return png[:33] + text + png[33:]


def _with_size(png: bytes, width: int, height: int) -> bytes:
    head = struct.pack(">II", width, height) + png[24:29]
    return png[:8] + _chunk(b"IHDR", head) + png[33:]


# -- the check, in its worker processes ---------------------------------------------------------


async def _verify_all(every: Sequence[Case], scratch: Path, row: Row) -> None:
    workers = ImagingWorkers()
    places = asyncio.Semaphore(AT_ONCE)

    async def verify(number: int, case: Case) -> None:
        async with places:
            file = scratch / f"{number}.part"
            file.write_bytes(case.data)
            try:
                verdict = await workers.verify(file)
            except OSError as error:
                row.find("crashes", f"{case.name} ({number}): {error}")
                return
            finally:
                file.unlink()
            _judge(case, verdict if isinstance(verdict, Verified) else None, row)

    try:
        await asyncio.gather(*(verify(number, case) for number, case in enumerate(every)))
    finally:
        await workers.aclose()


def _judge(case: Case, accepted: Verified | None, row: Row) -> None:
    if accepted is None:
        if case.is_good:
            row.find("good files refused", case.name)
        return
    if words := _why_bad(case, accepted):
        row.find("bad files accepted", f"{case.name} of {len(case.data)} bytes: {words}")


def _why_bad(case: Case, accepted: Verified) -> str:
    """Judged by Pillow in this process, from the bytes alone; "" where all is well."""
    if case.is_good is False:
        return "it is none"
    if not decodes(case.data):
        return "it cannot be decoded"
    with Image.open(io.BytesIO(case.data)) as image:
        if image.width * image.height > MAX_PIXELS:
            return f"{image.width} x {image.height} pixels"
        if _EXTENSIONS.get(image.format or "") != accepted.extension:
            return f"{image.format} as {accepted.extension}"
    return ""


def _same_pixels(cut: bytes, whole: bytes) -> bool:
    if not decodes(cut):
        return False
    with Image.open(io.BytesIO(cut)) as one, Image.open(io.BytesIO(whole)) as other:
        return one.tobytes() == other.tobytes()


# -- through the program ------------------------------------------------------------------------


def _through_program(every: Sequence[Case], seed: int, scratch: Path, row: Row) -> None:
    """Served by a host; what is shown as saved is looked at again."""
    with Vendor(seed) as vendor:
        for start in range(0, len(every), 4):
            job = vendor.add_job(0)
            job.pictures = [case.data for case in every[start : start + 4]]
        jobs = list(vendor.jobs.values())
        home = Folder(scratch, vendor.token, vendor.api_url)
        ended = home.work(ids(jobs))
    if ended.code != 0:
        row.find("crashes", f"exit code {ended.code}: {ended.err[-800:]}")
    for text in (ended.err, home.log):
        if mark := next((mark for mark in MISTAKES if mark in text), None):
            row.find("crashes", text[text.index(mark) :][:1500])
    images = [image for one in ended.rows for image in one["images"]]
    for case, image in zip(every, images, strict=True):
        if image["state"] == "saved":
            data = Path(image["file"]).read_bytes()
            accepted = Verified(Path(image["file"]).suffix[1:], 0, 0)
            _judge(Case(case.name, data, case.is_good), accepted, row)
        elif case.is_good:
            row.find("good files refused", f"{case.name}: {image['state']}, {image['note']}")
