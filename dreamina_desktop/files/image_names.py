"""What the names of saved images tell: `0214-2 a-stunning-aurora.jpg`, core.file_name."""

from __future__ import annotations

from pathlib import Path

from dreamina_desktop.core.export import file_name

_ENDINGS = (".jpg", ".png", ".webp")


def key_of(file: Path) -> tuple[int, int] | None:
    """Job and index of the image; None for other files."""
    return file_name.key_of(file.stem) if file.suffix in _ENDINGS else None


def highest_number(folder: Path) -> int:
    """The highest job that has a file in a day's folder of `folder`; 0 where there is none."""
    files = (file for day in _listed(folder) if day.is_dir() for file in _listed(day))
    return max((key[0] for file in files if (key := key_of(file))), default=0)


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
