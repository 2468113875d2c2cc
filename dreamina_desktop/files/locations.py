"""Where everything is kept, and by which process: a folder of ours is readable by its user only,
one that was there keeps its rights; the lock is taken before the database is opened.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from dreamina_desktop.core.errors import OptionError
from dreamina_desktop.files.atomic import make_folder


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


_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


@dataclass(frozen=True, slots=True)
class Locations:
    """One data folder and what lies in it."""

    root: Path
    scratch: Path | None = None  # where all is written when the data folder is read-only

    @property
    def is_read_only(self) -> bool:
        """Whether the data folder is only looked at (read_only_folder.py)."""
        return self.scratch is not None

    @property
    def written(self) -> Path:
        """Where files are written that are no images."""
        return self.scratch or self.root

    @classmethod
    def at(cls, folder: Path | None) -> Locations:
        """The folder given, else the one that the system has for this program. Raises OptionError
        where it has none."""
        return cls((folder or _default_folder()).absolute())

    @property
    def database(self) -> Path:
        return self.written / "library.sqlite3"

    @property
    def index(self) -> Path:
        """Beside the library, and made from it (job_index.py)."""
        return self.written / "index.sqlite3"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def thumbnails(self) -> Path:
        return self.written / "thumbnails.sqlite3"

    @property
    def images(self) -> Path:
        """Where images go unless another folder was chosen."""
        return self.root / "images"

    @property
    def log_file(self) -> Path:
        return self.written / "dreamina-desktop.log"

    @property
    def crash_file(self) -> Path:
        """Where a process that dies of a fault says where it was."""
        return self.written / "crash.txt"

    @property
    def lock_file(self) -> Path:
        return self.written / "lock"

    @property
    def address_file(self) -> Path:
        """Where the process that holds the folder listens for other starts."""
        return self.written / "holder.json"

    def may_be_written(self) -> bool:
        """Whether this user may put files into the data folder."""
        return os.access(self.root, os.W_OK | os.X_OK)

    def create(self) -> None:
        """Make the folder, for this user only; one that is there keeps its rights. Raises
        OptionError, in words, where there can be none."""
        try:
            make_folder(self.root, 0o700)
        except OSError as error:
            raise OptionError(_why_no_folder(self.root, error)) from error


def _default_folder() -> Path:
    """Where a home is not known, platformdirs raises, or names a folder "~"."""
    with suppress(RuntimeError):
        folder = user_data_path("dreamina-desktop", appauthor=False)
        if folder.is_absolute():
            return folder
    raise OptionError(
        "This user has no home folder (HOME is not set), so there is no place for the library. "
        "Set HOME, or give --data-dir."
    )


def _why_no_folder(folder: Path, error: OSError) -> str:
    """A sentence, with what to do."""
    if error.errno == errno.ENAMETOOLONG:
        return "The path of the data folder is too long. Give another --data-dir."
    nearest = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if nearest.is_symlink() and not os.path.exists(nearest):
        return f"{nearest} is a link to a place that is not there. Give another --data-dir."
    if not os.path.isdir(nearest):
        return f"{nearest} is a file, and no folder. Give another --data-dir."
    if error.errno in _FORBIDDEN:
        return (
            f"The data folder {folder} cannot be made: you may not write to {nearest}. Give "
            "another --data-dir."
        )
    return f"The data folder {folder} cannot be made ({error.strerror}). Give another --data-dir."
