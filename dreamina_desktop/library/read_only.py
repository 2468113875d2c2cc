"""A data folder that may be read and not written: its library is copied, log and all, to a
temporary folder, and looked at there. Opened in its place, SQLite would leave out what is in the
log.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dreamina_desktop.core.errors import OptionError
from dreamina_desktop.files.locations import Locations

TRIES = 5  # while another process writes to the library
MOST_THUMBNAIL_BYTES = 256_000_000  # of thumbnails that are copied; above, they are made anew


@contextmanager
def copied(locations: Locations) -> Iterator[Locations]:
    """The same folder with all that is written in a temporary one, which goes at the end. Raises
    OptionError where there is no library, and OSError."""
    if not os.access(locations.database, os.R_OK):
        raise OptionError(
            f"The data folder {locations.root} may not be written to, and no library that you may "
            "read is in it. Give another --data-dir."
        )
    with tempfile.TemporaryDirectory(
        prefix="dreamina-read-only-", ignore_cleanup_errors=True
    ) as folder:
        scratch = Path(folder)
        _copy(locations.database, scratch)
        if 0 < _size(locations.thumbnails) <= MOST_THUMBNAIL_BYTES:
            _copy(locations.thumbnails, scratch)
        yield Locations(locations.root, scratch)


def _copy(database: Path, folder: Path) -> None:
    """The file and its log as of one moment, as far as that comes within a few tries; what does
    not fit together is found when it is opened."""
    files = [path for path in (database, _log(database)) if os.path.isfile(path)]
    for _ in range(TRIES):
        before = _state(files)
        for file in files:
            shutil.copyfile(file, folder / file.name)
            (folder / file.name).chmod(0o600)
        if _state(files) == before:
            return


def _state(files: Sequence[Path]) -> list[tuple[int, int]]:
    statuses = map(os.stat, files)
    return [(status.st_mtime_ns, status.st_size) for status in statuses]


def _log(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")


def _size(file: Path) -> int:
    return file.stat().st_size if os.access(file, os.R_OK) else 0
