from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PySide6.QtCore import QCoreApplication, QSize, QThread
from pytestqt.qtbot import QtBot

from dreamina_desktop.ui.gallery.save_copy import copy_file
from dreamina_desktop.ui.views import image_reading
from dreamina_desktop.ui.views.image_reading import ImageReading, file_url, read_image


def picture(
    folder: Path, name: str, size: tuple[int, int], mode: str = "RGB", turn: int = 1
) -> str:
    file = folder / name
    exif = Pillow.Exif()
    exif[0x0112] = turn
    Pillow.new(mode, size, (200, 40, 30, 0)[: len(mode)]).save(file, exif=exif)
    return str(file)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a-png-by-name.jpg.png"])
def test_every_kept_format_is_read(tmp_path: Path, name: str) -> None:
    assert read_image(picture(tmp_path, name, (60, 30))).size().toTuple() == (60, 30)


def test_a_file_of_another_size_than_was_verified_is_not_decoded(tmp_path: Path) -> None:
    file = picture(tmp_path, "a.jpg", (60, 30))
    size_bytes = Path(file).stat().st_size
    assert read_image(file, None, size_bytes).size().toTuple() == (60, 30)
    assert read_image(file, None, size_bytes + 1).isNull()


def test_a_cmyk_jpeg_is_read(tmp_path: Path) -> None:
    image = read_image(picture(tmp_path, "a.jpg", (60, 30), "CMYK"))
    assert image.size().toTuple() == (60, 30)


def test_a_turned_image_is_upright_also_when_scaled(tmp_path: Path) -> None:
    file = picture(tmp_path, "a.jpg", (600, 300), turn=6)
    assert read_image(file).size().toTuple() == (300, 600)
    assert read_image(file, QSize(100, 100)).size().toTuple() == (50, 100)


def test_a_scaled_image_keeps_its_ratio_and_is_never_enlarged(tmp_path: Path) -> None:
    file = picture(tmp_path, "a.jpg", (600, 300))
    assert read_image(file, QSize(200, 200)).size().toTuple() == (200, 100)
    assert read_image(file, QSize(5000, 5000)).size().toTuple() == (600, 300)


def test_a_huge_image_is_scaled_down_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_reading, "MAX_IMAGE_BYTES", 40_000)
    image = read_image(picture(tmp_path, "a.jpg", (400, 400)))
    assert image.size().toTuple() == (100, 100)


def test_what_cannot_be_read_is_a_null_image(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"<html>")
    assert read_image(str(tmp_path / "a.jpg")).isNull()
    assert read_image(str(tmp_path / "gone.jpg")).isNull()


def test_it_is_told_on_the_gui_thread(tmp_path: Path, qtbot: QtBot) -> None:
    reading = ImageReading()
    threads: list[QThread] = []
    reading.read.connect(lambda _ticket, _image: threads.append(QThread.currentThread()))
    file = picture(tmp_path, "a.jpg", (60, 30))
    with qtbot.waitSignal(reading.read) as read:
        reading.start("ticket", file, None, lambda: True)
    assert read.args[0] == "ticket"
    assert threads == [QCoreApplication.instance().thread()]


def test_what_is_not_wanted_any_more_is_not_read(tmp_path: Path, qtbot: QtBot) -> None:
    reading = ImageReading()
    told: list[object] = []
    reading.read.connect(lambda ticket, _image: told.append(ticket))
    file = picture(tmp_path, "a.jpg", (60, 30))
    reading.start("unwanted", file, None, lambda: False)
    with qtbot.waitSignal(reading.read):
        reading.start("wanted", file, None, lambda: True)
    assert told == ["wanted"]


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
def test_a_file_whose_folder_is_no_text_is_read_and_handed_on(tmp_path: Path) -> None:
    """Qt knows no such names."""
    folder = tmp_path / os.fsdecode(b"a \xff")
    folder.mkdir()
    file = picture(folder, "a.jpg", (60, 30))
    size_bytes = Path(file).stat().st_size
    assert read_image(file, None, size_bytes).size().toTuple() == (60, 30)
    assert read_image(file, None, size_bytes + 1).isNull()
    assert read_image(str(folder / "gone.jpg")).isNull()
    assert file_url(file).toEncoded().data().endswith(b"/a%20%FF/a.jpg")
    assert copy_file(file, str(tmp_path / "copy.jpg")) == ""
    assert (tmp_path / "copy.jpg").read_bytes() == Path(file).read_bytes()
