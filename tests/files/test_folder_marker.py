"""The folder of images is known again; nothing is written below an empty mount point."""

from __future__ import annotations

import asyncio
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dreamina_desktop.core.errors import FolderAwayError
from dreamina_desktop.files.folder_marker import has_marker, make_marker, marked_folder
from dreamina_desktop.files.images import ImageFiles
from dreamina_desktop.files.parts import PartFiles


def pull(folder: Path) -> Path:
    """As a stick is pulled: its folder is elsewhere, an empty one is left in its place."""
    away = folder.with_name(f"{folder.name} elsewhere")
    folder.rename(away)
    folder.mkdir()
    return away


def test_a_folder_is_known_by_a_marker_that_stays_with_it(tmp_path: Path) -> None:
    root = tmp_path / "images"
    marker = make_marker(root, makes_folder=True)
    assert has_marker(root, marker)
    assert stat.S_IMODE((root / marker).stat().st_mode) == 0o600
    away = pull(root)
    assert not has_marker(root, marker)
    assert has_marker(away, marker)
    with marked_folder(away, marker):
        pass


def test_a_folder_is_made_only_where_that_is_wanted_and_one_level(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        make_marker(tmp_path / "stick", makes_folder=False)
    with pytest.raises(FileNotFoundError):
        make_marker(tmp_path / "stick" / "images", makes_folder=True)
    assert list(tmp_path.iterdir()) == []


def test_each_folder_has_a_marker_of_its_own_and_only_one(tmp_path: Path) -> None:
    markers = [make_marker(tmp_path / name, makes_folder=True) for name in ("a", "a", "b")]
    assert markers[0] == markers[1] != markers[2]


@pytest.mark.parametrize("is_left", [True, False])
def test_nothing_is_written_below_an_empty_mount_point(tmp_path: Path, is_left: bool) -> None:
    root = tmp_path / "images"
    marker = make_marker(root, makes_folder=True)
    parts = PartFiles(root / ".parts", marker)
    part = parts.new()
    part.close()
    away = pull(root)
    if not is_left:
        root.rmdir()
    with pytest.raises(FolderAwayError):
        parts.new()
    with ThreadPoolExecutor(1) as disk:
        files = ImageFiles(root, disk, marker)
        whole = away / ".parts" / part.path.name
        with pytest.raises(FolderAwayError):
            asyncio.run(files.keep(whole, "2026-03-02", "0001-1", "jpg"))
    assert os.path.lexists(root) == is_left
    assert not is_left or os.listdir(root) == []


def test_what_comes_back_is_written_to_again(tmp_path: Path) -> None:
    root = tmp_path / "images"
    marker = make_marker(root, makes_folder=True)
    away = pull(root)
    root.rmdir()
    away.rename(root)
    part = PartFiles(root / ".parts", marker).new()
    part.close()
    assert part.path.exists()
