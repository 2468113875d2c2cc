"""A disk of its own in memory, whose size can change while the program works on it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOMY = 3_000_000_000  # bytes, of which none is taken before it is written
PAGE = 4096


@dataclass(frozen=True)
class TightDisk:
    folder: Path

    def leave(self, pages: int) -> None:
        """From now on the disk has so many free pages."""
        while True:
            usage = os.statvfs(self.folder)
            used = (usage.f_blocks - usage.f_bfree) * usage.f_frsize
            if self._resize(used + pages * PAGE):
                return

    def grow(self) -> None:
        """There is room again."""
        self._resize(ROOMY)

    def _resize(self, size: int) -> bool:
        """False when more was written meanwhile than would fit."""
        command = ["mount", "-o", f"remount,size={size}", str(self.folder)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def tight_disk(folder: Path) -> Iterator[TightDisk | None]:
    """Mounted on a new folder; None where this machine does not let us."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOMY}", "fault-bench", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield TightDisk(folder) if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
