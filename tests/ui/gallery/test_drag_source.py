"""Tiles dragged out of the gallery. Qt's offscreen platform has no drag: what runs it is played,
and tests/app/test_real_window.py drags for real."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QDrag, QPixmap
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.services.downloads import file_watch
from dreamina_desktop.ui.copy.mime import image_keys
from dreamina_desktop.ui.gallery import drag_source
from dreamina_desktop.ui.gallery.drag_source import SIDE, drag_pixmap
from dreamina_desktop.ui.gallery.gallery_pane import GalleryPane
from dreamina_desktop.ui.theme import style
from dreamina_desktop.ui.theme.palette import colors

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
Open = Callable[..., GalleryPane]


class Run:
    """Takes what is dragged, and drops it as the test says."""

    def __init__(self, pane: GalleryPane) -> None:
        self.files: list[list[str]] = []
        self.keys: list[list[str]] = []
        self.sizes: list[tuple[int, int]] = []
        self.action = Qt.DropAction.CopyAction
        pane.dragging._run = self

    def __call__(self, drag: QDrag) -> Qt.DropAction:
        data = drag.mimeData()
        self.files.append([Path(url.toLocalFile()).name for url in data.urls()])
        self.keys.append([str(key) for key in image_keys(data)])
        self.sizes.append((drag.pixmap().width(), drag.pixmap().height()))
        return self.action


@pytest.fixture
def filled(scene: Any) -> Any:
    scene.job(214, *(scene.saved(214, index) for index in range(3)))
    scene.job(
        215,
        scene.unsaved(215, 0, ImageState.PENDING),
        scene.unsaved(215, 1, ImageState.LOST, "the link had expired"),
    )
    return scene


def place(pane: GalleryPane, number: int, image: int) -> QPoint:
    """On its caption: buttons cover the picture of the current tile."""
    row = pane.order().row(ImageKey(number, image - 1))
    return pane.view.visualRect(pane.view.model().index(row, 0)).center() + QPoint(0, 30)


def drag(pane: GalleryPane, qtbot: QtBot, at: QPoint, far: int = 40) -> None:
    viewport = pane.view.viewport()
    QTest.mousePress(viewport, LEFT, NONE, at)
    for step in (1, 2, far):
        QTest.mouseMove(viewport, at + QPoint(step, 0))
    qtbot.wait(20)
    QTest.mouseRelease(viewport, LEFT, NONE, at + QPoint(far, 0))


def selected(pane: GalleryPane) -> list[str]:
    return [str(key) for key in pane.selected_keys()]


def said(scene: Any) -> str:
    return scene.services.messages.passing.text if scene.services.messages.passing else ""


def test_a_tile_that_is_not_selected_is_selected_and_dragged(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(filled)
    run = Run(pane)
    pane.select_keys([ImageKey(214, 0), ImageKey(214, 1)])
    drag(pane, qtbot, place(pane, 214, 3))
    assert run.files == [["0214-3.jpg"]]
    assert selected(pane) == ["214-3"]
    assert said(filled) == ""


def test_selected_tiles_are_dragged_together_in_their_order(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(filled)
    run = Run(pane)
    pane.select_keys([ImageKey(214, 2), ImageKey(214, 0)])
    drag(pane, qtbot, place(pane, 214, 3))
    assert run.files == [["0214-1.jpg", "0214-3.jpg"]]
    assert run.keys == [["214-1", "214-3"]]
    assert selected(pane) == ["214-1", "214-3"]
    drag(pane, qtbot, place(pane, 214, 3))  # and again
    assert len(run.files) == 2


def test_a_click_on_one_of_several_selected_tiles_selects_it_alone(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(filled)
    run = Run(pane)
    pane.select_keys([ImageKey(214, 0), ImageKey(214, 2)])
    viewport = pane.view.viewport()
    QTest.mousePress(viewport, LEFT, NONE, place(pane, 214, 3))
    QTest.mouseMove(viewport, place(pane, 214, 3) + QPoint(1, 1))
    assert selected(pane) == ["214-1", "214-3"]
    QTest.mouseRelease(viewport, LEFT, NONE, place(pane, 214, 3) + QPoint(1, 1))
    assert selected(pane) == ["214-3"]
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mouseClick(viewport, LEFT, shift, place(pane, 214, 2))  # from there on
    assert selected(pane) == ["214-2", "214-3"]
    qtbot.wait(20)
    assert run.files == []


def test_with_a_key_held_a_band_is_drawn_and_nothing_is_dragged(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(filled)
    run = Run(pane)
    control = Qt.KeyboardModifier.ControlModifier
    viewport, at = pane.view.viewport(), place(pane, 214, 1)
    QTest.mousePress(viewport, LEFT, control, at)
    QTest.mouseMove(viewport, at + QPoint(60, 0))
    qtbot.wait(20)
    QTest.mouseRelease(viewport, LEFT, control, at + QPoint(60, 0))
    assert run.files == []


def test_a_button_that_is_let_go_at_once_drags_nothing(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(filled)
    run = Run(pane)
    viewport, at = pane.view.viewport(), place(pane, 214, 1)
    QTest.mousePress(viewport, LEFT, NONE, at)
    QTest.mouseMove(viewport, at + QPoint(40, 0))
    QTest.mouseRelease(viewport, LEFT, NONE, at + QPoint(40, 0))
    qtbot.wait(20)
    assert run.files == []


def test_what_is_not_saved_says_so_and_goes_into_the_tray_all_the_same(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(filled)
    run = Run(pane)
    pane.select_keys([ImageKey(215, 0), ImageKey(215, 1)])
    run.action = Qt.DropAction.IgnoreAction
    drag(pane, qtbot, place(pane, 215, 1))
    assert (run.files, run.keys) == ([[]], [["215-1", "215-2"]])
    assert said(filled) == (
        "215-1, 215-2 are not saved: there is no file for other programs. "
        "The tray takes their references."
    )


def test_what_other_programs_did_not_get_is_said_when_they_got_the_rest(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(filled)
    run = Run(pane)
    filled.services.file_watch.notice(ImageKey(214, 1), file_watch.GONE)
    pane.select_keys([ImageKey(214, 0), ImageKey(214, 1), ImageKey(215, 0)])
    run.action = Qt.DropAction.IgnoreAction  # nobody took them
    drag(pane, qtbot, place(pane, 214, 1))
    assert said(filled) == ""
    run.action = Qt.DropAction.CopyAction
    drag(pane, qtbot, place(pane, 214, 1))
    assert run.files == [["0214-1.jpg"]] * 2
    assert said(filled) == "Dragged 1 of 3 files: 215-1, 214-2 are not saved."


def test_too_many_are_not_dragged(
    filled: Any, open_pane: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drag_source, "MOST_DRAGGED", 2)
    pane = open_pane(filled)
    run = Run(pane)
    pane.view.selectAll()
    drag(pane, qtbot, place(pane, 214, 1))
    assert run.files == []
    assert said(filled) == "5 images are too many to drag: 2 at most."


async def test_a_drag_begins_in_no_task_also_when_jobs_are_read_first(
    bench: Any, put_up: Any, record: Any, until: Any
) -> None:
    from dreamina_desktop.ui.window.main_window import MainWindow  # noqa: PLC0415

    await bench.add(record(1))
    window = MainWindow(bench.services)
    await put_up(window)
    pane = window._gallery
    await until(lambda: len(pane.order()) == 2)
    run = Run(pane)
    tasks: list[object] = []

    def played(drag: QDrag) -> Qt.DropAction:
        tasks.append(asyncio.current_task())
        return run(drag)

    pane.dragging._run = played
    QTest.mousePress(pane.view.viewport(), LEFT, NONE, place(pane, 1, 1))
    bench.services.library._kept.clear()
    QTest.mouseMove(pane.view.viewport(), place(pane, 1, 1) + QPoint(40, 0))
    assert tasks == []  # this test is a task itself
    await until(lambda: tasks)
    assert tasks == [None]
    assert run.keys == [["1-1"]]


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_up_to_three_pictures_are_seen_and_how_many_there_are(
    qapp: Any, name: str, ratio: float
) -> None:
    style.apply(qapp, name)
    wide, tall = QPixmap(320, 180), QPixmap(180, 320)
    wide.fill(QColor("red"))
    tall.fill(QColor("blue"))
    one = drag_pixmap([wide], 1, ratio)
    assert one.devicePixelRatio() == ratio
    image = one.toImage()
    assert image.pixelColor(round(40 * ratio), round(20 * ratio)).red() > 200
    assert image.pixelColor(image.width() - 1, image.height() - 1).alpha() == 0  # no number
    many = drag_pixmap([wide, None, tall, wide], 4, ratio)
    assert many.height() / ratio > SIDE  # the tall one shows below
    badge = many.toImage().pixelColor(round((SIDE + 6) * ratio), round(50 * ratio))
    assert badge == colors().accent
