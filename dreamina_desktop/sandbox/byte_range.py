"""The header Range (RFC 9110, section 14): which bytes of a file are wanted."""

from __future__ import annotations

import re

_ONE = re.compile(r"bytes=(?:([0-9]{1,15})-([0-9]{0,15})|-([0-9]{1,15}))", re.ASCII)


class OutsideError(ValueError):
    """The file has no such bytes."""


def wanted(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None where the header is to be ignored, which is
    every form but a single range. Raises OutsideError."""
    found = _ONE.fullmatch(header.replace(" ", ""))
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        start, end = max(0, size - int(suffix)), size
    else:
        start, end = int(first), min(int(last) + 1 if last else size, size)
        if last and int(last) < start:
            return None
    if start >= end:
        raise OutsideError
    return start, end
