"""Picked images become the references of the next request, by keys alone and by mouse alone."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest_asyncio
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.request.snippets import Form
from dreamina_desktop.ui.copy.mime import DraggedImages
from dreamina_desktop.ui.reference_tray.slot_button import SlotButton
from dreamina_desktop.ui.reference_tray.tray_bar import ReferenceTrayBar
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]
Key = Qt.Key
NONE, ALT, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """Four jobs of two images; the last is of another account."""
    for second in range(1, 4):
        await bench.add(record(second))
    other = record(4)
    for image in other["response"]["images"]:
        image["assetRef"] = image["assetRef"].replace("user@", "other@")
    await bench.add(other)
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: len(images(window).order) == 8)
    images(window).setFocus()
    return window


def images(window: MainWindow) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == "Images")


def tray(window: MainWindow) -> ReferenceTrayBar:
    return window.findChild(ReferenceTrayBar)


def slots(window: MainWindow) -> list[SlotButton]:
    return [slot for slot in tray(window).findChildren(SlotButton) if slot.isVisible()]


def held(window: MainWindow) -> str:
    return " ".join(str(slot.key) for slot in slots(window) if slot.key)


def press(window: MainWindow, key: Key, modifier: Any = NONE) -> None:
    QTest.keyClick(images(window), key, modifier)


def put(window: MainWindow, job: int, image: int, slot: int) -> None:
    images(window).select_key(ImageKey(job, image - 1))
    press(window, Key(Key.Key_0.value + slot), ALT)


def copied(window: MainWindow, form: Form) -> str:
    button = next(b for b in tray(window).findChildren(QPushButton) if b.text() == "Copy as")
    next(a for a in button.menu().actions() if a.text() == form.value).trigger()
    return QGuiApplication.clipboard().text()


def said(bench: Any) -> str:
    message = bench.services.messages.passing
    return message.text if message else ""


async def test_two_picked_images_are_a_ready_request_by_keys_alone(
    bench: Any, window: MainWindow, until: Until
) -> None:
    assert not tray(window).isVisible()
    put(window, 1, 2, 1)
    await until(lambda: held(window) == "1-2")
    put(window, 3, 1, 2)
    await until(lambda: held(window) == "1-2 3-1")
    press(window, Key.Key_R, SHIFT)  # the request of job 3
    await until(lambda: bench.services.reference_tray.draft.prompt)
    body = json.loads(copied(window, Form.JSON))
    library = bench.services.library
    assert body == {
        "prompt": "A stunning aurora over lake 3",
        "model": "seedream-4.0",
        "ratio": "16:9",
        "resolution": "2k",
        "imageRef_1": library.image(ImageKey(1, 1)).entry.asset_ref,
        "imageRef_2": library.image(ImageKey(3, 0)).entry.asset_ref,
    }
    known = "Its references work only with your own API account, and hold its e-mail address."
    assert said(bench) == f"Copied the request as {Form.JSON.value}. {known}"
    assert "USEAPI_TOKEN" in copied(window, Form.CURL)
    assert said(bench) == f"Copied the request as {Form.CURL.value}."  # it was said


async def test_slots_stay_without_a_gap_and_each_image_is_there_once(
    bench: Any, window: MainWindow, until: Until
) -> None:
    put(window, 1, 1, 5)
    await until(lambda: held(window) == "1-1")
    put(window, 1, 1, 2)
    await until(lambda: "1 image is there already." in said(bench))
    put(window, 2, 1, 3)
    await until(lambda: held(window) == "1-1 2-1")
    put(window, 3, 1, 1)  # in place of what was there
    await until(lambda: held(window) == "3-1 2-1")
    await bench.services.undo.undo()
    await until(lambda: held(window) == "1-1 2-1")


async def test_another_account_and_too_many_are_marked_with_the_reason(
    bench: Any, window: MainWindow, until: Until
) -> None:
    images(window).select_keys([ImageKey(n, 0) for n in (1, 2, 3)], None)
    press(window, Key.Key_R)
    await until(lambda: len(held(window).split()) == 3)
    put(window, 4, 1, 4)
    await until(lambda: len(held(window).split()) == 4)
    names = [slot.accessibleName() for slot in slots(window)]
    assert "of another account than the first one" in names[3]
    box = next(b for b in tray(window).findChildren(QComboBox) if b.toolTip() == "Model")
    box.setCurrentText("nano-banana")
    await until(lambda: "nano-banana takes 3" in slots(window)[3].accessibleName())
    assert "nano-banana takes 3 of these 4 references; seedream-5.0-lite" in problem(window)
    assert "several accounts" in problem(window)


async def test_a_request_that_would_be_refused_is_copied_and_says_so(
    bench: Any, window: MainWindow, until: Until
) -> None:
    put(window, 4, 1, 1)
    await until(lambda: held(window) == "4-1")
    put(window, 1, 1, 2)
    await until(lambda: held(window) == "4-1 1-1")

    tray(window)._copy_as(Form.JSON)

    message = bench.services.messages.passing.text
    assert "Copied the request as JSON body. The API would refuse it." in message
    assert "several accounts" in message


def problem(window: MainWindow) -> str:
    return tray(window)._problem.text()


async def test_the_mouse_takes_out_and_moves(bench: Any, window: MainWindow, until: Until) -> None:
    images(window).select_keys([ImageKey(n, 0) for n in (1, 2, 3)], None)
    press(window, Key.Key_R)
    await until(lambda: len(held(window).split()) == 3)
    before = held(window).split()
    first, _, third = slots(window)[:3]
    start = third.rect().center()
    QTest.mousePress(third, Qt.MouseButton.LeftButton, NONE, start)
    there = third.mapFromGlobal(first.mapToGlobal(first.rect().center()))
    QTest.mouseMove(third, there)
    QTest.mouseRelease(third, Qt.MouseButton.LeftButton, NONE, there)
    await until(lambda: held(window).split() == [before[2], before[0], before[1]])
    close = slots(window)[1]._close().center()
    QTest.mouseClick(slots(window)[1], Qt.MouseButton.LeftButton, NONE, close)
    await until(lambda: held(window).split() == [before[2], before[1]])


class Own:
    """A drag of this window's own images. Qt tells whose it is only while one goes on."""

    def __init__(self, window: MainWindow, *names: str) -> None:
        self.window = window
        library = window._services.library
        keys = [ImageKey(int(n[0]), int(n[2]) - 1) for n in names]
        jobs = [library.job(key.number) for key in keys]
        self.data = DraggedImages(jobs, [library.image(key) for key in keys])
        self.source: QWidget | None = images(window)

    def enter(self) -> bool:
        """Over the tray; whether it takes them."""
        return self._tell(QDragEnterEvent, self._point(None), tray(self.window).dragEnterEvent)

    def over(self, slot: int | None) -> list[int]:
        """Which slots are marked while it is over this one, or beside all of them."""
        self._tell(QDragMoveEvent, self._point(slot), tray(self.window).dragMoveEvent)
        return self.marked()

    def marked(self) -> list[int]:
        return [place for place, each in enumerate(slots(self.window), 1) if each.is_target]

    def drop(self, slot: int | None) -> None:
        self._tell(QDropEvent, self._point(slot).toPointF(), tray(self.window).dropEvent)

    def _point(self, slot: int | None) -> QPoint:
        if slot is None:
            return tray(self.window).rect().bottomRight() - QPoint(20, 20)
        button = slots(self.window)[slot - 1]
        return button.mapTo(tray(self.window), button.rect().center())

    def _tell(self, kind: Any, point: Any, method: Callable[[Any], None]) -> bool:
        copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        event = kind(point, copy, self.data, left, NONE)
        event.source = lambda: self.source
        method(event)
        return bool(event.isAccepted())


