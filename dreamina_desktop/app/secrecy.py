"""The token is in this process's memory, and stays there: no core dump holds it, and no process
that we start inherits it.
"""

from __future__ import annotations

import contextlib
import importlib
import os

VARIABLE = "USEAPI_TOKEN"


def forbid_core_dumps() -> None:
    """For this process and those that it starts. Windows writes none."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        resource = importlib.import_module("resource")
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def take_token() -> str | None:
    """The token of the environment, which is not in it any more."""
    return os.environ.pop(VARIABLE, None)
