"""A process that does what it is told over a line, and ends with the program.

Nothing here may import Qt or anything heavy: every worker loads it.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

_Order = tuple[Callable[[], object], float]  # work, and processor time for it
_NICENESS = 10
_HAS_TIMER = hasattr(signal, "setitimer")  # not on Windows
_OVER_TIME = 124  # the exit code there
_LOOK_EVERY_S = 0.5
OVER_TIME_CODES = frozenset((_OVER_TIME, -int(getattr(signal, "SIGPROF", 0))))
"""The exit codes of a process that took more processor time than it was given."""


def serve(line: Connection) -> None:
    """Do each piece of work that comes over `line`, with the seconds of processor time that it may
    take, and answer (whether it worked, what it gave or raised). At a low priority, deaf to Ctrl+C
    and to a terminal that closes (the program answers them), and at an end as soon as nobody holds
    the other end, in the middle of any work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name != "nt":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.nice(_NICENESS)
    limit = _TimeLimit()
    works: queue.SimpleQueue[_Order] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(line, works), daemon=True).start()
    while True:
        work, cpu_s = works.get()
        limit.begin(cpu_s)
        try:
            answer = True, work()
        except Exception as error:
            answer = False, error
        limit.end()
        line.send(answer)


def _listen(line: Connection, works: queue.SimpleQueue[_Order]) -> None:
    """To the end of the process: what cannot be read (Python was replaced under it) is none."""
    try:
        while True:
            works.put(line.recv())
    finally:
        os._exit(0)


class _TimeLimit:
    """Ends this process when a piece of work takes too much processor time: inside a decoder no
    Python runs that could end the work alone."""

    def __init__(self) -> None:
        self._ends_at: float | None = None  # in the process's time
        if _HAS_TIMER:
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
        else:
            threading.Thread(target=self._watch, daemon=True).start()

    def begin(self, cpu_s: float) -> None:
        self._ends_at = time.process_time() + cpu_s
        if _HAS_TIMER:
            signal.setitimer(signal.ITIMER_PROF, cpu_s)

    def end(self) -> None:
        self._ends_at = None
        if _HAS_TIMER:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY_S)
            ends_at = self._ends_at
            if ends_at is not None and time.process_time() > ends_at:
                os._exit(_OVER_TIME)
