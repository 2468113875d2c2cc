"""A worker process ends when the program lets go of its leash, or dies.

Nothing here may import Qt or anything heavy: every worker loads it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from multiprocessing.connection import Connection

_NICENESS = 10


def set_up_worker(leash: Connection) -> None:
    """First thing in a worker: run it at a low priority, deaf to Ctrl+C (that is the program's
    to answer), and end it as soon as nobody holds the other end of `leash`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    threading.Thread(target=_end_with, args=(leash,), daemon=True).start()


def _end_with(leash: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        leash.recv_bytes()
    os._exit(0)
