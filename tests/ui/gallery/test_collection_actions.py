"""Collections: filled, shown in an order made by hand, and filled by new jobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest_asyncio
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from dreamina_desktop.core.jobs.collection import Collection
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.search.filters import NOTHING
from dreamina_desktop.ui.search.filter_bar import FilterBar
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]
NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
Key = Qt.Key


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """Three jobs of two images."""
    for second in range(1, 4):
        await bench.add(record(second))
    window = MainWindow(bench.services)
    await put_up(window)
    await until(lambda: len(images(window).order) == 6)
    images(window).setFocus()
    return window


def images(window: MainWindow) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == "Images")


def names(keys: Sequence[ImageKey]) -> str:
    return " ".join(map(str, keys))


def keys(text: str) -> list[ImageKey]:
    return [ImageKey(int(n[0]), int(n[2]) - 1) for n in text.split()]


async def filled(bench: Any, text: str, name: str = "Campaign X") -> Collection:
    collections = bench.services.collections
    made = await collections.named(name)
    await collections.add(made.id, keys(text))
    found: Collection = collections.get(made.id)
    return found


async def shown(bench: Any, window: MainWindow, until: Until, text: str) -> Collection:
    made = await filled(bench, text)
    window._jobs.narrow(NOTHING.with_collection(made.id))
    await until(lambda: names(list(images(window).order)) == text)
    return made


async def test_a_new_one_is_named_and_filled_by_keys(
    bench: Any, window: MainWindow, until: Until
) -> None:
    images(window).select_keys(keys("3-1 1-2"), None)
    QTest.keyClick(images(window), Key.Key_B)
    menu = [each for each in images(window).findChildren(QMenu) if each.isVisible()][-1]
    next(action for action in menu.actions() if action.text() == "New collection…").trigger()
    menu.close()
    fields = images(window).findChildren(QLineEdit)
    field = next(each for each in fields if each.isVisible())
    QTest.keyClicks(field, "Campaign X")
    QTest.keyClick(field, Key.Key_Return)
    collections = bench.services.collections
    await until(lambda: collections.all() and collections.all()[0].keys)
    (made,) = bench.services.collections.all()
    assert (made.name, names(made.keys)) == ("Campaign X", "3-1 1-2")
    assert await bench.services.undo.undo() == "Add 2 images to Campaign X"
    assert bench.services.collections.all()[0].keys == ()


async def test_it_is_shown_in_its_own_order_and_combines_with_a_search(
    bench: Any, window: MainWindow, until: Until
) -> None:
    await shown(bench, window, until, "1-2 3-1 1-1 2-2")
    window._search.setText('"lake 1"')
    await until(lambda: names(list(images(window).order)) == "1-2 1-1")
    window._jobs.list_all()
    await until(lambda: len(images(window).order) == 6)


async def test_keys_move_an_image_and_undo_moves_it_back(
    bench: Any, window: MainWindow, until: Until
) -> None:
    await shown(bench, window, until, "1-2 3-1 1-1 2-2")
    order = lambda: names(list(images(window).order))  # noqa: E731
    images(window).select_key(keys("3-1")[0])
    QTest.keyClick(images(window), Key.Key_Right, ALT)
    await until(lambda: order() == "1-2 1-1 3-1 2-2")
    assert images(window).current_key() == keys("3-1")[0]
    QTest.keyClick(images(window), Key.Key_Left, ALT)
    await until(lambda: order() == "1-2 3-1 1-1 2-2")
    QTest.keyClick(images(window), Key.Key_Left, ALT)
    await until(lambda: order() == "3-1 1-2 1-1 2-2")
    for wanted in ("1-2 3-1 1-1 2-2", "1-2 1-1 3-1 2-2", "1-2 3-1 1-1 2-2"):
        await bench.services.undo.undo()
        await until(lambda wanted=wanted: order() == wanted)


async def test_the_mouse_drags_selected_tiles_to_another_place(
    bench: Any, window: MainWindow, until: Until
) -> None:
    await shown(bench, window, until, "1-2 3-1 1-1 2-2")
    view = images(window)
    view.select_key(keys("2-2")[0])
    first = view.visualRect(view.model().index(0, 0)).center()
    view.dragMoveEvent(over(view, QDragMoveEvent, first - QPoint(30, 0)))
    assert view._drop.row == 0
    view.dragLeaveEvent(QDragLeaveEvent())
    assert view._drop.row is None
    for place, wanted in ((first + QPoint(30, 0), "1-2 2-2 3-1 1-1"), (first, "2-2 1-2 3-1 1-1")):
        dropped = over(view, QDropEvent, place)
        view.dropEvent(dropped)
        assert dropped.isAccepted()
        await until(lambda wanted=wanted: names(list(view.order)) == wanted)


async def test_elsewhere_tiles_are_dropped_on_no_place_of_the_gallery(
    bench: Any, window: MainWindow, until: Until
) -> None:
    view = images(window)
    before = names(list(view.order))
    view.select_key(keys("2-2")[0])
    first = view.visualRect(view.model().index(0, 0)).center()
    moved = over(view, QDragMoveEvent, first)
    view.dragMoveEvent(moved)
    assert not moved.isAccepted()
    from_elsewhere = over(view, QDragEnterEvent, first)  # no view of ours began it
    view.dragEnterEvent(from_elsewhere)
    assert not from_elsewhere.isAccepted()
    assert names(list(view.order)) == before


async def test_what_is_dragged_to_an_edge_scrolls(
    bench: Any, window: MainWindow, until: Until
) -> None:
    await shown(bench, window, until, "1-2 3-1 1-1 2-2")
    view = images(window)
    view.set_tile_width(480)
    bar = view.verticalScrollBar()
    assert bar.maximum() > 0
    bottom = QPoint(100, view.viewport().height() - 5)
    view.dragMoveEvent(over(view, QDragMoveEvent, bottom))
    await until(lambda: bar.value() == bar.maximum())
    assert view._drop.row > 0
    view.dragMoveEvent(over(view, QDragMoveEvent, QPoint(100, 5)))
    await until(lambda: bar.value() == 0)
    view.dragLeaveEvent(QDragLeaveEvent())
    assert not view._edge_timer.isActive()


def over(view: Any, kind: Any, place: QPoint) -> Any:
    """An event of a drag over the view; what it drags does not matter to it."""
    at = place.toPointF() if kind is QDropEvent else place
    copy, data = Qt.DropAction.CopyAction, QMimeData()
    event = kind(at, copy, data, Qt.MouseButton.LeftButton, NONE)
    event.data = data  # it keeps no reference of its own
    return event


async def test_what_is_taken_out_goes_and_the_images_stay(
    bench: Any, window: MainWindow, until: Until
) -> None:
    await shown(bench, window, until, "1-2 3-1 1-1")
    images(window).select_key(keys("3-1")[0])
    QTest.keyClick(images(window), Key.Key_B, Qt.KeyboardModifier.ShiftModifier)
    await until(lambda: names(list(images(window).order)) == "1-2 1-1")
    (made,) = bench.services.collections.all()
    await bench.services.collections.remove(made.id)
    await until(lambda: len(images(window).order) == 6)  # its filter is lifted with it
    await bench.services.undo.undo()
    assert names(bench.services.collections.all()[0].keys) == "1-2 1-1"


async def test_new_jobs_go_to_it_until_switched_off(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    made = await filled(bench, "1-1")
    collections = bench.services.collections
    collections.set_destination(made.id)
    bar = window.findChild(FilterBar)
    assert bar.isVisible()
    await bench.add(record(31))  # tracked first, its images come later
    await until(lambda: names(collections.get(made.id).keys) == "1-1 4-1 4-2")
    chip = next(b for b in bar.findChildren(QWidget) if "Campaign X" in b.accessibleName())
    chip.click()
    assert collections.destination is None
    assert not bar.isVisible()
    await bench.add(record(32))
    assert names(collections.get(made.id).keys) == "1-1 4-1 4-2"


async def test_all_of_it_is_there_after_a_restart(bench: Any, window: MainWindow) -> None:
    made = await filled(bench, "1-2 3-1")
    collections = bench.services.collections
    await collections.collect([2], "Later")
    await collections.load()
    assert {each.name: names(each.keys) for each in collections.all()} == {
        "Campaign X": "1-2 3-1",
        "Later": "2-1 2-2",
    }
    await collections.rename(made.id, "  Campaign\n Y ")
    assert collections.get(made.id).name == "Campaign Y"
    assert await collections.named("campaign y") == collections.get(made.id)
    assert await collections.named(" ") is None
