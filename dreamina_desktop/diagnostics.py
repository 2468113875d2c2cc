"""Logging, what may never be in a log, and the hooks where lost exceptions end."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import logging.handlers
import os
import re
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

log = logging.getLogger("dreamina_desktop")

_SECRETS = (
    (re.compile(r"(?i)\bbearer(?:\s|%20|\\?[\"':=])+[^\s\"',;)}\]]+"), "Bearer [token]"),
    (re.compile(r"(?i)\buser(?::|%3a)\d+-[^\s\"'&,;)}\]]+"), "[token]"),
    (re.compile(r"(?i)([?&](?:x-)?signature=)[^&\s\"')]+"), r"\1[signature]"),
    (re.compile(r"(?i)[\w.!#$&'*+/=?^`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), "[address]"),
)


def redact(text: str) -> str:
    """`text` without bearer tokens, signatures of links and e-mail addresses."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Redacts the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def set_up(log_file: Path | None, *, verbose: bool = False) -> None:
    """Log to standard error (warnings) and to `log_file` (0600, at most 2 x 1 MB)."""
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
    _hook_lost_exceptions()


def _file_handler(log_file: Path) -> logging.Handler:
    log_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(log_file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
    log_file.chmod(0o600)
    handler = logging.handlers.RotatingFileHandler(
        log_file, maxBytes=1_000_000, backupCount=1, encoding="utf-8", delay=True
    )
    handler.setLevel(logging.INFO)
    return handler


def _hook_lost_exceptions() -> None:
    if sys.stderr is not None and sys.stderr.isatty():
        faulthandler.enable()
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda lost: log.error(
        "uncaught in thread %s",
        lost.thread.name if lost.thread else "?",
        exc_info=(lost.exc_type, lost.exc_value or lost.exc_type(), lost.exc_traceback),
    )


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    log.error("uncaught", exc_info=(kind, error, trace))


def log_loop_exception(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """For `loop.set_exception_handler`."""
    error = context.get("exception")
    log.error("%s", context.get("message", "event loop"), exc_info=error)
