"""Judging in the viewer, its information, and what it makes of colours and hostile words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio
from PIL import Image as Pillow
from PIL import ImageCms
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.marks import Flag, Marks
from dreamina_desktop.imaging.thumbnail import thumbnail
from dreamina_desktop.ui.details.details_pane import DetailsPane
from dreamina_desktop.ui.viewer.viewer import Viewer
from dreamina_desktop.ui.views.image_reading import in_srgb, read_image
from dreamina_desktop.ui.window.main_window import MainWindow
from dreamina_desktop.ui.wording import plain_tip

Until = Callable[[Callable[[], object]], Awaitable[None]]
Key = Qt.Key


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """The viewer is open on 1-1 of four images."""
    await bench.add(record(1, images=4))
    window = MainWindow(bench.services)
    await put_up(window, 900, 560)
    images = next(w for w in window.findChildren(QWidget) if w.accessibleName() == "Images")
    await until(lambda: len(images.order) == 4)
    images.setFocus()
    images.select_key(ImageKey(1, 0))
    QTest.keyClick(images, Key.Key_Return)
    assert viewer(window).is_open()
    return window


def viewer(window: MainWindow) -> Viewer:
    return window.findChild(Viewer)


def press(key: Key) -> None:
    QTest.keyClick(QApplication.focusWidget(), key)


def texts(widget: QWidget) -> str:
    labels = [label for label in widget.findChildren(QLabel) if label.isVisible()]
    return " | ".join(label.text() for label in labels)


async def test_a_mark_moves_on_to_the_next_image_and_stays_at_the_last(
    bench: Any, window: MainWindow, until: Until
) -> None:
    for key in (Key.Key_P, Key.Key_X, Key.Key_3, Key.Key_P):
        press(key)
    job = lambda: bench.services.library.job(1)  # noqa: E731
    await until(lambda: len(job().marks) == 4)
    wanted = (Marks(Flag.PICKED), Marks(Flag.REJECTED), Marks(rating=3), Marks(Flag.PICKED))
    assert job().marks == wanted
    assert viewer(window).key == ImageKey(1, 3)
    await until(lambda: "Picked" in texts(viewer(window)))


async def test_moving_on_can_be_switched_off(bench: Any, window: MainWindow, until: Until) -> None:
    bench.services.preferences.moves_on = False
    press(Key.Key_P)
    press(Key.Key_5)
    await until(lambda: bench.services.library.job(1).marks_of(0) == Marks(Flag.PICKED, 5))
    assert viewer(window).key == ImageKey(1, 0)
    await until(lambda: "Picked · ★★★★★" in texts(viewer(window)))


async def test_undo_works_from_the_viewer(bench: Any, window: MainWindow, until: Until) -> None:
    press(Key.Key_P)
    await until(lambda: bench.services.library.job(1).marks)
    QTest.keyClick(QApplication.focusWidget(), Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: not bench.services.library.job(1).marks)
    assert viewer(window).is_open()


async def test_the_information_follows_the_image(window: MainWindow, until: Until) -> None:
    press(Key.Key_I)
    pane = viewer(window).findChild(DetailsPane)
    await until(pane.isVisible)
    await until(lambda: "Job ID" in texts(pane))
    press(Key.Key_I)
    assert not pane.isVisible()


async def test_z_is_one_pixel_for_one_and_back_and_w_fills(window: MainWindow) -> None:
    canvas = QApplication.focusWidget()
    assert canvas.zoom.is_fitted
    press(Key.Key_Z)
    assert canvas.zoom.shown_scale == 1.0
    press(Key.Key_Z)
    assert canvas.zoom.is_fitted
    press(Key.Key_W)
    _, _, width, height = canvas.zoom.target
    assert width >= canvas.area().width() - 1
    assert height >= canvas.area().height() - 1


async def test_typing_a_note_judges_nothing(bench: Any, window: MainWindow, until: Until) -> None:
    press(Key.Key_N)
    await until(lambda: QApplication.focusWidget().accessibleName() == "Note")
    QTest.keyClicks(QApplication.focusWidget(), "px 5")
    press(Key.Key_Escape)
    assert viewer(window).is_open()
    assert not bench.services.library.job(1).marks
    press(Key.Key_Escape)
    assert not viewer(window).is_open()


def test_a_profile_changes_the_numbers_and_not_the_colours(tmp_path: Path) -> None:
    """A Lab profile stands for any other than sRGB: its numbers mean other colours."""
    wide = _with_another_profile(tmp_path / "wide.jpg")
    plain = tmp_path / "plain.jpg"
    Pillow.new("RGB", (64, 36), (200, 60, 40)).save(plain, quality=95)
    shown, unmanaged = read_image(str(wide)), QImage(str(wide))
    assert shown.pixelColor(9, 9) != unmanaged.pixelColor(9, 9)
    assert read_image(str(plain)).pixelColor(9, 9) == QImage(str(plain)).pixelColor(9, 9)
    small = in_srgb(QImage.fromData(thumbnail(wide)))
    one, other = small.pixelColor(9, 9), shown.pixelColor(9, 9)
    assert all(abs(a - b) < 6 for a, b in zip(one.getRgb(), other.getRgb(), strict=True))


def _with_another_profile(file: Path) -> Path:
    """An sRGB profile whose red and blue are exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.find(b"rXYZ"), profile.find(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    Pillow.new("RGB", (64, 36), (200, 60, 40)).save(file, quality=95, icc_profile=bytes(profile))
    return file


def test_a_tip_is_never_taken_for_html() -> None:
    assert plain_tip("<img src=x>\nand & more") == (
        "<p style='white-space: pre-wrap'>&lt;img src=x&gt;\nand &amp; more</p>"
    )
    assert len(plain_tip("x" * 1_000_000)) < 3_000
    assert plain_tip("") == ""
