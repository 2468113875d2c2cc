from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.services.downloads import file_watch
from dreamina_desktop.ui.viewer.picture_canvas import PictureCanvas
from dreamina_desktop.ui.viewer.viewer import ViewerNote

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def press(key: Key, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget(), key, modifier)


def canvas(stage: Any) -> PictureCanvas:
    return stage.viewer.findChild(PictureCanvas)


def note(stage: Any) -> ViewerNote:
    return stage.viewer.findChild(ViewerNote)


def texts(stage: Any) -> str:
    return " | ".join(label.text() for label in stage.viewer.findChildren(QLabel))


def settle(stage: Any, qtbot: QtBot) -> None:
    qtbot.waitUntil(stage.viewer.settled)


def test_it_covers_the_window_and_follows_its_size(stage: Any) -> None:
    stage.open(0)
    assert stage.viewer.is_open()
    assert stage.viewer.geometry() == stage.window.rect()
    stage.window.resize(500, 400)
    QGuiApplication.processEvents()
    assert stage.viewer.geometry() == stage.window.rect()


def test_the_saved_file_is_shown_fitted(stage: Any, qtbot: QtBot) -> None:
    stage.open(0)
    settle(stage, qtbot)
    shown = canvas(stage).grab().toImage()
    assert shown.pixelColor(shown.width() // 2, shown.height() // 2).green() in range(85, 96)
    assert canvas(stage).zoom.is_fitted
    assert "214-1" in texts(stage)
    assert "2560 × 1440 · 31 % · 1 of 5" in texts(stage)
    assert "a boat, for A" in texts(stage)


@pytest.mark.parametrize("key", [Key.Key_Escape, Key.Key_Return, Key.Key_Enter])
def test_it_closes_and_gives_the_focus_back(stage: Any, qtbot: QtBot, key: Key) -> None:
    stage.open(0)
    press(Key.Key_Right)
    with qtbot.waitSignal(stage.viewer.closed) as closed:
        press(key)
    assert closed.args == [ImageKey(214, 1)]
    assert not stage.viewer.is_open()
    assert QApplication.focusWidget() is stage.field


def test_next_and_previous_stop_at_the_ends(stage: Any) -> None:
    stage.open(0)
    press(Key.Key_Left)
    assert stage.viewer.key == ImageKey(214, 0)
    press(Key.Key_Right)
    press(Key.Key_Right)
    assert stage.viewer.key == ImageKey(214, 2)
    press(Key.Key_End)
    press(Key.Key_Right)
    assert stage.viewer.key == ImageKey(214, 4)
    press(Key.Key_Home)
    assert stage.viewer.key == ImageKey(214, 0)


def test_zoom_keys(stage: Any, qtbot: QtBot) -> None:
    stage.open(0)
    press(Key.Key_Z)
    assert canvas(stage).zoom.shown_scale == 1.0
    settle(stage, qtbot)  # the whole file is read for it
    press(Key.Key_Plus)
    assert canvas(stage).zoom.shown_scale == 1.25
    press(Key.Key_Minus)
    press(Key.Key_0, CONTROL)
    assert canvas(stage).zoom.is_fitted
    press(Key.Key_Z)
    press(Key.Key_F)
    assert canvas(stage).zoom.is_fitted


def test_the_wheel_zooms_at_the_cursor_and_dragging_pans(stage: Any) -> None:
    stage.open(0)
    at = QPointF(200, 250)
    press(Key.Key_Z)
    before = canvas(stage).zoom.picture_point((200, 250))
    none = Qt.MouseButton.NoButton
    plain, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    wheel = QWheelEvent(at, at, QPoint(), QPoint(0, 120), none, plain, phase, False)
    QApplication.sendEvent(canvas(stage), wheel)
    assert canvas(stage).zoom.shown_scale == 1.25
    assert canvas(stage).zoom.picture_point((200, 250)) == pytest.approx(before)
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas(stage), left, plain, QPoint(300, 300))
    QTest.mouseMove(canvas(stage), QPoint(250, 280))
    QTest.mouseRelease(canvas(stage), left, plain, QPoint(250, 280))
    assert canvas(stage).zoom.picture_point((150, 230)) == pytest.approx(before)


def test_another_image_begins_fitted(stage: Any) -> None:
    stage.open(0)
    press(Key.Key_Z)
    press(Key.Key_Right)
    assert canvas(stage).zoom.is_fitted


