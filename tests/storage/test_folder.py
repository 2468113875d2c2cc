"""The data folder: private, and held by one process."""

from __future__ import annotations

import stat
from pathlib import Path

from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.storage.data_lock import DataLock
from dreamina_desktop.storage.locations import Locations
from dreamina_desktop.storage.thumbnail_store import ThumbnailStore


def test_a_folder_that_was_too_open_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    Locations.at(folder).create()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_a_folder_the_systems_own_is_taken() -> None:
    assert Locations.at(None).root.name == "dreamina-desktop"


def test_only_one_holds_the_lock(tmp_path: Path) -> None:
    first, second = DataLock(tmp_path / "lock"), DataLock(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire()
    with first:
        pass
    assert second.acquire()
    with second:
        pass


async def test_thumbnails_come_back_and_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "thumbnails.sqlite3"
    store = ThumbnailStore(file)
    await store.open()
    key, other = ImageKey(1, 0), ImageKey(1, 1)
    await store.put({key: b"jpeg"})
    await store.put({key: b"newer"})
    assert await store.get([key, other]) == {key: b"newer"}
    await store.aclose()
    file.write_bytes(b"garbage" * 1000)
    again = ThumbnailStore(file)
    await again.open()
    assert await again.get([key]) == {}
    await again.put({key: b"jpeg"})
    assert await again.get([key]) == {key: b"jpeg"}
    await again.aclose()
