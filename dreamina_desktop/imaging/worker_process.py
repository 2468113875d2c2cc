"""A process that does what it is told over a line, and ends with the program.

Nothing here may import Qt or anything heavy: every worker loads it.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
from multiprocessing.connection import Connection

_NICENESS = 10


def serve(line: Connection) -> None:
    """Do each piece of work that comes over `line`, and answer (whether it worked, what it gave or
    raised). At a low priority, deaf to Ctrl+C and to a terminal that closes (the program answers
    them), and at an end as soon as nobody holds the other end, in the middle of any work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name != "nt":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.nice(_NICENESS)
    works: queue.SimpleQueue[object] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(line, works), daemon=True).start()
    while True:
        work = works.get()
        assert callable(work)
        try:
            answer = True, work()
        except Exception as error:
            answer = False, error
        line.send(answer)


def _listen(line: Connection, works: queue.SimpleQueue[object]) -> None:
    while True:
        try:
            works.put(line.recv())
        except (EOFError, OSError):
            os._exit(0)
