"""The program with one harm done to it, which the variable HARM names. Run as a script in place of
`-m dreamina_desktop`; the worker processes, which import it anew, are harmed too.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import Any

DEADLY = (97, 61)  # pixels of a picture over which a decoder dies, or hangs
PROGRAM = (__file__,)
VARIABLE = "HARM"


def no_links() -> None:
    """As on exFAT and some network disks."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links on this disk")

    os.link = refuse


def no_processes() -> None:
    """The system starts no process more."""
    from multiprocessing import popen_spawn_posix  # noqa: PLC0415

    def refuse(*_: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    popen_spawn_posix.Popen.__init__ = refuse


def short_limits() -> None:
    """What would be waited for for minutes takes seconds."""
    from dreamina_desktop.imaging import workers  # noqa: PLC0415

    limits: Any = workers
    limits.LEAST_CPU_S, limits.CPU_S_A_MEGAPIXEL = 2.0, 0.0
    limits.HUNG_S = 3.0


def signal_at_the_deadly_picture(number: signal.Signals) -> None:
    """To the process itself, in the middle of decoding."""
    from PIL import ImageFile  # noqa: PLC0415

    real = ImageFile.ImageFile.load

    def load(image: Any) -> Any:
        if image.size == DEADLY:
            os.kill(os.getpid(), number)
        return real(image)

    ImageFile.ImageFile.load = load  # type: ignore[method-assign]


def harm(name: str, *, is_worker: bool) -> None:
    """Do this one, in the program or in a worker process of it."""
    if name == "no links":
        no_links()
    elif name == "no processes" and not is_worker:
        no_processes()
    elif name == "replaced" and is_worker:
        os._exit(127)
    elif name == "deadly" and is_worker:
        signal_at_the_deadly_picture(signal.SIGKILL)
    elif name == "hanging" and is_worker:
        signal_at_the_deadly_picture(signal.SIGSTOP)
    if name in ("hanging", "endless") and not is_worker:
        short_limits()


if __name__ in ("__main__", "__mp_main__"):
    harm(os.environ.get(VARIABLE, ""), is_worker=__name__ == "__mp_main__")
if __name__ == "__main__":
    from dreamina_desktop.__main__ import main

    sys.exit(main())
