"""The job list: what a row says, and what one can do with rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.job import Tracking
from dreamina_desktop.ui.jobs.jobs_pane import JobsPane
from dreamina_desktop.ui.thumbnails import Thumbnails

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture
async def pane(bench: Any, put_up: Any) -> JobsPane:
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
    assert list(pane.order()) == []
    pane.select([done.number])
    assert list(pane.selected()) == [done.number]


async def test_an_empty_filter_says_so_and_leads_back(
    bench: Any, pane: JobsPane, record: Any, until: Until
) -> None:
    job = await bench.add(record(1))
    await until(pane.order)
    next(action for action in open_filters(pane) if action.text() == "Failed").trigger()
    (back,) = [b for b in pane.findChildren(QPushButton) if b.isVisible()]
    back.click()
    assert list(pane.order()) == [job.number]


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


def open_filters(pane: JobsPane) -> list[Any]:
    """The actions of the filter's menu, filled as when it opens."""
    (button,) = [b for b in pane.findChildren(QToolButton) if "listed" in b.accessibleName()]
    menu = button.menu()
    menu.aboutToShow.emit()
    return list(menu.actions())
