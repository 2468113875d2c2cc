"""EXIF data (a TIFF in small) with nothing in it but how the picture is turned and how large it is
on paper."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_ORIENTATION, _X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x0112, 0x011A, 0x011B, 0x0128
_BYTE, _SHORT, _LONG, _RATIONAL, _SIGNED_LONG = 1, 3, 4, 5, 9
_PREFIX = b"Exif\0\0"  # in JPEGs, and by mistake in others
_READ = {_BYTE: "B", _SHORT: "H", _LONG: "L", _SIGNED_LONG: "l"}
_INCH, _CENTIMETRE = 2, 3
_IN_XMP = re.compile(rb"tiff:Orientation(?:=[\"']|>)\s*([1-8])\b")
_MOST_DOTS = 100_000  # per unit

Ratio = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Looks:
    """`orientation`: 1 to 8; `resolution`: pixels per unit, across and down, as ratios; `unit`: 2
    an inch, 3 a centimetre."""

    orientation: int = 1
    resolution: tuple[Ratio, Ratio] | None = None
    unit: int = _INCH

    def __bool__(self) -> bool:
        return self.orientation != 1 or self.resolution is not None


def looks(exif: bytes) -> Looks:
    """What EXIF says of how its picture is shown; what cannot be read is as if it were not there.
    With or without `Exif` before it."""
    tiff = exif.removeprefix(_PREFIX)
    numbers: dict[int, int] = {}
    ratios: dict[int, Ratio] = {}
    for tag, kind, value_at, order in _entries(tiff):
        if kind in _READ:
            numbers.setdefault(tag, struct.unpack_from(order + _READ[kind], tiff, value_at)[0])
        elif kind == _RATIONAL:
            [place] = struct.unpack_from(f"{order}L", tiff, value_at)
            if place + 8 <= len(tiff):
                ratios.setdefault(tag, struct.unpack_from(f"{order}LL", tiff, place))
    turned, unit = numbers.get(_ORIENTATION, 1), numbers.get(_RESOLUTION_UNIT, _INCH)
    across, down = ratios.get(_X_RESOLUTION), ratios.get(_Y_RESOLUTION)
    is_known = unit in (_INCH, _CENTIMETRE) and _is_resolution(across) and _is_resolution(down)
    return Looks(
        turned if 1 <= turned <= 8 else 1,
        (across, down) if is_known and across and down else None,
        unit if is_known else _INCH,
    )


def orientation_in_xmp(packet: bytes) -> int:
    """1 to 8, where EXIF says none; found as other programs find it, by its text."""
    found = _IN_XMP.search(packet)
    return int(found[1]) if found else 1


def exif_with(looks: Looks) -> bytes:
    """A TIFF that says this alone, without `Exif` before it."""
    entries = [struct.pack(">HHLHH", _ORIENTATION, _SHORT, 1, looks.orientation, 0)]
    values = b""
    if looks.orientation == 1:
        entries.clear()
    if looks.resolution is not None:
        place = 8 + 2 + 12 * (len(entries) + 3) + 4
        entries += (
            struct.pack(">HHLL", _X_RESOLUTION, _RATIONAL, 1, place),
            struct.pack(">HHLL", _Y_RESOLUTION, _RATIONAL, 1, place + 8),
            struct.pack(">HHLHH", _RESOLUTION_UNIT, _SHORT, 1, looks.unit, 0),
        )
        values = b"".join(struct.pack(">LL", *ratio) for ratio in looks.resolution)
    head = b"MM\0*" + struct.pack(">LH", 8, len(entries))
    return head + b"".join(entries) + struct.pack(">L", 0) + values


def _entries(tiff: bytes) -> Iterator[tuple[int, int, int, str]]:
    """Tag, kind and place of the value of what stands in the first directory, with the byte order
    as `struct` has it."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return
    [directory] = struct.unpack_from(f"{order}L", tiff, 4)
    if directory + 2 > len(tiff):
        return
    [count] = struct.unpack_from(f"{order}H", tiff, directory)
    first = directory + 2
    last = min(first + 12 * count, len(tiff) - 11)
    for entry in range(first, last, 12):
        tag, kind = struct.unpack_from(f"{order}HH", tiff, entry)
        yield tag, kind, entry + 8, order


def _is_resolution(ratio: Ratio | None) -> bool:
    return ratio is not None and ratio[1] > 0 and 0 < ratio[0] / ratio[1] <= _MOST_DOTS
