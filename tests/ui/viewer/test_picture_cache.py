from __future__ import annotations

from pathlib import Path

from PIL import Image as Pillow
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.ui.viewer.picture_cache import PictureCache, Wish


def wish(folder: Path, index: int, fit: QSize | None = None) -> Wish:
    file = folder / f"{index}.jpg"
    Pillow.new("RGB", (400, 200), (index, 0, 0)).save(file)
    return Wish(ImageKey(1, index), str(file), fit)


def test_the_first_wish_is_read_first(tmp_path: Path, qtbot: QtBot) -> None:
    cache = PictureCache()
    told: list[int] = []
    cache.ready.connect(lambda each, _image: told.append(each.key.index))
    cache.want([wish(tmp_path, index) for index in (2, 0, 1)])
    qtbot.waitUntil(lambda: len(told) == 3)
    assert told == [2, 0, 1]


def test_memory_holds_only_what_is_wished_for(tmp_path: Path, qtbot: QtBot) -> None:
    cache = PictureCache()
    one, whole = wish(tmp_path, 0, QSize(100, 100)), wish(tmp_path, 1)
    cache.want([one, whole])
    qtbot.waitUntil(lambda: cache.get(whole) is not None)
    assert cache.size_bytes == 100 * 50 * 4 + 400 * 200 * 4
    cache.want([one])
    assert cache.get(whole) is None
    assert cache.size_bytes == 100 * 50 * 4
    cache.want([])
    assert cache.size_bytes == 0


def test_a_picture_that_comes_late_is_dropped(tmp_path: Path, qtbot: QtBot) -> None:
    cache = PictureCache()
    told: list[int] = []
    cache.ready.connect(lambda each, _image: told.append(each.key.index))
    late, new = wish(tmp_path, 0), wish(tmp_path, 1)
    cache.want([late])
    cache.want([new])
    qtbot.waitUntil(lambda: bool(told))
    assert told == [1]
    assert cache.get(late) is None


def test_wishes_that_come_and_go_are_all_answered_in_the_end(tmp_path: Path, qtbot: QtBot) -> None:
    cache = PictureCache()
    one, two = wish(tmp_path, 0), wish(tmp_path, 1)
    for _ in range(20):
        cache.want([one])
        cache.want([two])
    cache.want([one, two])
    qtbot.waitUntil(lambda: cache.get(one) is not None and cache.get(two) is not None)
    assert cache.size_bytes == 2 * 400 * 200 * 4


def test_a_file_that_cannot_be_read_is_told_as_a_null_image(tmp_path: Path, qtbot: QtBot) -> None:
    cache = PictureCache()
    gone = Wish(ImageKey(1, 0), str(tmp_path / "gone.jpg"), None)
    with qtbot.waitSignal(cache.ready) as told:
        cache.want([gone])
    assert told.args[1].isNull()
