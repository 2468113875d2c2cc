"""Files whose bytes are still coming: they become images, or vanish."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from pathlib import Path

from dreamina_desktop.storage.durable_folder import make_folder

PARTS = ".parts"  # in the folder of images: on the same disk
_SUFFIX = ".part"


class PartFile:
    """One new file. Its methods may block, and may be called in any thread."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError. The name is free and says nothing about the image."""
        descriptor, name = tempfile.mkstemp(suffix=_SUFFIX, dir=folder)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._path = Path(name)
        # A shutdown discards while another thread may still be writing.
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        return self._path

    def write(self, data: bytes) -> None:
        """Append all of `data`. Raises OSError; nothing happens after `discard`."""
        with self._lock:
            view = memoryview(data)
            while view and not self._file.closed:
                view = view[self._file.write(view) or 0 :]

    def close(self, *, flush: bool = True) -> None:
        """Flush to the disk, where nobody else will, and close. Raises OSError."""
        with self._lock:
            if self._file.closed:
                return
            try:
                if flush:
                    os.fsync(self._file.fileno())
            finally:
                self._file.close()

    def discard(self) -> None:
        """Close and delete; never raises."""
        with self._lock, contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


class PartFiles:
    """Opens part files in one folder, on the disk that holds the images."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when the first file is, for this user only."""
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where new parts are made."""
        return self._folder

    def use_folder(self, folder: Path) -> None:
        """New parts are made there from now on."""
        self._folder = folder

    def new(self) -> PartFile:
        """A new, empty file that only this user may read. Raises OSError."""
        folder = self._folder
        make_folder(folder, 0o700)
        return PartFile(folder)

    def remove_leftovers(self) -> None:
        """Delete what a killed run left behind; for the start, before anything is fetched. What
        has a second name is a whole image (see ImageFiles.unrecorded)."""
        for file in self._folder.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                if file.stat().st_nlink == 1:
                    file.unlink()


def remove_archive_leftovers(root: Path) -> None:
    """Delete what a killed run left of libraries in archives, in the data folder; never raises."""
    for file in root.glob(f"archive*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            file.unlink()
