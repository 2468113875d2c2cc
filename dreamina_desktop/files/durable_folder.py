"""Folders that a power cut leaves: the name of a folder is an entry of the one above it."""

from __future__ import annotations

import os
from pathlib import Path

from dreamina_desktop.files.atomic import flush_folder


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make `folder` and what is missing above it; each name is on the disk when this returns.
    Raises OSError."""
    missing = [path for path in (folder, *folder.parents) if not os.path.exists(path)]
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    for path in reversed(missing):
        flush_folder(path.parent)
