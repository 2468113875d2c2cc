"""One process a data folder: the lock is taken before the database is opened."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout


class DataLock:
    """The system's own file lock: it goes with the process, however that ends."""

    def __init__(self, file: Path) -> None:
        self._lock = FileLock(file, timeout=0, mode=0o600)

    def acquire(self) -> bool:
        """False when another process holds the folder."""
        try:
            self._lock.acquire()
        except Timeout:
            return False
        return True

    def __enter__(self) -> DataLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()
