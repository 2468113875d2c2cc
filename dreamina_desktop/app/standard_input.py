"""Text from standard input, in whatever encoding the shell of the system pipes."""

from __future__ import annotations

import codecs
import sys

from dreamina_desktop.app.delivery import complain

_DECODED_AT_ONCE = 1024 * 1024
MAX_BYTES = 64 * 1024 * 1024
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_standard_input() -> str:
    """Everything up to its end; blocks until then. What is beyond 64 MB is left out, and said."""
    if sys.stdin is None:
        return ""
    data = sys.stdin.buffer.read(MAX_BYTES)
    if len(data) == MAX_BYTES and sys.stdin.buffer.read(1):
        complain("Only the first 64 MB of standard input were read: give the rest to another call.")
    return decode(data)


def decode(data: bytes) -> str:
    """UTF-8, or UTF-16 with a byte order mark (PowerShell); never raises."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding)
    return _decoded(data, "utf-8")


def _decoded(data: bytes, encoding: str) -> str:
    """In slices: this may be a thread beside a window, which waits while one is decoded."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    starts = range(0, len(data), _DECODED_AT_ONCE)
    parts = [decoder.decode(data[start : start + _DECODED_AT_ONCE]) for start in starts]
    return "".join((*parts, decoder.decode(b"", final=True)))
