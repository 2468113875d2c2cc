"""Where the icons and other files lie that come with the program."""

from __future__ import annotations

from pathlib import Path


def resources_folder() -> Path:
    """`<package>/resources` (wheel, frozen build), else `<package>/../resources` (editable)."""
    package = Path(__file__).resolve().parent
    for folder in (package / "resources", package.parent / "resources"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("The program's own files (resources) are missing: install it again.")
