"""Where exceptions end that nobody expected: in the log, and at whoever tells the user. The program
goes on.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from dreamina_desktop.diagnostics.logs import log

Listener = Callable[[str, BaseException | None], None]

_listeners: list[Listener] = []  # hooks belong to the process, and so does who listens to them


def lost(where: str, error: BaseException | None = None) -> None:
    """Something failed that somebody should have expected; from any thread. `where` in a word or
    two, for the log."""
    log.error("%s", where, exc_info=error)
    for listener in tuple(_listeners):
        try:
            listener(where, error)
        except Exception:  # telling must never make it worse
            log.exception("telling of: %s", where)


@contextmanager
def telling(listener: Listener) -> Iterator[None]:
    """Meanwhile, `listener` is called with each lost exception, in the thread where it was."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def hook_lost_exceptions() -> None:
    """For the whole process: slots (PySide6 calls sys.excepthook), threads and finalizers."""
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def log_loop_exception(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """For `loop.set_exception_handler`."""
    error, words = context.get("exception"), str(context.get("message", "event loop"))
    if error is None:
        log.error("%s", words)
    else:
        lost(words, error)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, Exception):
        lost("uncaught", error.with_traceback(trace))
    else:  # Ctrl+C
        sys.__excepthook__(kind, error, trace)


def _uncaught_in_thread(caught: threading.ExceptHookArgs) -> None:
    if issubclass(caught.exc_type, SystemExit):
        return
    name = caught.thread.name if caught.thread else "?"
    lost(f"uncaught in thread {name}", caught.exc_value or caught.exc_type())


def _unraisable(caught: sys.UnraisableHookArgs) -> None:
    """In a finalizer: nothing depends on it, so that the log is enough."""
    log.log(
        logging.ERROR,
        "%s: %r",
        caught.err_msg or "ignored in a finalizer",
        caught.object,
        exc_info=caught.exc_value,
    )
