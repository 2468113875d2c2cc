"""Memory that is free goes back to the system."""

from __future__ import annotations

import ctypes
import sys

KEPT_BYTES = 1_000_000
OF_ITS_OWN_BYTES = 128 * 1024  # what is larger goes back when it is freed; glibc's first value
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # mallopt(3)


def give_back_free_memory() -> None:
    """glibc keeps ever more of it, the larger what was freed: after many pictures some 20 MB
    (tests/bench/s08_memory.py). With limits of ours it does not; other systems need no word."""
    if sys.platform.startswith("linux"):
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(_M_TRIM_THRESHOLD, KEPT_BYTES)
            mallopt(_M_MMAP_THRESHOLD, OF_ITS_OWN_BYTES)
