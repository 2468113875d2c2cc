"""The token is in this process's memory, and stays there: no core dump holds it, no process that
we start inherits it, and nobody reads it in the environment that we were started with.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import sys

VARIABLE = "USEAPI_TOKEN"
NO_PIPED_CORE = 1  # Linux: where cores go to a program, 0 is ignored, and 1 means none


def forbid_core_dumps() -> None:
    """For this process and those that it starts. Windows writes none. The process stays dumpable:
    one that is not gets nothing from desktop portals, which look at /proc/PID/root."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        resource = importlib.import_module("resource")
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        may_be_one = sys.platform == "linux" and hard != 0
        resource.setrlimit(resource.RLIMIT_CORE, (NO_PIPED_CORE if may_be_one else 0, hard))


def take_token() -> str | None:
    """The token of the environment, which is not in it any more, nor in the memory that the system
    shows as the environment of this process. To be called before the first thread starts."""
    _overwrite_in_place()
    return os.environ.pop(VARIABLE, None)


def _overwrite_in_place() -> None:
    """Forgetting a variable leaves its bytes where they were: /proc/PID/environ shows them. What
    os.environ knows was copied at the start of Python."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError, ValueError):  # a system without that name
        entries = ctypes.POINTER(ctypes.c_void_p).in_dll(ctypes.CDLL(None), "environ")
        number = 0
        while entries and (place := entries[number]):
            entry = ctypes.string_at(place)
            if entry.startswith(name := os.fsencode(f"{VARIABLE}=")):
                ctypes.memset(place + len(name), 0, len(entry) - len(name))
            number += 1
