"""Text from standard input, in whatever encoding the shell of the system pipes."""

from __future__ import annotations

import sys

from dreamina_desktop.app.cli.output import complain
from dreamina_desktop.core.text.unescape import decoded

MAX_BYTES = 64 * 1024 * 1024


def read_standard_input() -> str:
    """Everything up to its end; blocks until then. What is beyond 64 MB is left out, and said."""
    if sys.stdin is None:
        return ""
    data = sys.stdin.buffer.read(MAX_BYTES)
    if len(data) == MAX_BYTES and sys.stdin.buffer.read(1):
        complain("Only the first 64 MB of standard input were read: give the rest to another call.")
    return decoded(data)
