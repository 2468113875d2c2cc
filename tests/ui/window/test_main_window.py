"""The window as a whole: what its keys do, what comes from outside, what it remembers."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollBar,
    QWidget,
)

from dreamina_desktop.core.jobs.job import ImageState, Tracking
from dreamina_desktop.core.jobs.status import runs
from dreamina_desktop.core.search.results import Query
from dreamina_desktop.services.downloads.file_watch import GONE
from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.services.session.unexpected_errors import Mishaps
from dreamina_desktop.ui.details.details_pane import DetailsPane
from dreamina_desktop.ui.gallery.tile_painter import TileButton
from dreamina_desktop.ui.theme import style
from dreamina_desktop.ui.window.main_window import MainWindow
from dreamina_desktop.ui.window.settings.diagnostics_section import COPIED

NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
CHECK = "Check now"
FILTERED = "content filter"
Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any) -> MainWindow:
    window = MainWindow(bench.services)
    await put_up(window)
    return window


def child(window: QWidget, name: str) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == name)


def jobs(window: MainWindow) -> Any:
    return child(window, "Jobs")


def images(window: MainWindow) -> Any:
    return child(window, "Images")


def said(bench: Any) -> str:
    message = bench.services.messages.passing
    return message.text if message else ""


def shown_numbers(bench: Any) -> list[int]:
    return sorted(bench.services.library.listing(Query()).numbers)


async def press(widget: QWidget, key: Qt.Key, modifier: Any = NONE) -> None:
    QTest.keyClick(widget, key, modifier)


async def test_the_focus_starts_on_the_list_of_jobs(window: MainWindow) -> None:
    assert jobs(window).hasFocus()


async def test_ctrl_v_outside_a_text_field_tracks_at_once(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    QGuiApplication.clipboard().setText(f"done: {record(1)['jobid']}\n{record(2)['jobid']}")
    await press(jobs(window), Qt.Key.Key_V, CTRL)
    await until(lambda: shown_numbers(bench) == [1, 2])
    await until(lambda: said(bench) == "Tracking 2 new jobs.")
    assert bench.services.messages.passing.remedy is Remedy.UNDO


async def test_ctrl_v_in_a_text_field_is_the_fields(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    field = child(window, "Job IDs")
    field.setFocus()
    QGuiApplication.clipboard().setText(record(1)["jobid"])
    await press(field, Qt.Key.Key_V, CTRL)
    await until(lambda: field.toPlainText() == record(1)["jobid"])
    assert shown_numbers(bench) == []


async def test_a_pasted_column_of_forty_comes_back_as_forty_rows_in_its_order(
    bench: Any, window: MainWindow, record: Any, until: Until, found: Any
) -> None:
    """With two repeats, three gaps, a job that the server does not know, and a line of prose."""
    ids = [record(second)["jobid"] for second in range(34)]
    column = [
        *ids[:10],
        "",
        *ids[10:20],
        ids[3],
        "",
        "",
        *ids[20:],
        ids[20],
        "ask Ann for the rest",
    ]
    unknown = ids[5]
    for second, jobid in enumerate(ids):
        if jobid != unknown:
            bench.api.answers[jobid] = found(record(second, "failed", code=2038, error="2038"))
    bench.services.poller.token_changed(present=True, user_number=None)
    bench.start()
    QGuiApplication.clipboard().setText("\n".join(column) + "\n")
    await press(jobs(window), Qt.Key.Key_V, CTRL)
    await until(lambda: said(bench) == "Tracking 34 new jobs.")
    library = bench.services.library
    await until(lambda: sum(not runs(job) for job in map(library.job, shown_numbers(bench))) == 33)
    await until(lambda: library.job(6).not_found_count)
    bench.clock.now += 3600.0
    await press(jobs(window), Qt.Key.Key_F5)
    await until(lambda: library.job(6).tracking is Tracking.NOT_FOUND)
    await press(jobs(window), Qt.Key.Key_R, CTRL | Qt.KeyboardModifier.ShiftModifier)
    await until(lambda: said(bench).startswith("Copied 40 rows of the paste of "))
    assert said(bench).endswith(": 3 gaps, 1 line without an ID.")
    rows = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert len(column) == len(rows) == 40
    assert [row[1] for row in rows] == column
    numbers = {jobid: str(number) for number, jobid in enumerate(ids, 1)}
    assert [row[0] for row in rows] == [numbers.get(cell, "") for cell in column]
    statuses = {cell: row[2:4] for cell, row in zip(column, rows, strict=True)}
    assert statuses.pop(unknown) == ["not found", library.job(6).note]
    assert library.job(6).note
    assert statuses.pop("") == ["", ""]
    assert statuses.pop("ask Ann for the rest") == ["no job ID in it", ""]
    assert {tuple(each) for each in statuses.values()} == {("failed", FILTERED)}


async def test_enter_in_the_field_tracks_and_empties_it(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    field = child(window, "Job IDs")
    field.setFocus()
    field.insertPlainText(record(1)["jobid"])
    await press(field, Qt.Key.Key_Return)
    await until(lambda: shown_numbers(bench) == [1])
    await until(lambda: not field.toPlainText())


async def test_ctrl_f_searches_jobs_and_images_and_escape_leads_back(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1, prompt="a red boat", images=2))
    await bench.add(record(2, prompt="a fox", images=3))
    await until(lambda: images(window).model().rowCount() == 5)
    await press(jobs(window), Qt.Key.Key_F, CTRL)
    field = child(window, "Search the jobs")
    assert field.hasFocus()
    QTest.keyClicks(field, "boat")
    await until(lambda: images(window).model().rowCount() == 2)
    assert jobs(window).model().rowCount() == 1
    assert "2 of 5" in " ".join(label.text() for label in window.findChildren(QLabel))
    await press(field, Qt.Key.Key_Down)
    assert jobs(window).hasFocus()
    await press(jobs(window), Qt.Key.Key_F, CTRL)
    assert field.selectedText() == "boat"
    await press(field, Qt.Key.Key_Escape)
    await until(lambda: images(window).model().rowCount() == 5)
    assert field.text() == ""
    assert field.hasFocus()
    await press(field, Qt.Key.Key_Escape)
    assert jobs(window).hasFocus()


async def test_a_known_id_that_the_search_hides_is_shown_and_the_search_is_lifted(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1, prompt="a red boat"))
    await bench.add(record(2, prompt="a fox"))
    field = child(window, "Search the jobs")
    field.setText("fox")
    await until(lambda: jobs(window).model().rowCount() == 1)
    window.show_tracked(await bench.services.tracker.track(record(1)["jobid"]))
    await until(lambda: jobs(window).model().rowCount() == 2)
    assert field.text() == ""
    assert [index.row() for index in jobs(window).selectedIndexes()] == [1]


async def test_known_ids_are_selected_and_new_ones_are_not(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    QGuiApplication.clipboard().setText(f"{record(1)['jobid']} {record(2)['jobid']}")
    await press(jobs(window), Qt.Key.Key_V, CTRL)
    await until(lambda: shown_numbers(bench) == [1, 2])
    selection = jobs(window).selectionModel()
    await until(lambda: len(selection.selectedIndexes()) == 1)
    assert selection.selectedIndexes()[0].row() == 1  # the older one, below


async def test_a_word_that_is_no_id_is_offered_in_the_field(
    bench: Any, window: MainWindow, until: Until
) -> None:
    QGuiApplication.clipboard().setText("something-else")
    await press(jobs(window), Qt.Key.Key_V, CTRL)
    field = child(window, "Job IDs")
    await until(lambda: field.toPlainText() == "something-else")
    buttons = [b.text() for b in window.findChildren(QAbstractButton) if b.isVisible()]
    assert "Track anyway" in buttons
    assert shown_numbers(bench) == []


async def test_an_empty_clipboard_is_said(bench: Any, window: MainWindow, until: Until) -> None:
    QGuiApplication.clipboard().clear()
    await press(jobs(window), Qt.Key.Key_V, CTRL)
    await until(lambda: said(bench) == "There is no text on the clipboard.")


async def test_dropped_text_and_files_are_tracked(
    bench: Any, window: MainWindow, record: Any, until: Until, tmp_path: Path
) -> None:
    text, file = QMimeData(), QMimeData()
    text.setText(record(1)["jobid"])
    (tmp_path / "ids.csv").write_text(f"name;{record(2)['jobid']}\n")
    file.setUrls([QUrl.fromLocalFile(str(tmp_path / "ids.csv"))])
    for data in (text, file):
        window.dropEvent(drop(data))
    await until(lambda: len(shown_numbers(bench)) == 2)


async def test_what_cannot_be_read_is_named(
    bench: Any, window: MainWindow, until: Until, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(pipe))])
    window.dropEvent(drop(data))
    await until(lambda: "is not a file" in said(bench))


async def test_a_file_that_is_no_text_is_named_at_once(
    bench: Any, window: MainWindow, until: Until, tmp_path: Path
) -> None:
    (tmp_path / "a.bin").write_bytes(b"PK\x03\x04\x14\0\0\0" + b"j0302" * 1000)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.bin"))])
    window.dropEvent(drop(data))
    await until(lambda: said(bench) == "Not read: a.bin is not a text.")


async def test_undo_takes_back_a_paste_and_a_removal(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    QGuiApplication.clipboard().setText(record(1)["jobid"])
    await press(jobs(window), Qt.Key.Key_V, CTRL)
    await until(lambda: shown_numbers(bench) == [1])
    await until(lambda: jobs(window).model().rowCount() == 1)
    await press(jobs(window), Qt.Key.Key_Home)
    await press(jobs(window), Qt.Key.Key_Delete)
    await until(lambda: shown_numbers(bench) == [])
    await press(jobs(window), Qt.Key.Key_Z, CTRL)
    await until(lambda: shown_numbers(bench) == [1])
    await press(jobs(window), Qt.Key.Key_Z, CTRL)
    await until(lambda: shown_numbers(bench) == [])
    await until(lambda: said(bench) == "Undone: Track 1 ID.")


async def test_delete_in_the_gallery_removes_no_job(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    job = await bench.add(record(1))
    await until(lambda: images(window).model().rowCount() == 2)
    await press(window, Qt.Key.Key_2, CTRL)
    await press(images(window), Qt.Key.Key_Home)
    await press(images(window), Qt.Key.Key_Delete)
    assert shown_numbers(bench) == [job.number]


async def test_the_main_job_by_keys_alone(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    job = await bench.add(record(2))
    await until(lambda: images(window).model().rowCount() == 4)
    await press(window, Qt.Key.Key_2, CTRL)
    assert images(window).hasFocus()
    await press(images(window), Qt.Key.Key_Home)
    await press(images(window), Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == job.images[0].entry.asset_ref
    assert "(2-1)" in said(bench)


async def test_read_only_text_keeps_its_own_copy(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    await until(lambda: jobs(window).model().rowCount() == 1)
    await press(jobs(window), Qt.Key.Key_Home)
    await until(lambda: named_buttons(window, "Raw JSON"))
    named_buttons(window, "Raw JSON")[0].click()
    await until(lambda: any(w.isReadOnly() for w in window.findChildren(QPlainTextEdit)))
    text = next(w for w in window.findChildren(QPlainTextEdit) if w.isReadOnly())
    text.setFocus()
    text.selectAll()
    await press(text, Qt.Key.Key_C, CTRL)
    assert '"jobid"' in QGuiApplication.clipboard().text()


async def test_selecting_jobs_narrows_the_gallery_and_none_shows_all(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    await bench.add(record(2, images=3))
    model = images(window).model()
    await until(lambda: model.rowCount() == 5)
    await press(jobs(window), Qt.Key.Key_Home)
    await until(lambda: model.rowCount() == 3)
    await press(jobs(window), Qt.Key.Key_Escape)
    await until(lambda: model.rowCount() == 5)


async def test_refreshing_twice_in_five_seconds_is_said(
    bench: Any, window: MainWindow, until: Until
) -> None:
    await press(window, Qt.Key.Key_F5)
    assert said(bench) == ""
    await press(window, Qt.Key.Key_F5)
    assert said(bench) == "That was done less than 5 seconds ago."


async def test_refreshing_while_paused_offers_to_resume(
    bench: Any, window: MainWindow, until: Until
) -> None:
    named_buttons(window, "Pause")[0].click()
    await press(window, Qt.Key.Key_F5)
    assert bench.services.messages.passing.remedy is Remedy.RESUME


async def test_a_folder_that_is_away_is_asked_about_and_the_user_says_which_it_is(
    bench: Any, record: Any, window: MainWindow, until: Until
) -> None:
    day = bench.images / "2026-03-02"
    day.mkdir()
    for number in (1, 2):
        images = (await bench.add(record(number, "completed"))).images
        places = {image.key: day / Path(image.file).name for image in images}
        for image in images:
            shutil.move(image.file, places[image.key])
        await bench.services.missing_files.move({key: str(file) for key, file in places.items()})
    bench.images.rename(bench.images.with_name("another disk"))
    await bench.services.missing_files.look()
    message = bench.services.messages.lasting
    assert str(bench.images) in message.text
    assert bench.services.downloader.status.folder_away
    (button,) = (b for b in window.findChildren(QPushButton) if b.text() == "Use this folder")
    button.click()
    await until(lambda: not bench.services.downloader.status.folder_away)
    assert [path.name[:17] for path in bench.images.iterdir()] == [".dreamina-folder-"]
    await until(lambda: bench.services.messages.lasting not in (message, None))
    assert "4 of 4 saved images are not where they were" in bench.services.messages.lasting.text
    (button,) = (b for b in window.findChildren(QPushButton) if b.text() == "Download again")
    button.click()
    await until(lambda: bench.services.messages.lasting is None)
    images = bench.services.library.job(1).images
    assert {image.state for image in images} == {ImageState.PENDING}


async def test_a_message_about_a_mistake_copies_the_diagnostics(
    bench: Any, window: MainWindow, until: Until
) -> None:
    Mishaps(bench.services.messages).tell("a task", ValueError("a mistake"))
    assert said(bench) == "Something went wrong in Dreamina Desktop. It goes on."
    buttons = window.findChildren(QAbstractButton)
    next(b for b in buttons if b.text() == "Copy diagnostics" and b.isVisible()).click()
    await until(lambda: said(bench) == COPIED)
    assert QGuiApplication.clipboard().text() == "the report\n"


async def test_what_a_rescue_did_stays_until_it_was_read(bench: Any, window: MainWindow) -> None:
    words = "The library was damaged. The backup of 2 March, 14:05 was restored."
    bench.services.preferences.set("rescue_notice", words)
    bench.services.rescue_notice.show()
    bench.services.messages.say("Something else.")
    assert words in [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    buttons = window.findChildren(QAbstractButton)
    next(b for b in buttons if b.text() == "OK" and b.isVisible()).click()
    assert bench.services.messages.lasting is None
    assert bench.services.preferences.get("rescue_notice") is None


async def test_a_file_that_was_deleted_is_fetched_again_when_the_user_says_so(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    job = await bench.add(record(1))
    first = job.images[0]
    Path(first.file).unlink()  # noqa: ASYNC240 - before the window has a turn
    await until(lambda: bench.services.file_watch.trouble(first.key) == GONE)
    place = images(window).button_center(first.key, TileButton.RETRY)
    QTest.mouseClick(images(window).viewport(), Qt.MouseButton.LeftButton, NONE, place)
    await until(lambda: bench.services.library.image(first.key).state is ImageState.PENDING)
    assert bench.services.library.image(first.key).note == GONE
    assert bench.services.library.image(job.images[1].key).state is ImageState.SAVED


async def test_everything_one_can_act_on_has_a_name(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    await until(lambda: jobs(window).model().rowCount() == 1)
    await press(jobs(window), Qt.Key.Key_Home)
    await until(lambda: named_buttons(window, "Raw JSON"))
    kinds = (QAbstractItemView, QLineEdit, QPlainTextEdit, QComboBox, QAbstractSlider)
    named = [w for kind in kinds for w in window.findChildren(kind) if is_ours(w)]
    assert named
    assert [w for w in named if not w.accessibleName()] == []
    buttons = [w for w in window.findChildren(QAbstractButton) if is_ours(w) and w.isVisible()]
    assert [b for b in buttons if not (b.accessibleName() or b.text())] == []


async def test_no_address_is_on_the_window(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1, prompt="for user@example.com"))
    await until(lambda: jobs(window).model().rowCount() == 1)
    await press(jobs(window), Qt.Key.Key_Home)
    await until(lambda: named_buttons(window, "Raw JSON"))
    texts = [label.text() for label in window.findChildren(QLabel)]
    texts += [widget.toolTip() for widget in window.findChildren(QWidget)]
    assert [text for text in texts if "user@example.com" in text] == []


async def test_the_next_window_is_as_this_one_was_left(
    bench: Any, window: MainWindow, record: Any, until: Until, put_up: Any
) -> None:
    for second in range(1, 21):
        await bench.add(record(second))
    await until(lambda: jobs(window).model().rowCount() == 20)
    bar = jobs(window).verticalScrollBar()
    await until(lambda: bar.maximum() > 400)
    jobs(window).setCurrentIndex(jobs(window).model().index(3, 0))
    bar.setValue(300)
    window.resize(780, 560)
    window.close()
    again = MainWindow(bench.services)
    await put_up(again, again.width(), again.height())
    assert (again.width(), again.height()) == (780, 560)
    assert [i.row() for i in jobs(again).selectionModel().selectedIndexes()] == [3]
    assert jobs(again).verticalScrollBar().value() == 300


async def test_a_broken_state_is_no_state(bench: Any, put_up: Any) -> None:
    bench.services.preferences.set("window", {"geometry": 7, "panes": "x", "jobs": {"scroll": []}})
    window = MainWindow(bench.services)
    await put_up(window)
    assert jobs(window).isVisible()


async def test_the_demo_says_that_nothing_is_kept(demo_bench: Any, put_up: Any) -> None:
    window = MainWindow(demo_bench.services)
    await put_up(window)
    labels = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert "Demo: nothing is kept" in labels
    assert "Demo" in window.windowTitle()


async def test_an_images_details_stay_while_other_jobs_come(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    await until(lambda: images(window).model().rowCount() == 2)
    await press(window, Qt.Key.Key_2, CTRL)
    await press(images(window), Qt.Key.Key_Home)
    shown = lambda: [label.text() for label in window.findChildren(QLabel)]  # noqa: E731
    assert "Job 1" in shown()
    await bench.add(record(2))
    await until(lambda: jobs(window).model().rowCount() == 2)
    assert "Job 1" in shown()


async def test_keys_lead_to_the_list_and_to_the_field(window: MainWindow) -> None:
    await press(window, Qt.Key.Key_L, CTRL)
    assert child(window, "Job IDs").hasFocus()
    await press(child(window, "Job IDs"), Qt.Key.Key_1, CTRL)
    assert jobs(window).hasFocus()


async def test_check_now_while_paused_says_so(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    await until(lambda: jobs(window).model().rowCount() == 1)
    await press(jobs(window), Qt.Key.Key_Home)
    named_buttons(window, "Pause")[0].click()
    await until(lambda: [b for b in window.findChildren(QAbstractButton) if b.text() == CHECK])
    next(b for b in window.findChildren(QAbstractButton) if b.text() == CHECK).click()
    assert bench.services.messages.passing.remedy is Remedy.RESUME


async def test_after_a_removal_the_neighbour_is_next(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    for second in range(1, 6):
        await bench.add(record(second))
    await until(lambda: jobs(window).model().rowCount() == 5)
    jobs(window).setCurrentIndex(jobs(window).model().index(1, 0))  # job 4
    await press(jobs(window), Qt.Key.Key_Delete)
    await until(lambda: jobs(window).model().rowCount() == 4)
    await press(jobs(window), Qt.Key.Key_Delete)
    await until(lambda: shown_numbers(bench) == [1, 2, 5])


async def test_details_let_go_of_selected_jobs_that_a_search_hides(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    for second in range(1, 4):
        await bench.add(record(second, prompt="a boat"))
    await until(lambda: jobs(window).model().rowCount() == 3)
    jobs(window).selectAll()
    (details,) = window.findChildren(DetailsPane)
    await until(lambda: "3 jobs" in texts(details))
    child(window, "Search the jobs").setText("nothing")
    await until(lambda: jobs(window).model().rowCount() == 0)
    assert "3 jobs" not in texts(details)
    assert "Details" in texts(details)


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]


async def test_what_undo_brings_back_is_selected(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    for second in range(1, 4):
        await bench.add(record(second))
    await until(lambda: jobs(window).model().rowCount() == 3)
    jobs(window).setCurrentIndex(jobs(window).model().index(2, 0))
    await press(jobs(window), Qt.Key.Key_Delete)
    await until(lambda: jobs(window).model().rowCount() == 2)
    await press(jobs(window), Qt.Key.Key_Z, CTRL)
    await until(lambda: jobs(window).model().rowCount() == 3)
    rows = [index.row() for index in jobs(window).selectionModel().selectedIndexes()]
    assert rows == [2]


async def test_escape_in_the_gallery_leads_back_to_all_images(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    await bench.add(record(2))
    model = images(window).model()
    await until(lambda: model.rowCount() == 4)
    await press(jobs(window), Qt.Key.Key_Home)
    await until(lambda: model.rowCount() == 2)
    await press(window, Qt.Key.Key_2, CTRL)
    await press(images(window), Qt.Key.Key_Home)
    await press(images(window), Qt.Key.Key_Escape)
    assert images(window).selectionModel().selectedIndexes() == []
    assert model.rowCount() == 2
    await press(images(window), Qt.Key.Key_Escape)
    await until(lambda: model.rowCount() == 4)


async def test_a_selected_image_has_its_details_at_the_next_start(
    bench: Any, window: MainWindow, record: Any, until: Until, put_up: Any
) -> None:
    await bench.add(record(1))
    await until(lambda: images(window).model().rowCount() == 2)
    await press(window, Qt.Key.Key_2, CTRL)
    await press(images(window), Qt.Key.Key_End)
    window.close()
    again = MainWindow(bench.services)
    await put_up(again)
    assert "Job 1" in [label.text() for label in again.findChildren(QLabel)]


async def test_another_theme_reaches_every_word(
    bench: Any, window: MainWindow, record: Any, until: Until, qapp: QApplication
) -> None:
    await bench.add(record(1))
    await until(lambda: images(window).model().rowCount() == 2)
    await press(window, Qt.Key.Key_2, CTRL)
    await press(images(window), Qt.Key.Key_Home)
    style.apply(qapp, "dark")
    await asyncio.sleep(0.2)
    shown = [w for w in window.findChildren(QLabel) if w.isVisible() and w.text()]
    colours = {w.text(): w.palette().windowText().color() for w in shown}
    dim = {text: c.name() for text, c in colours.items() if c.lightnessF() < 0.4}
    assert dim == {}


async def test_a_pasted_video_leaves_the_field_alone(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    video = record(1)["jobid"].replace("i-u", "v-u")
    QGuiApplication.clipboard().setText(video)
    await press(jobs(window), Qt.Key.Key_V, CTRL)
    await until(lambda: "video" in said(bench))
    assert child(window, "Job IDs").toPlainText() == ""
    assert jobs(window).hasFocus()


def named_buttons(window: MainWindow, name: str) -> list[QAbstractButton]:
    return [b for b in window.findChildren(QAbstractButton) if b.accessibleName() == name]


def is_ours(widget: QWidget) -> bool:
    """Not a part that Qt made inside another widget."""
    popup = isinstance(widget.parentWidget().parentWidget(), QComboBox)
    inner = popup or isinstance(widget, QScrollBar) or widget.objectName().startswith("qt_")
    return not inner and widget.focusPolicy() != Qt.FocusPolicy.NoFocus


def drop(data: QMimeData) -> QDropEvent:
    return QDropEvent(
        QPointF(QPoint(300, 300)),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