def test_ctrl_c_copies_the_reference_and_says_so_in_the_viewer(stage: Any) -> None:
    stage.open(2)
    press(Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "reference 2"
    known = "It works only with your own API account, and holds its e-mail address."
    assert stage.said() == f"Copied 1 reference (214-3). {known}"
    press(Key.Key_C, CONTROL)  # it was said
    assert "Copied 1 reference (214-3)" in texts(stage)
    stage.services.messages.dismiss()
    assert "a boat, for A" in texts(stage)


def test_its_menu_opens_saved_images_elsewhere_and_no_others(stage: Any) -> None:
    for index, is_saved in ((0, True), (3, False)):
        stage.open(index)
        place = QPoint(200, 200)
        reason = QContextMenuEvent.Reason.Mouse
        stage.viewer.contextMenuEvent(QContextMenuEvent(reason, place, place))
        menus = [each for each in stage.viewer.findChildren(QMenu) if each.isVisible()]
        enabled = {each.text(): each.isEnabled() for each in menus[-1].actions()}
        assert enabled["Open with"] is is_saved
        assert enabled["Show in folder"] is is_saved
        menus[-1].close()


def test_ctrl_shift_c_copies_the_picture(stage: Any, qtbot: QtBot) -> None:
    stage.open(1)
    press(Key.Key_C, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: stage.said() == "Copied the picture 214-2.")
    assert QGuiApplication.clipboard().image().size().toTuple() == (400, 200)


def test_an_image_that_is_not_saved_says_why(stage: Any) -> None:
    stage.open(3)
    assert note(stage).isVisible()
    assert note(stage).words == ("Not saved\nThe link had expired. Its reference still works.")
    press(Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "reference 3"


def test_an_image_that_is_saved_while_one_looks_appears(stage: Any, qtbot: QtBot) -> None:
    stage.open(4)
    assert note(stage).words.startswith("Not here yet")
    saved = stage.services.library.image(ImageKey(214, 0))
    stage.change_image(
        ImageKey(214, 4),
        lambda image: replace(
            image,
            state=ImageState.SAVED,
            file=saved.file,
            file_width=saved.file_width,
            file_height=saved.file_height,
        ),
    )
    qtbot.waitUntil(lambda: canvas(stage).has_image)
    assert not note(stage).isVisible()


def test_a_file_that_was_deleted_is_said(stage: Any, qtbot: QtBot) -> None:
    file = stage.services.library.image(ImageKey(214, 1)).file
    Path(file).unlink()
    stage.open(1)
    qtbot.waitUntil(lambda: note(stage).isVisible())
    assert note(stage).words == (
        f"The file cannot be read\nIt may have been moved or deleted: {file}"
    )
    press(Key.Key_Left)
    assert not note(stage).isVisible()


def test_a_file_that_is_gone_or_changed_is_said_and_not_shown(stage: Any, qtbot: QtBot) -> None:
    key, watch = ImageKey(214, 0), stage.services.file_watch
    stage.open(0)
    assert watch.looked_at == [key]
    settle(stage, qtbot)
    watch.notice(key, file_watch.CHANGED)
    assert note(stage).isVisible()
    assert note(stage).words == (
        "File changed\nIts file was changed outside of Dreamina Desktop. Its reference still works."
    )
    assert not canvas(stage).has_picture
    assert stage.viewer.settled()
    stage.change_image(key, lambda image: replace(image, note="a change"))
    qtbot.wait(100)
    assert note(stage).isVisible()
    watch.notice(key, "")
    settle(stage, qtbot)
    assert not note(stage).isVisible()
    assert canvas(stage).has_image


def test_a_picture_that_comes_late_is_not_shown_for_another_image(stage: Any, qtbot: QtBot) -> None:
    stage.open(0)
    press(Key.Key_Right)
    press(Key.Key_Right)
    settle(stage, qtbot)
    shown = canvas(stage).grab().toImage()
    assert shown.pixelColor(shown.width() // 2, shown.height() // 2).red() in range(115, 126)


def test_memory_is_let_go_when_it_closes(stage: Any, qtbot: QtBot) -> None:
    stage.open(0)
    press(Key.Key_Z)
    settle(stage, qtbot)
    assert stage.viewer._cache.size_bytes >= 2560 * 1440 * 4
    press(Key.Key_Escape)
    assert stage.viewer._cache.size_bytes == 0
    assert not canvas(stage).has_image


def test_tab_stays_within_the_viewer(stage: Any) -> None:
    stage.open(1)
    visited: list[QWidget | None] = []
    for _ in range(12):
        press(Key.Key_Tab)
        visited.append(QApplication.focusWidget())
    assert all(stage.viewer.isAncestorOf(widget) for widget in visited)
    assert len(set(visited)) > 5


def test_who_goes_elsewhere_in_the_window_is_done_with_it(stage: Any, qtbot: QtBot) -> None:
    stage.open(1)
    with qtbot.waitSignal(stage.viewer.closed):
        stage.field.setFocus()
    assert not stage.viewer.is_open()
    assert QApplication.focusWidget() is stage.field


def test_every_button_has_a_name_and_does_what_it_says(stage: Any) -> None:
    stage.open(1)
    buttons = {each.accessibleName(): each for each in stage.viewer.findChildren(QToolButton)}
    assert "" not in buttons
    buttons["Next image"].click()
    assert stage.viewer.key == ImageKey(214, 2)
    buttons["Actual size, 100 %"].click()
    assert canvas(stage).zoom.shown_scale == 1.0
    buttons["Close"].click()
    assert not stage.viewer.is_open()


def test_screen_readers_are_told_what_is_shown(stage: Any) -> None:
    stage.open(3)
    assert canvas(stage).accessibleName() == "214-4, not saved, 2560 by 1440 pixels"
    assert canvas(stage).accessibleDescription() == "a boat, for A"


def test_a_key_that_is_not_in_the_order_is_shown_alone(stage: Any) -> None:
    stage.viewer.open_image(ImageKey(214, 1), [])
    assert stage.viewer.key == ImageKey(214, 1)
    press(Key.Key_Right)
    assert stage.viewer.key == ImageKey(214, 1)
