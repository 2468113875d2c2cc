"""Where everything is kept, readable by its user only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from dreamina_desktop.storage.durable_folder import make_folder


@dataclass(frozen=True, slots=True)
class Locations:
    """One data folder and what lies in it."""

    root: Path

    @classmethod
    def at(cls, folder: Path | None) -> Locations:
        """The folder given, else the one that the system has for this program."""
        return cls((folder or user_data_path("dreamina-desktop", appauthor=False)).absolute())

    @property
    def database(self) -> Path:
        return self.root / "library.sqlite3"

    @property
    def index(self) -> Path:
        """Beside the library, and made from it (job_index.py)."""
        return self.root / "index.sqlite3"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def thumbnails(self) -> Path:
        return self.root / "thumbnails.sqlite3"

    @property
    def images(self) -> Path:
        """Where images go unless another folder was chosen."""
        return self.root / "images"

    @property
    def log_file(self) -> Path:
        return self.root / "dreamina-desktop.log"

    @property
    def crash_file(self) -> Path:
        """Where a process that dies of a fault says where it was."""
        return self.root / "crash.txt"

    @property
    def lock_file(self) -> Path:
        return self.root / "lock"

    @property
    def address_file(self) -> Path:
        """Where the process that holds the folder listens for other starts."""
        return self.root / "holder.json"

    def create(self) -> None:
        """Make the folder, 0700 also where it was wider. Raises OSError."""
        make_folder(self.root, 0o700)
        self.root.chmod(0o700)
