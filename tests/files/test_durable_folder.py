"""What is named must still be named after a power cut."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dreamina_desktop.files.atomic import make_folder
from dreamina_desktop.files.images import ImageFiles
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.files.parts import PartFiles


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], bool]:
    """Whether a file or folder was flushed since the test began."""
    seen: set[int] = set()
    really = os.fsync

    def flush(handle: int) -> None:
        seen.add(os.fstat(handle).st_ino)
        really(handle)

    monkeypatch.setattr(os, "fsync", flush)
    return lambda path: path.stat().st_ino in seen


def test_each_new_folder_is_flushed_into_the_one_above(
    tmp_path: Path, flushed: Callable[[Path], bool]
) -> None:
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    assert flushed(tmp_path)
    assert flushed(tmp_path / "a")


def test_a_folder_that_was_there_costs_nothing(
    tmp_path: Path, flushed: Callable[[Path], bool]
) -> None:
    make_folder(tmp_path)
    assert not flushed(tmp_path.parent)


def test_the_data_folder_survives_its_first_day(
    tmp_path: Path, flushed: Callable[[Path], bool]
) -> None:
    Locations.at(tmp_path / "data").create()
    assert flushed(tmp_path)


async def test_the_folders_of_images_survive_their_first_day(
    tmp_path: Path, flushed: Callable[[Path], bool]
) -> None:
    images = tmp_path / "images"
    part = PartFiles(images / ".parts").new()
    part.write(b"picture")
    part.close()
    assert flushed(tmp_path)
    with ThreadPoolExecutor(1) as disk:
        await ImageFiles(images, disk).keep(part.path, "2026-03-02", "0001-1", "jpg")
    assert flushed(images)
    assert flushed(images / "2026-03-02")
