"""A process that dies of a fault (a segmentation fault, an abort) leaves a file behind, which the
next start reads and says.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dreamina_desktop.diagnostics.logs import log

MOST_BYTES = 100_000  # of a report that goes into the log


@contextmanager
def crash_watch(file: Path) -> Iterator[bool]:
    """Meanwhile, a fault writes where every thread was to `file` (0600). Gives whether the run
    before ended so; its report is then in the log, once."""
    crashed = _take(file)
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    except OSError as error:
        log.warning("crashes are not noted: %s", error)
        yield crashed
        return
    faulthandler.enable(descriptor, all_threads=True)
    try:
        yield crashed
    finally:
        faulthandler.disable()
        is_ours = _is_same(descriptor, file)
        os.close(descriptor)
        if is_ours:
            with contextlib.suppress(OSError):
                file.unlink()


def _is_same(descriptor: int, file: Path) -> bool:
    """Not where the folder was replaced: the file there is another process's."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(file))
    except OSError:
        return False


def _take(file: Path) -> bool:
    """What a run writes that ends well is no crash: Windows reports faults that were handled."""
    try:
        with file.open("rb") as readable:
            report = readable.read(MOST_BYTES).decode("utf-8", errors="replace").strip()
    except OSError:
        return False
    if report:
        log.warning("the last run crashed:\n%s", report)
    return bool(report)
