"""The data folder: private, and held by one process."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from dreamina_desktop.core.errors import OptionError
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.files.locations import DataLock, Locations
from dreamina_desktop.library.thumbnails import ThumbnailStore


def test_a_new_folder_is_for_its_user_only(tmp_path: Path) -> None:
    Locations.at(tmp_path / "data").create()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o755, 0o2770, 0o500])
def test_a_folder_that_was_there_keeps_its_rights(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(mode)
    Locations.at(folder).create()
    assert stat.S_IMODE(folder.stat().st_mode) == mode


def test_a_folder_that_cannot_be_one_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to("nowhere")
    for folder, words in (
        (tmp_path / "file", f"{tmp_path / 'file'} is a file"),
        (tmp_path / "file" / "below", f"{tmp_path / 'file'} is a file"),
        (tmp_path / "link", f"{tmp_path / 'link'} is a link to a place that is not there"),
        (tmp_path / "link" / "below", f"{tmp_path / 'link'} is a link to a place that is not"),
        (tmp_path / ("a" * 300), "too long"),
        (tmp_path / "/".join(["a" * 200] * 30), "too long"),
    ):
        with pytest.raises(OptionError) as raised:
            Locations.at(folder).create()
        assert words in str(raised.value)
        assert str(raised.value).endswith("Give another --data-dir.")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_may_not_be_made_names_where_one_may_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)  # root may write anywhere
    with pytest.raises(OptionError, match=f"you may not write to {tmp_path}\\."):
        Locations.at(tmp_path / "data").create()


def test_a_user_without_a_home_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pwd = pytest.importorskip("pwd")

    def unknown(_user: int) -> None:
        raise KeyError("no such user")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OptionError, match="has no home folder"):
        Locations.at(None)
    assert Locations.at(tmp_path / "data").root == tmp_path / "data"


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
    await store.put({key: b"jpeg"}, 320)
    await store.put({key: b"newer"}, 320)
    assert await store.get([key, other], 320) == {key: b"newer"}
    await store.aclose()
    file.write_bytes(b"garbage" * 1000)
    again = ThumbnailStore(file)
    await again.open()
    assert await again.get([key], 320) == {}
    await again.put({key: b"jpeg"}, 320)
    assert await again.get([key], 320) == {key: b"jpeg"}
    await again.aclose()
