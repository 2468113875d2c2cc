"""Text from standard input, in whatever encoding the shell of the system pipes."""

from __future__ import annotations

import sys

MAX_BYTES = 16 * 1024 * 1024
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_standard_input() -> str:
    """Everything up to its end, at most 16 MB; blocks until then."""
    return decode(sys.stdin.buffer.read(MAX_BYTES)) if sys.stdin is not None else ""


def decode(data: bytes) -> str:
    """UTF-8, or UTF-16 with a byte order mark (PowerShell); never raises."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    return data.decode("utf-8", errors="replace")
