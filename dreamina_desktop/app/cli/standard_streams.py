"""Standard input, output and error as whoever starts the program left them: closed, full, broken or
none at all. Words that they do not take are lost; work and exit codes never are.
"""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import TextIO

_DESCRIPTORS = (0, 1, 2)


def secure_standard_streams() -> None:
    """First of all, before any file is opened: one that got the number of a closed standard error
    would be written into by libraries that complain there. At the end, what could not be said does
    not become an exit code (Python's 120)."""
    if os.name != "nt":
        _open_closed_descriptors()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    atexit.register(flush_standard_streams)


def say_on_standard_error(words: str) -> None:
    """Without a token; where it takes no more, they are lost."""
    from dreamina_desktop.core.text.redaction import without_tokens  # noqa: PLC0415 - few starts

    try:
        sys.stderr.write(without_tokens(words))
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        sys.stderr = _nowhere()  # or the rest of them would be tried again at the end


def flush_standard_streams() -> None:
    """What is still to be said; lost where nobody takes it."""
    for name in ("stdout", "stderr"):
        if (stream := getattr(sys, name)) is not None:
            try:
                stream.flush()
            except (OSError, ValueError):
                setattr(sys, name, _nowhere())


def _open_closed_descriptors() -> None:
    """In ascending order each gets its own number, the lowest that is free."""
    for number in _DESCRIPTORS:
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")
