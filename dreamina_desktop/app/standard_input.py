"""Text from standard input, in whatever encoding the shell of the system pipes."""

from __future__ import annotations

import sys

from dreamina_desktop.app.delivery import complain

MAX_BYTES = 64 * 1024 * 1024
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_standard_input() -> str:
    """Everything up to its end; blocks until then. What is beyond 64 MB is left out, and said."""
    if sys.stdin is None:
        return ""
    data = sys.stdin.buffer.read(MAX_BYTES)
    if len(data) == MAX_BYTES and sys.stdin.buffer.read(1):
        complain("Only the first 64 MB of standard input were read.")
    return decode(data)


def decode(data: bytes) -> str:
    """UTF-8, or UTF-16 with a byte order mark (PowerShell); never raises."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    return data.decode("utf-8", errors="replace")