async def test_a_drag_opens_the_tray_and_fills_its_slots(
    bench: Any, window: MainWindow, until: Until
) -> None:
    images(window).drag_left.emit()
    assert tray(window).isVisible()
    drag = Own(window, "1-1", "2-1")
    assert drag.enter()
    assert drag.over(4) == [1]  # slots stay without a gap
    assert drag.over(None) == []
    drag.drop(4)
    assert drag.marked() == []
    window._gallery.dragging.ended.emit()
    assert tray(window).isVisible()
    await until(lambda: held(window) == "1-1 2-1")
    assert said(bench) == "2 references into the tray."
    assert Own(window, "3-1").over(2) == [2]
    Own(window, "3-1", "3-2").drop(2)  # in place of 2-1; the other into the next free one
    await until(lambda: held(window) == "1-1 3-1 3-2")
    Own(window, "3-2", "1-1").drop(1)
    await until(lambda: said(bench) == "2 images are there already.")
    Own(window, "2-2").drop(None)
    await until(lambda: held(window) == "1-1 3-1 3-2 2-2")
    await bench.services.undo.undo()
    await until(lambda: held(window) == "1-1 3-1 3-2")


async def test_a_drag_that_goes_elsewhere_leaves_the_tray_as_it_was(
    window: MainWindow, until: Until
) -> None:
    images(window).drag_left.emit()
    assert Own(window, "1-1").enter()
    window._gallery.dragging.ended.emit()
    assert not tray(window).isVisible()
    put(window, 1, 1, 1)
    await until(lambda: held(window) == "1-1")
    images(window).drag_left.emit()
    window._gallery.dragging.ended.emit()
    assert tray(window).isVisible()
    tray(window).close_tray()  # what is in it stays there
    images(window).drag_left.emit()
    assert held(window) == "1-1"
    window._gallery.dragging.ended.emit()
    assert not tray(window).isVisible()


