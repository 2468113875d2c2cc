from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Tracking
from dreamina_desktop.services.downloads import file_watch
from dreamina_desktop.ui.gallery.gallery_header import GalleryHeader
from dreamina_desktop.ui.gallery.gallery_pane import GalleryPane
from dreamina_desktop.ui.gallery.tile_painter import TileButton
from dreamina_desktop.ui.theme.palette import colors

Open = Callable[..., GalleryPane]
NO_KEY = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def press(pane: GalleryPane, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
    QTest.keyClick(pane.view, key, modifier)


def names(pane: GalleryPane) -> list[str]:
    return [str(key) for key in pane.selected_keys()]


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def said(pane_scene: Any) -> str:
    message = pane_scene.services.messages.passing
    return message.text if message else ""


@pytest.fixture
def filled(scene: Any) -> Any:
    """Jobs 217 (two images), 216 (one) and 214 (four), all saved."""
    for number, count in ((214, 4), (216, 1), (217, 2)):
        scene.job(number, *(scene.saved(number, index) for index in range(count)))
    return scene


@pytest.fixture
def long(scene: Any) -> Any:
    """A hundred jobs of four images that nobody has saved."""
    for number in range(1, 101):
        images = (scene.unsaved(number, index, ImageState.PENDING) for index in range(4))
        scene.job(number, *images)
    return scene


def test_home_and_ctrl_c_copy_exactly_the_first_reference(filled: Any, open_pane: Open) -> None:
    pane = open_pane(filled)
    pane.view.setFocus()
    press(pane, Qt.Key.Key_Home)
    press(pane, Qt.Key.Key_C, CONTROL)
    assert clipboard() == "US:user@example.com-image:w2560:h1440:s905-uri:tos-217-0"
    assert said(filled) == "Copied 1 reference (217-1)"


def test_focus_makes_the_first_tile_current_but_selects_nothing(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(filled)
    with qtbot.waitSignal(pane.current_changed) as told:
        pane.view.setFocus()
    assert told.args == [ImageKey(217, 0)]
    assert names(pane) == []


def test_shift_extends_in_reading_order_over_lines(filled: Any, open_pane: Open) -> None:
    pane = open_pane(filled)  # three columns: 217-1 217-2 216-1 / 214-1 214-2 214-3 / 214-4
    pane.view.setFocus()
    press(pane, Qt.Key.Key_Home)
    press(pane, Qt.Key.Key_Right)
    press(pane, Qt.Key.Key_Down, SHIFT)
    assert names(pane) == ["217-2", "216-1", "214-1", "214-2"]
    press(pane, Qt.Key.Key_End, SHIFT)
    assert names(pane)[-1] == "214-4"
    press(pane, Qt.Key.Key_Home, SHIFT)
    assert names(pane) == ["217-1", "217-2"]


def test_several_references_are_copied_one_a_line_in_the_gallerys_order(
    filled: Any, open_pane: Open
) -> None:
    pane = open_pane(filled)
    pane.view.setFocus()
    pane.select_key(ImageKey(214, 1))
    pane.view.select_keys([ImageKey(217, 1)], None)
    press(pane, Qt.Key.Key_C, CONTROL)
    assert [line[-5:] for line in clipboard().splitlines()] == ["217-1", "214-1"]
    assert said(filled) == "Copied 2 references (217-2, 214-2)"


def test_ctrl_a_selects_all_and_the_header_counts(filled: Any, open_pane: Open) -> None:
    pane = open_pane(filled)
    pane.view.setFocus()
    press(pane, Qt.Key.Key_A, CONTROL)
    assert len(names(pane)) == 7
    header = pane.findChild(GalleryHeader)
    assert header.counts() == "7 · 7 selected"
    pane.show_jobs(filled.listing_of([216]), True)
    assert header.counts() == "1 of 7 · 1 selected"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_and_space_open_the_current_image(
    filled: Any, open_pane: Open, qtbot: QtBot, key: Qt.Key
) -> None:
    pane = open_pane(filled)
    pane.view.setFocus()
    press(pane, Qt.Key.Key_End)
    with qtbot.waitSignal(pane.open_requested) as opened:
        press(pane, key)
    assert opened.args == [ImageKey(214, 3)]


def center(pane: GalleryPane, key: ImageKey) -> QPoint:
    index = pane.view.model().index(pane.order().index(key), 0)
    return pane.view.visualRect(index).center()


def test_a_double_click_opens_and_ctrl_click_adds(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(filled)
    viewport = pane.view.viewport()
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(viewport, left, NO_KEY, center(pane, ImageKey(217, 1)))
    QTest.mouseClick(viewport, left, CONTROL, center(pane, ImageKey(214, 0)))
    assert names(pane) == ["217-2", "214-1"]
    with qtbot.waitSignal(pane.open_requested) as opened:
        QTest.mouseDClick(viewport, left, NO_KEY, center(pane, ImageKey(216, 0)))
    assert opened.args == [ImageKey(216, 0)]


def test_a_rubber_band_selects_what_it_touches(filled: Any, open_pane: Open) -> None:
    pane = open_pane(filled)
    viewport, left = pane.view.viewport(), Qt.MouseButton.LeftButton
    start = pane.view.grid.tile(2).topLeft() + QPoint(-8, 40)  # between two tiles
    end = pane.view.grid.tile(5).center()
    QTest.mousePress(viewport, left, NO_KEY, start)
    QTest.mouseMove(viewport, start + QPoint(20, 20))
    QTest.mouseMove(viewport, end)
    assert names(pane) == ["216-1", "214-3"]
    QTest.mouseRelease(viewport, left, NO_KEY, end)
    assert names(pane) == ["216-1", "214-3"]


def test_the_copy_button_copies_its_own_tile_and_leaves_the_selection(
    filled: Any, open_pane: Open
) -> None:
    pane = open_pane(filled)
    pane.select_key(ImageKey(217, 0))
    key = ImageKey(214, 2)
    place = pane.view.button_center(key, TileButton.COPY)
    QTest.mouseClick(pane.view.viewport(), Qt.MouseButton.LeftButton, NO_KEY, place)
    assert clipboard().endswith("tos-214-2")
    assert names(pane) == ["217-1"]


def test_retry_is_a_button_on_a_tile_that_is_not_saved(scene: Any, open_pane: Open) -> None:
    scene.job(213, scene.unsaved(213, 0, ImageState.LOST, "the link had expired"))
    pane = open_pane(scene)
    place = pane.view.button_center(ImageKey(213, 0), TileButton.RETRY)
    QTest.mouseClick(pane.view.viewport(), Qt.MouseButton.LeftButton, NO_KEY, place)
    assert scene.services.downloader.retried == [ImageKey(213, 0)]


@pytest.mark.parametrize(
    ("trouble", "title"),
    [
        (file_watch.GONE, "file gone"),
        (file_watch.AWAY, "folder not there"),
        (file_watch.CHANGED, "file changed"),
    ],
)
def test_a_file_that_is_gone_or_changed_is_said_in_place_of_the_picture_with_retry(
    scene: Any, open_pane: Open, qtbot: QtBot, trouble: str, title: str
) -> None:
    key = ImageKey(213, 0)
    scene.job(213, scene.saved(213))
    pane = open_pane(scene)
    viewport, watch = pane.view.viewport(), scene.services.file_watch
    qtbot.waitUntil(lambda: key in watch.looked_at)
    scene.thumbnailing.make_all()
    qtbot.waitUntil(pane.settled)
    middle = pane.view.grid.tile(0).center()
    picture = viewport.grab().toImage().pixelColor(middle)
    watch.notice(key, trouble)
    index = pane.view.model().index(0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith(f"213-1, {title}")
    assert f"{trouble} Its reference still works." in index.data(Qt.ItemDataRole.ToolTipRole)
    assert viewport.grab().toImage().pixelColor(middle) != picture
    place = pane.view.button_center(key, TileButton.RETRY)
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, NO_KEY, place)
    assert watch.retried == [key]
    watch.notice(key, "")  # the disk is there again
    assert viewport.grab().toImage().pixelColor(middle) == picture


def test_retry_in_the_menu_is_for_files_in_trouble_too(scene: Any, open_pane: Open) -> None:
    scene.job(213, scene.saved(213, 0), scene.saved(213, 1))
    pane = open_pane(scene)
    pane.view.selectAll()
    retry = pane._actions.menu().actions()[-1]
    assert (retry.text(), retry.isEnabled()) == ("Retry", False)
    scene.services.file_watch.notice(ImageKey(213, 1), file_watch.GONE)
    retry = pane._actions.menu().actions()[-1]
    assert retry.isEnabled()
    retry.trigger()
    assert scene.services.file_watch.retried == [ImageKey(213, 1)]


def test_a_reference_can_be_copied_in_every_state(scene: Any, open_pane: Open) -> None:
    scene.job(213, *(scene.unsaved(213, place, state) for place, state in enumerate(ImageState)))
    pane = open_pane(scene)
    pane.view.setFocus()
    press(pane, Qt.Key.Key_A, CONTROL)
    press(pane, Qt.Key.Key_C, CONTROL)
    assert len(clipboard().splitlines()) == len(ImageState)


def test_images_without_a_reference_are_left_out_and_said(scene: Any, open_pane: Open) -> None:
    images = [scene.saved(213, index) for index in range(3)]
    images[1] = replace(images[1], entry=replace(images[1].entry, asset_ref=None))
    scene.job(213, *images)
    pane = open_pane(scene)
    pane.view.setFocus()
    press(pane, Qt.Key.Key_A, CONTROL)
    press(pane, Qt.Key.Key_C, CONTROL)
    assert len(clipboard().splitlines()) == 2
    assert said(scene) == "Copied 2 references (213-1, 213-3). 1 of 3 has no reference"


def test_a_status_change_repaints_rows_and_never_resets(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(filled)
    model: QAbstractItemModel = pane.view.model()
    told: list[tuple[int, int]] = []
    resets: list[int] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.modelReset.connect(lambda: resets.append(1))
    for index in range(4):
        filled.change_image(ImageKey(214, index), lambda image: replace(image, note="new"))
    qtbot.waitUntil(lambda: bool(told))
    assert told == [(3, 6)]  # one range for four changes
    assert resets == []


def test_new_images_keep_selection_current_and_scroll_position(
    long: Any, open_pane: Open, qtbot: QtBot
) -> None:
    waiting = long.job(101, status="created", tracking=Tracking.POLLING)
    pane = open_pane(long)
    pane.select_key(ImageKey(50, 1))
    place = pane.view.place()
    assert place is not None
    images = tuple(long.unsaved(101, index, ImageState.PENDING) for index in range(4))
    long.change_job(waiting.number, lambda job: replace(job, images=images))
    qtbot.waitUntil(lambda: len(pane.order()) == 404)
    assert pane.view.place() == place
    assert names(pane) == ["50-2"]
    assert pane.view.current_key() == ImageKey(50, 1)


def test_at_the_top_new_images_come_into_view(scene: Any, open_pane: Open, qtbot: QtBot) -> None:
    scene.job(1, scene.saved(1))
    scene.job(2, status="created", tracking=Tracking.POLLING)
    pane = open_pane(scene)
    image = scene.saved(2)
    scene.change_job(2, lambda job: replace(job, images=(image,)))
    qtbot.waitUntil(lambda: len(pane.order()) == 2)
    assert pane.view.indexAt(QPoint(40, 40)).data() == "2-1"


def test_another_order_keeps_what_is_selected(filled: Any, open_pane: Open) -> None:
    pane = open_pane(filled)
    pane.select_key(ImageKey(214, 2))
    pane.view.select_keys([ImageKey(217, 1)], None)
    changes: list[object] = []
    pane.current_changed.connect(changes.append)
    pane.show_jobs(filled.listing_of([214, 216, 217]), False)
    assert [str(key) for key in pane.order()][:4] == ["214-1", "214-2", "214-3", "214-4"]
    assert names(pane) == ["214-3", "217-2"]
    assert pane.view.current_key() == ImageKey(214, 2)
    assert changes == []


def test_a_filter_that_hides_the_current_image_says_so(filled: Any, open_pane: Open) -> None:
    pane = open_pane(filled)
    pane.select_key(ImageKey(214, 2))
    changes: list[object] = []
    pane.current_changed.connect(changes.append)
    pane.show_jobs(filled.listing_of([]), True)
    assert changes == [None]
    assert names(pane) == []


def test_narrowing_and_widening_the_window_keeps_the_place(
    long: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(long)
    pane.view.scrollTo(pane.view.model().index(200, 0), pane.view.ScrollHint.PositionAtTop)
    place = pane.view.place()
    for width in (500, 1200, 330, 800):
        pane.resize(width, 600)
        QGuiApplication.processEvents()
        rows = pane.view.visible_rows()
        assert pane.order().index(place[0]) in rows
    assert pane.view.place() == place


def test_the_tile_size_keeps_the_current_tile_where_it_is(long: Any, open_pane: Open) -> None:
    pane = open_pane(long)
    pane.view.setFocus()
    pane.select_key(ImageKey(50, 0))
    before = pane.view.visualRect(pane.view.currentIndex()).top()
    press(pane, Qt.Key.Key_Plus, CONTROL)
    press(pane, Qt.Key.Key_Plus, CONTROL)
    assert pane.view.tile_width > 300
    assert pane.view.visualRect(pane.view.currentIndex()).top() == before
    for _ in range(4):
        press(pane, Qt.Key.Key_Minus, CONTROL)
    assert pane.view.tile_width < 200
    assert pane.view.visualRect(pane.view.currentIndex()).top() == before


def test_visible_tiles_ask_for_their_thumbnails_first(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    pane = open_pane(filled, width=300, height=400)
    qtbot.waitUntil(lambda: "gallery" in filled.thumbnailing.wishes)
    wished = filled.thumbnailing.wishes["gallery"]
    visible = list(pane.order())[: len(pane.view.visible_rows())]
    assert wished[: len(visible)] == visible
    assert not pane.settled()
    filled.thumbnailing.make_all()
    qtbot.waitUntil(pane.settled)


def test_a_gallery_is_settled_when_a_thumbnail_cannot_be_made(
    scene: Any, open_pane: Open, qtbot: QtBot
) -> None:
    scene.job(1, scene.saved(1))
    pane = open_pane(scene)
    qtbot.waitUntil(lambda: "gallery" in scene.thumbnailing.wishes)
    scene.thumbnailing.tell(ImageKey(1, 0), None)
    assert pane.settled()


def test_everything_is_there_again_at_the_next_start(long: Any, open_pane: Open) -> None:
    pane = open_pane(long)
    pane.view.set_tile_width(180)
    pane.select_key(ImageKey(50, 1))
    pane.view.select_keys([ImageKey(50, 2)], None)
    state, place = pane.state(), pane.view.place()
    again = GalleryPane(long.services, pane._thumbnails)
    again.resize(800, 600)
    again.restore(state)  # before its images are known, as at a start
    again.show()
    again.show_jobs(long.listing_of([job.number for job in reversed(long.jobs)]), False)
    assert names(again) == ["50-2", "50-3"]
    assert again.view.current_key() == ImageKey(50, 1)
    assert again.view.place() == place
    assert again.state() == state
    again.deleteLater()


@pytest.mark.parametrize("broken", [{}, {"tile_width": "x", "selected": 3, "top": [1]}, []])
def test_a_state_that_cannot_be_read_is_a_new_gallery(
    filled: Any, open_pane: Open, broken: Any
) -> None:
    pane = open_pane(filled)
    pane.restore(broken)
    assert pane.view.tile_width == 240
    assert names(pane) == []


def test_a_hundred_thousand_images_ask_for_the_visible_ones_only(
    scene: Any, open_pane: Open
) -> None:
    """The cost of layout, painting and resizing is what is visible, whatever the count."""
    image = scene.unsaved(1, 0, ImageState.PENDING)
    for number in range(1, 25_001):
        scene.job(number, *(replace(image, key=ImageKey(number, each)) for each in range(4)))
    services = scene.start()
    asked: list[ImageKey] = []
    look_up = services.library.image

    def counting(key: ImageKey) -> Image | None:
        asked.append(key)
        return look_up(key)

    services.library.image = counting
    pane = open_pane(scene)
    pane.grab()
    pane.resize(1000, 700)
    pane.grab()
    assert len(pane.order()) == 100_000
    assert len(asked) < 2_000
    pane.view.setFocus()
    press(pane, Qt.Key.Key_End)
    assert pane.view.current_key() == ImageKey(1, 3)
    assert pane.view.visualRect(pane.view.currentIndex()).bottom() < pane.view.viewport().height()


def test_tiles_tell_screen_readers_what_they_are(scene: Any, open_pane: Open) -> None:
    scene.job(213, scene.unsaved(213, 0, ImageState.LOST, "no answer of user@example.com"))
    pane = open_pane(scene)
    index = pane.view.model().index(0, 0)
    assert pane.view.accessibleName() == "Images"
    role = Qt.ItemDataRole
    assert index.data(role.AccessibleTextRole) == "213-1, not saved, 2560 by 1440 pixels"
    description = index.data(role.AccessibleDescriptionRole)
    assert "prompt 213" in description
    assert "no answer of A" in description
    assert "example.com" not in index.data(role.ToolTipRole)


def test_shift_f10_opens_the_menu_at_the_current_tile(filled: Any, open_pane: Open) -> None:
    pane = open_pane(filled)
    pane.view.setFocus()
    press(pane, Qt.Key.Key_End)
    press(pane, Qt.Key.Key_F10, SHIFT)
    menus = pane.view.findChildren(type(pane._actions.menu()))
    menu = next(each for each in menus if each.title() == "Images")
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == [
        "Copy reference",
        "Copy picture",
        "Copy link (works for 2 h more)",
        "Copy job ID",
        "Copy prompt",
        "Open image",
        "Compare",
        "Show job in the list",
        "Open with",
        "Show in folder",
        "Save a copy…",
        "Mark",
        "Collection",
        "Reference tray",
        "Export…",
        "Retry",
    ]
    menu.close()


def test_removing_images_keeps_the_others_selected(filled: Any, open_pane: Open) -> None:
    pane = open_pane(filled)
    pane.view.selectAll()
    pane.show_jobs(filled.listing_of([217, 214]), False)
    assert len(names(pane)) == 6
    assert pane.view.selectionModel().isSelected(pane.view.model().index(0, 0))
    pane.view.selectionModel().clear()
    assert not QItemSelectionModel.hasSelection(pane.view.selectionModel())


def test_qt_offers_every_tile_to_screen_readers(filled: Any, open_pane: Open) -> None:
    pane = open_pane(filled)
    grid = QAccessible.queryAccessibleInterface(pane.view)
    assert grid.childCount() == 7
    tile = grid.child(6)
    assert tile.text(QAccessible.Text.Name) == "214-4, saved, 64 by 36 pixels"
    assert tile.rect().size().width() == pane.view.visualRect(pane.view.model().index(6, 0)).width()


def test_the_total_behind_a_filter_follows_the_library(
    filled: Any, open_pane: Open, qtbot: QtBot
) -> None:
    filled.job(300, status="created", tracking=Tracking.POLLING)
    pane = open_pane(filled)
    pane.show_jobs(filled.listing_of([217]), True)
    image = filled.saved(300)
    filled.change_job(300, lambda job: replace(job, images=(image,)))
    header = pane.findChild(GalleryHeader)
    qtbot.waitUntil(lambda: header.counts() == "2 of 8")


def test_buttons_show_on_the_tile_under_the_mouse(filled: Any, open_pane: Open) -> None:
    pane = open_pane(filled)
    before = pane.view.grab().toImage()
    QTest.mouseMove(pane.view.viewport(), center(pane, ImageKey(214, 1)))
    after = pane.view.grab().toImage()
    place = pane.view.button_center(ImageKey(214, 1), TileButton.COPY) - QPoint(11, 0)
    assert after.pixelColor(place) == colors().raised
    assert before.pixelColor(place) != colors().raised


def test_waiting_loading_lost_saved_and_gone_look_different(
    scene: Any, open_pane: Open, qtbot: QtBot
) -> None:
    key = ImageKey(1, 0)
    scene.job(1, scene.unsaved(1, 0, ImageState.PENDING))
    pane = open_pane(scene)
    looks = [pane.view.grab().toImage()]
    scene.services.downloader.fetching.add(key)
    looks.append(pane.view.grab().toImage())
    scene.change_image(key, lambda image: replace(image, state=ImageState.LOST, note="gone"))
    looks.append(pane.view.grab().toImage())
    saved = scene.saved(1)
    scene.change_image(key, lambda image: saved)
    looks.append(pane.view.grab().toImage())
    qtbot.waitUntil(lambda: scene.thumbnailing.wishes.get("gallery") == [key])
    scene.thumbnailing.make_all()
    qtbot.waitUntil(pane.settled)
    looks.append(pane.view.grab().toImage())
    scene.services.file_watch.troubles[key] = "Its file is gone."
    looks.append(pane.view.grab().toImage())
    assert all(one != other for one, other in combinations(looks, 2))
