"""What this machine says about memory that is free, and about time that a process has used."""

from __future__ import annotations

import errno
import os
from pathlib import Path

_MEMORY = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")  # of this process, in a container; elsewhere it has no limit
_SPARE_BYTES = 100_000_000  # for the others


def check_memory(needed_bytes: int) -> None:
    """Raises OSError where so much is not free now."""
    free = free_bytes()
    if free is not None and free < needed_bytes + _SPARE_BYTES:
        raise OSError(
            errno.ENOMEM,
            f"it needs {needed_bytes / 1e6:,.0f} MB of memory, and {free / 1e6:,.0f} MB are free",
        )


def free_bytes() -> int | None:
    """Memory that a new process may take; None where the system does not say (Linux does)."""
    known = [size for size in (_of_machine(), _of_group()) if size is not None]
    return min(known, default=None)


def used_cpu_s(pid: int) -> float | None:
    """Processor time of a process; None where that cannot be told."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def _of_machine() -> int | None:
    try:
        lines = _MEMORY.read_text().splitlines()
        [kilobytes] = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
        return int(kilobytes) * 1024
    except (OSError, ValueError, IndexError):
        return None


def _of_group() -> int | None:
    try:
        most = int((_GROUP / "memory.max").read_text())
        return most - int((_GROUP / "memory.current").read_text())
    except (OSError, ValueError):  # "max": none
        return None