async def test_only_this_windows_images_are_taken(window: MainWindow) -> None:
    tray(window).toggle()
    other = Own(window, "1-1")
    other.source = None  # of another window, with another library
    assert not other.enter()
    text = Own(window, "1-1")
    text.data = QMimeData()
    text.data.setText("1-1")
    assert not text.enter()
    prompt = tray(window)._prompt
    assert prompt.canInsertFromMimeData(text.data)
    assert not prompt.canInsertFromMimeData(other.data)
    assert not window._field.edit.canInsertFromMimeData(other.data)
    assert window._field.edit.canInsertFromMimeData(text.data)


async def test_several_by_key_fill_a_slot_and_the_next_free_ones(
    bench: Any, window: MainWindow, until: Until
) -> None:
    put(window, 1, 1, 1)
    await until(lambda: held(window) == "1-1")
    images(window).clearSelection()
    images(window).select_keys([ImageKey(2, 0), ImageKey(3, 0)], None)
    press(window, Key.Key_1, ALT)
    await until(lambda: sorted(held(window).split()) == ["2-1", "3-1"])
    assert said(bench) == "2 references into the tray."


async def test_keys_move_and_take_out_in_the_tray(window: MainWindow, until: Until) -> None:
    images(window).select_keys([ImageKey(n, 0) for n in (1, 2)], None)
    press(window, Key.Key_R)
    await until(lambda: len(held(window).split()) == 2)
    one, two = held(window).split()
    slots(window)[0].setFocus()
    QTest.keyClick(slots(window)[0], Key.Key_Right, ALT)
    await until(lambda: held(window).split() == [two, one])
    assert slots(window)[1].hasFocus()
    QTest.keyClick(slots(window)[1], Key.Key_Delete)
    await until(lambda: held(window).split() == [two])


async def test_what_is_in_it_is_there_after_a_restart(
    bench: Any, window: MainWindow, put_up: Any, until: Until
) -> None:
    put(window, 2, 2, 1)
    await until(lambda: held(window) == "2-2")
    again = MainWindow(bench.services)
    await put_up(again)
    await until(lambda: held(again) == "2-2")
    QTest.keyClick(images(again), Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert not tray(again).isVisible()
    assert bench.services.reference_tray.keys == (ImageKey(2, 1),)


async def test_copying_of_a_selection_fills_an_empty_tray(
    bench: Any, window: MainWindow, until: Until
) -> None:
    images(window).select_keys([ImageKey(1, 0), ImageKey(1, 1)], None)
    window._copy_request()
    await until(lambda: held(window) == "1-1 1-2")
    lines = copied(window, Form.LINES).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["imageRef_1", "imageRef_2"]
    assert "Copied 2 references as lines." in said(bench)
