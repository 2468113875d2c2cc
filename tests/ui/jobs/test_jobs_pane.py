"""The job list: what a row says, and what one can do with rows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QToolButton

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.export.tables import HEADINGS
from dreamina_desktop.core.jobs.job import ImageKey, ImageState, Tracking
from dreamina_desktop.core.jobs.record import parse_record
from dreamina_desktop.core.jobs.transition import after_record
from dreamina_desktop.core.search.results import JobOrder, Query
from dreamina_desktop.ui.jobs.jobs_pane import JobsPane
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture(params=["small", "large"])
async def pane(
    bench: Any, put_up: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> JobsPane:
    """A small library is listed at once, a large one a moment later."""
    if request.param == "large":
        monkeypatch.setattr("dreamina_desktop.ui.jobs.jobs_model.SMALL", -1)
    services = bench.services
    pane = JobsPane(services, Thumbnails(services.thumbnailer, services.library))
    await put_up(pane, 340, 600)
    return pane


def row_text(pane: JobsPane, row: int) -> str:
    model = pane.view.model()
    return str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))


async def test_newest_jobs_are_on_top_and_a_row_says_its_status(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    await bench.add(record(2, "failed", error="fail_code: 2038", code=2038))
    await until(lambda: list(pane.order()) == [2, 1])
    assert "content filter" in row_text(pane, 0)
    assert "2038" in row_text(pane, 0)
    assert "completed" in row_text(pane, 1)


async def test_images_that_come_while_a_large_library_is_listed_are_counted(
    bench: Any, pane: JobsPane, record: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dreamina_desktop.ui.jobs.jobs_model.SMALL", -1)
    library, model = bench.services.library, pane.view.model()
    asked, answered = asyncio.Event(), asyncio.Event()
    listing_later = library.listing_later

    async def late(*args: Any) -> Any:
        listing = await listing_later(*args)
        asked.set()
        await answered.wait()
        return listing

    monkeypatch.setattr(library, "listing_later", late)
    (job,) = await bench.track(str(record(1)["jobid"]))
    await asked.wait()  # when the job has no images yet
    await bench.answer(job, record(1))
    await until(lambda: not model._timer.isActive())
    answered.set()
    await until(lambda: list(pane.listing().counts) == [2])


async def test_an_unknown_status_is_shown_raw(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    await bench.add(record(1, "queued_somewhere"))
    bench.services.poller.token_changed(present=True, user_number=None)
    await until(lambda: pane.order() and "queued_somewhere" in row_text(pane, 0))


async def test_no_row_and_no_tool_tip_shows_an_address(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    await until(pane.order)
    index = pane.view.model().index(0, 0)
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
    shown = [str(index.data(role)) for role in roles] + [row_text(pane, 0)]
    assert all("@" not in text for text in shown), shown


async def test_copy_puts_the_selected_job_ids_on_the_clipboard(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    jobs = [await bench.add(record(second)) for second in (1, 2, 3)]
    await until(lambda: len(pane.order()) == 3)
    pane.select([1, 3])
    pane.view.setFocus()
    QTest.keyClick(pane.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: bench.services.messages.passing)
    assert QGuiApplication.clipboard().text() == f"{jobs[2].jobid}\n{jobs[0].jobid}"
    assert bench.services.messages.passing.text == "Copied 2 job IDs."


async def test_delete_hides_a_job_and_undo_brings_it_back(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    await bench.add(record(2))
    await until(lambda: len(pane.order()) == 2)
    pane.select([2])
    pane.view.setFocus()
    QTest.keyClick(pane.view, Qt.Key.Key_Delete)
    await until(lambda: list(pane.order()) == [1])
    assert bench.services.library.job(2).record is not None
    await bench.services.undo.undo()
    await until(lambda: list(pane.order()) == [2, 1])


async def test_a_status_change_keeps_selection_and_current_row(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    for second in (1, 2, 3):
        await bench.add(record(second))
    await until(lambda: len(pane.order()) == 3)
    pane.select([2])
    await bench.set_tracking(3, Tracking.STOPPED)
    await bench.add(record(4))
    await until(lambda: list(pane.order()) == [4, 3, 2, 1])
    assert list(pane.selected()) == [2]


async def test_escape_selects_nothing(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    await bench.add(record(1))
    await until(pane.order)
    pane.select([1])
    pane.view.setFocus()
    QTest.keyClick(pane.view, Qt.Key.Key_Escape)
    assert list(pane.selected()) == []


async def test_orders_sort_and_keep_what_is_selected(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    for second in (1, 2, 3):
        await bench.add(record(second))
    await until(lambda: len(pane.order()) == 3)
    pane.select([3])
    pane.restore(pane.state() | {"order": "oldest"})
    assert list(pane.order()) == [1, 2, 3]
    assert list(pane.selected()) == [3]


async def test_state_survives_as_json(
    bench: Any, pane: JobsPane, record: Any, until: Until, put_up: Any
) -> None:
    for second in (1, 2):
        await bench.add(record(second))
    await until(lambda: len(pane.order()) == 2)
    pane.select([1])
    services = bench.services
    other = JobsPane(services, Thumbnails(services.thumbnailer, services.library))
    await put_up(other, 340, 600)
    other.restore(pane.state())
    assert list(other.selected()) == [1]


async def test_a_thousand_jobs_have_rows_of_one_height(
    bench: Any, pane: JobsPane, until: Until
) -> None:
    ids = [
        f"j0302140530{number:09d}i-u12345-US:user@example.com-bot:dreamina"
        for number in range(1000)
    ]
    await bench.track(*ids)
    await until(lambda: len(pane.order()) == 1000)
    heights = {
        pane.view.sizeHintForIndex(pane.view.model().index(row, 0)).height()
        for row in (0, 500, 999)
    }
    assert len(heights) == 1


async def test_a_filter_gives_way_to_the_jobs_that_were_asked_for(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    done = await bench.add(record(1))
    await until(pane.order)
    filters = {action.text(): action for action in open_filters(pane)}
    filters["Failed"].trigger()
    await until(lambda: list(pane.order()) == [])
    pane.select([done.number])
    await until(lambda: list(pane.selected()) == [done.number])


async def test_an_empty_filter_says_so_and_leads_back(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    job = await bench.add(record(1))
    await until(pane.order)
    next(action for action in open_filters(pane) if action.text() == "Failed").trigger()
    await until(lambda: not pane.order())
    (back,) = [b for b in pane.findChildren(QPushButton) if b.isVisible()]
    back.click()
    await until(lambda: list(pane.order()) == [job.number])


async def test_a_database_that_refuses_is_said(
    bench: Any, pane: JobsPane, record: Any, until: Until, monkeypatch: Any
) -> None:
    job = await bench.add(record(1))
    await until(pane.order)
    pane.select([job.number])

    async def refuse(*_: Any) -> None:
        raise DatabaseError("The disk is full.")

    monkeypatch.setattr(bench.services.library, "change_many", refuse)
    pane.view.setFocus()
    QTest.keyClick(pane.view, Qt.Key.Key_Delete)
    await until(lambda: bench.services.messages.passing)
    assert bench.services.messages.passing.text == "Nothing was changed. The disk is full."


async def test_a_paste_can_be_selected_and_undone_as_a_batch(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    await bench.track(record(1)["jobid"])
    await bench.track(record(2)["jobid"], record(3)["jobid"])
    await until(lambda: len(pane.order()) == 3)
    pasted = [action for action in open_filters(pane) if action.menu() is not None]
    assert len(pasted) == 2
    assert pasted[0].text().startswith("Pasted ")
    assert pasted[0].text().endswith("2 IDs")
    select, remove = pasted[0].menu().actions()
    select.trigger()
    await until(lambda: list(pane.selected()) == [3, 2])
    remove.trigger()
    await until(lambda: list(pane.order()) == [1])


async def test_an_address_in_a_failures_words_shows_nowhere(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    await bench.add(record(1, "failed", error="No room for user@example.com", code=31337))
    await until(pane.order)
    assert "No room for" in row_text(pane, 0)
    assert "@" not in row_text(pane, 0)


async def test_a_search_lists_what_has_all_its_words_and_says_when_nothing_has(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    for second, prompt in enumerate(("a red boat", "a red fox", "红色的船 4k"), start=1):
        await bench.add(record(second, prompt=prompt))
    await until(lambda: len(pane.order()) == 3)
    for text, found in (("red", [2, 1]), ("red bo", [1]), ("红色", [3]), ("4K", [3])):
        pane.search(text)
        await until(lambda found=found: list(pane.order()) == found)
        assert pane.is_narrowed
    pane.search("no such <b>word</b>")
    await until(lambda: not pane.order())
    (words,) = [w for w in pane.findChildren(QLabel) if "no such" in w.text()]
    assert words.text() == "“no such <b>word</b>” is in no job."
    assert words.textFormat() is Qt.TextFormat.PlainText
    lifted: list[bool] = []
    pane.search_lifted.connect(lambda: lifted.append(True))
    (back,) = [b for b in pane.findChildren(QPushButton) if b.isVisible()]
    QTest.mouseClick(back, Qt.MouseButton.LeftButton)
    await until(lambda: list(pane.order()) == [3, 2, 1])
    assert lifted == [True]
    assert not pane.is_narrowed


async def test_a_job_that_comes_to_fit_a_search_joins_it(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    await bench.add(record(1, prompt="a fox"))
    (job,) = await bench.track(record(2)["jobid"])
    pane.search("boat")
    await until(lambda: not pane.order())
    later = parse_record(record(2, prompt="a boat", images=0))
    raw = json.dumps(record(2, prompt="a boat", images=0)).encode()
    await bench.services.library.change(
        job.number, lambda job: after_record(job, later, "server", 1.0), raw
    )
    await until(lambda: list(pane.order()) == [2])


async def test_every_order_keeps_what_is_selected(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    for second in range(1, 6):
        model = f"seedream-{second % 2}.0"
        fields = record(second, model=model, images=second % 3)
        await bench.add(fields | {"request": fields["request"] | {"model": model}})
    await until(lambda: len(pane.order()) == 5)
    pane.select([2, 4])
    orders = pane.findChildren(QToolButton)[1].menu().actions()
    assert len(orders) == len(JobOrder)
    seen = set()
    for action in orders:
        action.trigger()
        query = Query(JobOrder(action.data()))
        listed = list(bench.services.library.listing(query).numbers)
        await until(lambda listed=listed: list(pane.order()) == listed)
        seen.add(tuple(listed))
        assert sorted(pane.selected()) == [2, 4]
    assert len(seen) > 3


async def test_rows_that_are_not_in_memory_are_read_when_they_are_shown(
    bench: Any, put_up: Any, record: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dreamina_desktop.services.library.KEPT", 30)
    services = bench.services
    for second in range(40):
        await bench.add(record(second, prompt=f"prompt {second}", images=0))
    for number in range(11, 41):
        services.library.job(number)
    pane = JobsPane(services, Thumbnails(services.thumbnailer, services.library))
    await put_up(pane, 340, 600)
    await until(lambda: len(pane.order()) == 40 and pane.view.settled())
    assert services.library.peek(1) is None
    waits: list[int] = []
    monkeypatch.setattr(services.library._index, "job", waits.append)
    pane.view.scrollToBottom()
    await until(pane.view.settled)
    assert services.library.peek(1) is not None
    assert services.library.peek(40) is None or services.library.peek(11) is None
    assert waits == []


def open_filters(pane: JobsPane) -> list[Any]:
    """The actions of the filter's menu, filled as when it opens."""
    (button,) = [b for b in pane.findChildren(QToolButton) if "listed" in b.accessibleName()]
    menu = button.menu()
    menu.aboutToShow.emit()
    return list(menu.actions())


