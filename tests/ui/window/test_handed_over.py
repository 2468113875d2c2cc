"""IDs that another start hands over to an open window: said, and nothing is disturbed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from dreamina_desktop.app.instance.request import Assignment, Executor, Reply
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.search.results import Query
from dreamina_desktop.ui.viewer.viewer import Viewer
from dreamina_desktop.ui.window.main_window import MainWindow

JOBS = 16
NEW, REMOVED = 100, 3
Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any) -> MainWindow:
    for number in range(1, JOBS + 1):
        prompt = "a red boat" if number % 2 else "a fox"
        await bench.add(record(number, prompt=prompt))
    await bench.services.tracker.remove([REMOVED])
    window = MainWindow(bench.services)
    window.resize(900, 500)
    await put_up(window)
    return window


async def hand_over(bench: Any, window: MainWindow, *texts: str) -> None:
    """As another start does."""
    nothing: Any = None
    s = bench.services
    executor = Executor(
        s.library, s.tracker, nothing, "", None, window.tell_handed_over, nothing, nothing
    )
    for text in texts:
        replies = executor.carry_out(Assignment(text=text), asyncio.Event())
        assert [reply async for reply in replies] == [Reply(exit_code=0)]


def view(window: MainWindow, name: str) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == name)


def shown(window: MainWindow) -> dict[str, Any]:
    """What the user has before his eyes."""
    jobs, images = view(window, "Jobs"), view(window, "Images")
    viewer = window.findChild(Viewer)
    return {
        "search": view(window, "Search the jobs").text(),
        "selected": [index.data() for index in jobs.selectedIndexes()],
        "current": jobs.currentIndex().data(),
        "top job": jobs.indexAt(QPoint(5, 5)).data(),
        "top image": images.indexAt(QPoint(60, 60)).data(),
        "selected images": [index.data() for index in images.selectedIndexes()],
        "viewer": viewer is not None and viewer.is_open() and viewer.key,
        "focus": QApplication.focusWidget(),
    }


@pytest.mark.parametrize("viewing", [False, True])
async def test_search_selection_scroll_viewer_and_focus_stay(
    bench: Any, window: MainWindow, record: Any, until: Until, viewing: bool
) -> None:
    jobs, images = view(window, "Jobs"), view(window, "Images")
    field = view(window, "Search the jobs")
    field.setFocus()
    field.setText("boat")
    await until(lambda: jobs.model().rowCount() == JOBS // 2 - 1)
    QTest.mouseClick(jobs.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    jobs.verticalScrollBar().setValue(60)
    await until(lambda: len(jobs.selectedIndexes()) == 1 and images.model().rowCount() > 0)
    if viewing:
        window._open_image(ImageKey(window._jobs.selected()[0], 0))
    else:
        field.setFocus()
    await asyncio.sleep(0.1)  # what that changes is shown by timers
    before = shown(window)
    known, hidden, new = (record(n)["jobid"] for n in (1, 2, NEW))
    await hand_over(bench, window, known, hidden, new, record(REMOVED)["jobid"])
    await until(lambda: bench.services.library.listing(Query()).numbers[0] == JOBS + 1)
    await until(lambda: jobs.model().rowCount() == JOBS // 2)  # the one that was removed
    await asyncio.sleep(0.1)
    assert shown(window) == before


async def test_what_came_is_said_and_not_on_the_users_undo(
    bench: Any, window: MainWindow, record: Any
) -> None:
    s = bench.services
    label = s.undo.label
    await hand_over(bench, window, f"{record(NEW)['jobid']} {record(1)['jobid']}")
    assert s.undo.label == label
    said = s.messages.passing
    assert said.remedy is None
    assert said.text == (
        "Job IDs came from another start. Tracking 1 new job; 1 job already here. To take them "
        "back, look for Pasted in the menu over the list."
    )
    await hand_over(bench, window, record(1)["jobid"])
    assert s.messages.passing.text == "Job IDs came from another start. 1 job already here."


async def test_the_list_of_pastes_takes_it_back(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    await hand_over(bench, window, record(NEW)["jobid"])
    button = view(window, "Which jobs are listed")
    menu = button.menu()
    menu.aboutToShow.emit()
    paste = next(a for a in menu.actions() if a.text().startswith("Pasted "))
    remove = next(a for a in paste.menu().actions() if a.text() == "Remove its jobs")
    remove.trigger()
    await until(lambda: bench.services.library.job(JOBS + 1).removed)
    assert len(bench.services.library.listing(Query()).numbers) == JOBS - 1
