"""Logging to a file that is small, private and without secrets."""

from __future__ import annotations

import logging
import logging.handlers
import os
from collections import deque
from collections.abc import Sequence
from functools import cache
from io import TextIOWrapper
from pathlib import Path

from dreamina_desktop.core.text import redaction
from dreamina_desktop.core.text.wording import middle_shortened

LARGEST_BYTES = 1_000_000  # of each of the two files
LINE_LENGTH = 20_000  # characters
LOOKED_THROUGH = 200_000  # for secrets: what is cut here is far from what stays of the line

log = logging.getLogger("dreamina_desktop")


def redact(text: str) -> str:
    """`text` without tokens, addresses, signatures of links and the home folder."""
    return redaction.redact(text, homes())


def homes() -> Sequence[str]:
    """The names that the user's home folder has."""
    return _names_of(os.path.expanduser("~"))


@cache
def _names_of(home: str) -> Sequence[str]:
    if home == "~":
        return ()
    return tuple({home, os.path.realpath(home)})


class RedactingFormatter(logging.Formatter):
    """Redacts the finished line, tracebacks included; one that is endless keeps both its ends."""

    def format(self, record: logging.LogRecord) -> str:
        line = redact(middle_shortened(super().format(record), LOOKED_THROUGH))
        return middle_shortened(line, LINE_LENGTH)


def set_up(log_file: Path | None, *, verbose: bool = False) -> None:
    """Log to standard error (errors) and to `log_file` (0600, at most 2 x 1 MB)."""
    formatter = RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    console = logging.StreamHandler()
    console.setLevel(logging.DEBUG if verbose else logging.ERROR)
    handlers: list[logging.Handler] = [console]
    if log_file is not None:
        handlers.append(_file_handler(log_file))
    root = logging.getLogger()
    for old in tuple(root.handlers):
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    # At INFO httpx prints whole URLs, signatures included.
    for noisy in ("httpx", "httpcore", "asyncio", "qasync", "keyring", "PIL"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def last_lines(log_file: Path, count: int) -> Sequence[str]:
    """The end of the log, oldest first; also from the file before, when this one is short. Raises
    OSError."""
    lines: deque[str] = deque(maxlen=count)
    for file in (log_file.with_name(f"{log_file.name}.1"), log_file):
        if file.exists():
            with file.open(encoding="utf-8", errors="replace") as readable:
                lines.extend(line.rstrip("\n") for line in readable)
    return tuple(lines)


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Each new file is readable by its user only, also the one after a rotation."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        return open(descriptor, "a", encoding=self.encoding, errors=self.errors)


def _file_handler(log_file: Path) -> logging.Handler:
    log_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = _PrivateFile(
        log_file,
        maxBytes=LARGEST_BYTES,
        backupCount=1,
        encoding="utf-8",
        errors="backslashreplace",  # names of files that are no text
    )
    log_file.chmod(0o600)
    handler.setLevel(logging.INFO)
    return handler