async def test_images_are_downloaded_again_and_thumbnails_made_anew_from_the_menu(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    job = await bench.add(record(1))
    await until(pane.order)
    pane.select([1])
    await until(pane.selected)
    await asyncio.to_thread(Path(job.images[0].file).unlink)
    choose(pane, "Download again")
    passing = bench.services.messages
    await until(lambda: passing.passing)
    assert passing.passing.text == "Downloading 1 image again; 1 is here."
    states = [image.state for image in bench.services.library.job(1).images]
    assert states == [ImageState.PENDING, ImageState.SAVED]
    told: dict[ImageKey, bytes | None] = {}
    bench.services.thumbnailer.subscribe(told.update)
    choose(pane, "Make thumbnails anew")
    await until(lambda: passing.passing.text == "Made 1 thumbnail anew.")
    assert list(told) == [ImageKey(1, 1)]


async def test_rows_for_a_spreadsheet_hold_no_formula(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    await bench.add(record(1, prompt="=1+1\tand\nmore"))
    await bench.add(record(2, "failed", error="fail_code: 2038", code=2038))
    await until(lambda: len(pane.order()) == 2)
    pane.select([1, 2])
    await until(lambda: len(pane.selected()) == 2)
    choose(pane, "Copy as rows")
    await until(lambda: bench.services.messages.passing)
    lines = QGuiApplication.clipboard().text().split("\n")
    first, second = (line.split("\t") for line in lines)
    assert (first[0], first[2], second[0], second[2]) == ("2", "failed", "1", "completed")
    assert "content filter" in first[3]
    assert second[4] == "'=1+1 and more"
    assert second[5].startswith("US:user@example.com-image:")
    assert bench.services.messages.passing.text == "Copied 2 rows."


async def test_selected_rows_are_in_the_lists_order_and_complete(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    jobs = [await bench.add(record(n, images=5, prompt=f"boat {n}"), saved=True) for n in (1, 2)]
    await until(lambda: len(pane.order()) == 2)
    pane.select([1, 2])
    await until(lambda: len(pane.selected()) == 2)
    choose(pane, "Copy as rows")
    await until(lambda: bench.services.messages.passing)
    rows = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    for row, job in zip(rows, reversed(jobs), strict=True):
        references = [image.entry.asset_ref for image in job.images[:4]]
        expected = [str(job.number), job.jobid, "completed", "", f"boat {job.number}"]
        assert row[:10] == [*expected, *references, job.images[0].file]


async def test_a_paste_is_copied_as_rows_in_its_own_order(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    one, two, three = (record(second)["jobid"] for second in (1, 2, 3))
    await bench.services.tracker.track(f"job ID\n{three}\n\n{one}\n{three}\n=now()\n{two}\n")
    await bench.track(record(4)["jobid"])
    await bench.set_tracking(3, Tracking.NOT_FOUND, "Older than 30 days.")
    await bench.services.tracker.remove([2])
    await until(lambda: list(pane.order()) == [4, 3, 1])
    pane.select([1])
    pane.view.setFocus()
    control_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(pane.view, Qt.Key.Key_R, control_shift)
    await until(lambda: bench.services.messages.passing)
    rows = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert [row[:4] for row in rows] == [
        ["", "job ID", "no job ID in it", ""],
        ["1", three, "not checked yet", ""],
        ["", "", "", ""],
        ["2", one, "not checked yet", ""],
        ["1", three, "not checked yet", ""],
        ["", "'=now()", "does not look like a job ID", ""],
        ["3", two, "not found", "Older than 30 days."],
    ]
    assert {len(row) for row in rows} == {len(HEADINGS)}
    at = datetime.fromtimestamp(bench.clock.now, UTC).astimezone()
    words = f"Copied 7 rows of the paste of {at:%H:%M}: 1 gap, 2 lines without an ID."
    assert bench.services.messages.passing.text == words
    pane.select([4])
    await until(lambda: list(pane.selected()) == [4])
    choose(pane, "Copy this paste as rows")
    words = f"Copied 1 row of the paste of {at:%H:%M}."
    await until(lambda: bench.services.messages.passing.text == words)
    assert QGuiApplication.clipboard().text().startswith(f"4\t{record(4)['jobid']}\t")


async def test_a_paste_of_thousands_is_copied_whole(
    bench: Any, pane: JobsPane, until: Until
) -> None:
    jobids = [f"j03021405{n:015d}i-u12345-US:user@example.com-bot:dreamina" for n in range(1200)]
    await bench.services.tracker.track("\n\n".join([*jobids, *reversed(jobids)]))
    await until(lambda: len(pane.order()) == 1200)
    pane.select([600])
    await until(lambda: list(pane.selected()) == [600])
    choose(pane, "Copy this paste as rows")
    await until(lambda: bench.services.messages.passing)
    rows = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert [row[1] for row in rows[::2]] == [*jobids, *reversed(jobids)]
    assert {row[1] for row in rows[1::2]} == {""}
    assert "Copied 4,799 rows" in bench.services.messages.passing.text


async def test_a_paste_that_cannot_be_read_is_said(
    bench: Any, pane: JobsPane, record: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.track(record(1)["jobid"], record(2)["jobid"])
    await until(lambda: len(pane.order()) == 2)

    async def refuse(*_: Any) -> None:
        raise DatabaseError("The disk reported an error.")

    monkeypatch.setattr(bench.services.library, "paste_of", refuse)
    QGuiApplication.clipboard().setText("what was there")
    pane.select([1])
    await until(lambda: list(pane.selected()) == [1])
    choose(pane, "Copy this paste as rows")
    await until(lambda: bench.services.messages.passing)
    words = "Nothing was copied. The disk reported an error."
    assert bench.services.messages.passing.text == words
    assert QGuiApplication.clipboard().text() == "what was there"


def choose(pane: JobsPane, name: str) -> None:
    """An action of the context menu, as it opens on the list."""
    pane.view.customContextMenuRequested.emit(QPoint(10, 10))
    menu = pane.view.findChildren(QMenu)[-1]
    next(action for action in menu.actions() if action.text() == name).trigger()
    menu.close()


async def test_a_label_is_in_its_row_its_tool_tip_and_what_is_read_aloud(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    jobid = record(1)["jobid"]
    await bench.services.tracker.track(f"SKU-1\t{jobid}")
    await until(lambda: len(pane.order()) == 1)
    index = pane.view.model().index(0, 0)
    assert "SKU-1" in index.data(Qt.ItemDataRole.AccessibleTextRole).split(", ")
    assert "SKU-1" in index.data(Qt.ItemDataRole.ToolTipRole)
    with_label = pane.view.viewport().grab().toImage()
    await bench.services.tracker.label(1, "")
    await until(lambda: "SKU-1" not in index.data(Qt.ItemDataRole.ToolTipRole))
    assert pane.view.viewport().grab().toImage() != with_label
