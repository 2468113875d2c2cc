"""A long text in the window: its progress, its *Stop*, and the field that it came from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from dreamina_desktop.services.session.messages import Condition, Remedy
from dreamina_desktop.services.tracking import paste_run
from dreamina_desktop.ui.intake import intake
from dreamina_desktop.ui.window.main_window import MainWindow

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setattr(intake, "LONG_TEXT", 100)
    monkeypatch.setattr(paste_run, "ADDED_AT_ONCE", 2)
    window = MainWindow(bench.services)
    await put_up(window)
    return window


def ids(record: Any, count: int) -> str:
    return "\n".join(record(number)["jobid"] for number in range(1, count + 1))


def edit(window: MainWindow) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == "Job IDs")


async def test_a_long_text_in_the_field_is_tracked_and_the_field_emptied(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    edit(window).insertPlainText(ids(record, 7))
    QTest.keyClick(edit(window), Qt.Key.Key_Return)
    await until(lambda: bench.services.messages.passing)
    said = bench.services.messages.passing
    assert (said.text, said.remedy) == ("Tracking 7 new jobs.", Remedy.UNDO)
    await until(lambda: not edit(window).toPlainText())
    assert not edit(window).isReadOnly()
    assert bench.services.undo.label == "Track 7 IDs"


async def test_stop_keeps_what_came_and_the_text(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    services = bench.services
    services.library.subscribe(lambda _: services.long_work.stop())
    text = ids(record, 7)
    edit(window).insertPlainText(text)
    QTest.keyClick(edit(window), Qt.Key.Key_Return)
    await until(lambda: services.messages.passing)
    assert services.messages.passing.text == "Stopped. 2 jobs of it are tracked."
    assert services.undo.label == "Track 2 IDs"
    await until(lambda: not edit(window).isReadOnly())
    assert edit(window).toPlainText() == text
    assert services.messages.lasting is None or "Reading" not in services.messages.lasting.text


async def test_the_progress_of_a_drop_has_its_stop(
    bench: Any, window: MainWindow, record: Any, until: Until
) -> None:
    held = []
    messages = bench.services.messages

    def hold(condition: Condition, text: str, remedy: Remedy | None = None) -> None:
        held.append((condition, text, remedy))

    bench.services.library.subscribe(lambda _: setattr(bench.clock, "now", bench.clock.now + 1.0))
    messages.hold = hold
    data = QMimeData()
    data.setText(ids(record, 7))
    assert window._intake.take(data)
    await until(lambda: messages.passing)
    assert messages.passing.text == "Tracking 7 new jobs."
    condition, text, remedy = held[0]
    assert (condition, remedy) == (Condition.LONG_WORK, Remedy.STOP)
    assert text.startswith("Reading 0 million characters: ")
