"""EXIF data (a TIFF in small) with nothing in it but how the picture is turned."""

from __future__ import annotations

import struct

_TAG = 0x0112
_BYTE, _SHORT, _LONG = 1, 3, 4
_PREFIX = b"Exif\0\0"  # in JPEGs, and by mistake in others
_READ = {_BYTE: "B", _SHORT: "H", _LONG: "L"}


def orientation(exif: bytes) -> int:
    """1 to 8; 1 where there is none or it cannot be read. With or without `Exif` before it."""
    tiff = exif.removeprefix(_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return 1
    [directory] = struct.unpack_from(f"{order}L", tiff, 4)
    if directory + 2 > len(tiff):
        return 1
    [count] = struct.unpack_from(f"{order}H", tiff, directory)
    first = directory + 2
    last = min(first + 12 * count, len(tiff) - 11)
    for entry in range(first, last, 12):
        tag, kind = struct.unpack_from(f"{order}HH", tiff, entry)
        if tag == _TAG and kind in _READ:
            [value] = struct.unpack_from(order + _READ[kind], tiff, entry + 8)
            return value if 1 <= value <= 8 else 1
    return 1


def exif_with(turned: int) -> bytes:
    """A TIFF with an orientation alone, without `Exif` before it."""
    entry = struct.pack(">HHLHH", _TAG, _SHORT, 1, turned, 0)
    return b"MM\0*" + struct.pack(">LH", 8, 1) + entry + struct.pack(">L", 0)
