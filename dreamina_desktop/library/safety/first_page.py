"""A library whose first page is damaged says nothing about its tables. All libraries of one
version begin alike: with the page of another one, SQLite reads the rest.
"""

from __future__ import annotations

import os
from pathlib import Path

PAGE_BYTES = 4096  # what SQLite takes by itself
_BOTH_LOGS = slice(18, 20)
_PAGE_COUNT = slice(28, 32)
_FREE_PAGES = slice(32, 40)
_VALID_FOR = slice(92, 96)
# Of a header: what it is, page size, reserved bytes, payload fractions, formats, encoding.
_NEVER_CHANGING = (slice(0, 18), slice(20, 24), slice(44, 48), slice(52, 64))


def begins_alike(donor: Path, damaged: Path) -> bool:
    """Whether the headers say the same where all libraries do."""
    with donor.open("rb") as one, damaged.open("rb") as other:
        ours, theirs = one.read(100), other.read(100)
    return all(ours[part] == theirs[part] for part in _NEVER_CHANGING)


def transplant(donor: Path, damaged: Path) -> None:
    """Put the first page of `donor` into `damaged`, a copy that may be changed. Raises OSError."""
    with donor.open("rb") as stream:
        page = bytearray(stream.read(PAGE_BYTES))
    page[_BOTH_LOGS] = b"\x02\x02"  # its log, if it has one, is read
    # SQLite counts the pages itself where the header was not written last.
    page[_PAGE_COUNT] = (os.path.getsize(damaged) // PAGE_BYTES).to_bytes(4, "big")
    page[_VALID_FOR] = b"\xff\xff\xff\xff"
    page[_FREE_PAGES] = bytes(8)
    with damaged.open("r+b") as stream:
        stream.write(page)
