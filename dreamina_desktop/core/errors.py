"""Errors that cross a package's border, each a sentence for the user; and the names under which a
rescue of the library leaves them for the services.
"""

from __future__ import annotations

import errno

RESCUE_NOTICE = "rescue_notice"  # what the user is to be told, until it was read
RESCUED_NUMBERS = "rescued_numbers"  # the highest job number that was given before the rescue


class KeyringError(Exception):
    """The system's keyring did not do what was asked."""


class DatabaseError(OSError):
    """The database could not be read or written; nothing of the call was kept."""


class DamagedError(DatabaseError):
    """The database's file is not, or no longer, a whole database."""


class FolderAwayError(FileNotFoundError):
    """The folder of images is not there, or another one is in its place: its disk is away."""

    def __init__(self, folder: object) -> None:
        super().__init__(errno.ENOENT, "the folder for images is not there", str(folder))


class ArchiveError(OSError):
    """A file is not a whole archive of a library, or may not be opened; nothing was changed."""


class OptionError(ValueError):
    """A command-line option that cannot work."""
