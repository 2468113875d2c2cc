"""However much comes in, what the window says about it stays as long as a person can read."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QToolTip,
    QWidget,
)

from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.core.jobs.record import parse_record
from dreamina_desktop.core.request.differences import differences
from dreamina_desktop.diagnostics.logs import LINE_LENGTH, RedactingFormatter
from dreamina_desktop.services.session.messages import TEXT_LENGTH, Condition, Messages
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.window.main_window import MainWindow
from dreamina_desktop.ui.window.start_dialogs import StartError

Until = Callable[[Callable[[], object]], Awaitable[None]]
ENDLESS = 300_000  # characters, as of one field of a record
READABLE = 2_500  # of one widget


def endless(beginning: str) -> str:
    return f"{beginning} " + "x" * 500 + " lake" * (ENDLESS // 5)


def words_of(widget: QWidget) -> Iterator[tuple[str, str]]:
    """All that a widget and those in it say, and where."""
    for each in (widget, *widget.findChildren(QWidget)):
        place = f"{type(each).__name__} {each.objectName()}"
        yield f"tip of {place}", each.toolTip()
        yield f"name of {place}", each.accessibleName()
        yield f"description of {place}", each.accessibleDescription()
        yield f"title of {place}", each.windowTitle()
        if isinstance(each, QLabel | QAbstractButton):
            yield f"text of {place}", each.text()
        for action in each.actions():
            yield f"action of {place}", action.text()


def too_long(widget: QWidget) -> dict[str, int]:
    return {place: len(text) for place, text in words_of(widget) if len(text) > READABLE}


def role_words(model: Any, row: int = 0) -> list[str]:
    roles = (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
        Qt.ItemDataRole.AccessibleDescriptionRole,
    )
    return [str(model.index(row, 0).data(role) or "") for role in roles]


async def shown(bench: Any, put_up: Any, until: Until, job: Any) -> MainWindow:
    window = MainWindow(bench.services)
    await put_up(window)
    window._jobs.view.select_current()
    await until(lambda: f"Job {job.number}" in [text for _, text in words_of(window)])
    return window


def record_of_length(record: Any, second: int, status: str, **more: Any) -> Any:
    answer = record(second, status, prompt=endless("<b>A lake</b>"), **more)
    answer["request"] |= {"model": endless("m"), "ratio": endless("r"), endless("key"): "value"}
    answer["model"] = endless("m")
    answer["elsewhere"] = {endless("deep"): {endless("deeper"): endless("value")}}
    return answer


async def test_a_job_whose_every_field_is_endless(
    bench: Any, put_up: Any, record: Any, until: Until
) -> None:
    job = await bench.add(record_of_length(record, 1, "completed", images=2))
    key = ImageKey(job.number, 0)
    tags = tuple(f"{n} {'tag' * 12}" for n in range(40))
    await bench.services.marking.tag([key], tags, ())
    await bench.services.marking.note([key], "n" * 9_000)
    window = await shown(bench, put_up, until, job)
    await until(lambda: "Show raw JSON" in [text for _, text in words_of(window)])
    assert too_long(window) == {}
    for model in (window._jobs.view.model(), window._gallery.view.model()):
        assert max(map(len, role_words(model))) <= READABLE
    button = next(each for each in buttons(window) if each.text() == "Show raw JSON")
    button.click()
    await until(lambda: window._details.findChildren(QPlainTextEdit))
    (raw,) = window._details.findChildren(QPlainTextEdit)
    assert max(map(len, raw.toPlainText().splitlines())) < 5_000
    window._gallery.view.open_requested.emit(key)
    await until(lambda: window._made_viewer is not None and window._made_viewer.is_open())
    assert too_long(window) == {}


def buttons(window: QWidget) -> list[QAbstractButton]:
    return window.findChildren(QAbstractButton)


async def test_a_failure_and_a_reason_that_are_endless(
    bench: Any, put_up: Any, record: Any, until: Until
) -> None:
    job = await bench.add(record_of_length(record, 1, "failed", error=endless("Nobody knows.")))
    window = await shown(bench, put_up, until, job)
    assert too_long(window) == {}
    lost = await bench.add(record(2, images=1), saved=False)

    def with_note(job: Any) -> Any:
        image = replace(job.images[0], state=ImageState.LOST, note=endless("The link died"))
        return replace(job, images=(image,))

    await bench.services.library.change(lost.number, with_note)
    window._jobs.view.clearSelection()
    await until(lambda: window._gallery.view.model().rowCount() == 1)
    assert max(map(len, role_words(window._gallery.view.model()))) <= READABLE
    assert too_long(window) == {}


async def test_a_tip_shows_what_others_wrote_as_they_wrote_it(
    bench: Any, put_up: Any, record: Any, until: Until
) -> None:
    job = await bench.add(record(1, prompt="<img src='file:///etc/passwd'>"))
    window = await shown(bench, put_up, until, job)
    await until(lambda: window._gallery.view.model().rowCount() == 2)
    for view in (window._jobs.view, window._gallery.view):
        QToolTip.hideText()
        place = view.visualRect(view.model().index(0, 0)).center()
        event = QHelpEvent(QHelpEvent.Type.ToolTip, place, view.viewport().mapToGlobal(place))
        QApplication.sendEvent(view.viewport(), event)
        assert "&lt;img" in QToolTip.text()
    QToolTip.hideText()


async def test_a_thousand_dropped_files_are_a_sentence(
    bench: Any, put_up: Any, tmp_path: Path, until: Until
) -> None:
    window = MainWindow(bench.services)
    await put_up(window)
    data = QMimeData()
    names = [tmp_path / f"{'long' * 40}-{n}.bin" for n in range(1_000)]
    for name in names:
        name.write_bytes(b"\0")
    data.setUrls([QUrl.fromLocalFile(str(name)) for name in names])
    window._intake.take(data)
    await until(lambda: bench.services.messages.passing)
    said = bench.services.messages.passing.text
    assert said.startswith("Not read: longlong")
    assert said.endswith("is not a text and 997 more.")
    assert len(said) <= TEXT_LENGTH


def test_a_message_keeps_its_beginning_and_its_end() -> None:
    messages = Messages()
    messages.mask_with(lambda text: text.replace("me@example.com", "A"))
    messages.say(f"It failed: me@example.com {endless('')}. Choose another folder.")
    messages.hold(Condition.DISK, endless("Full."))
    assert messages.passing is not None
    assert messages.lasting is not None
    said = messages.passing.text
    assert said.startswith("It failed: A ")
    assert said.endswith("Choose another folder.")
    assert max(len(said), len(messages.lasting.text)) <= TEXT_LENGTH


async def test_menus_are_no_wider_than_a_menu_can_be(
    bench: Any, put_up: Any, record: Any, until: Until
) -> None:
    job = await bench.add(record_of_length(record, 1, "completed"))
    window = await shown(bench, put_up, until, job)
    menu = window._filters
    menu._fill()
    model = next(each for each in menu._menu.findChildren(QMenu) if each.title() == "Model")
    model.aboutToShow.emit()
    await until(lambda: any("\t1" in action.text() for action in model.actions()))
    labels = [action.text().split("\t")[0] for action in model.actions()]
    assert max(map(len, labels)) <= wording.LABEL_LENGTH


def test_what_a_start_fails_of_is_a_sentence(qapp: Any) -> None:
    box = StartError(endless("There is no room."))
    assert len(box.informativeText()) <= READABLE


async def test_a_comparison_of_endless_prompts(record: Any) -> None:
    found = differences([parse_record(record(n, prompt="x" * 9_000 + str(n))) for n in (1, 2)])
    assert sum(len(text) for value in found[0].values for text, _ in value) < 15_000


def test_a_log_line_keeps_both_its_ends_and_no_secret() -> None:
    words = f"It failed: user:12345-abcdefghijklmnopqrstuvwx {endless('')} at last"
    line = RedactingFormatter("%(message)s").format(
        logging.LogRecord("x", logging.ERROR, __file__, 1, words, None, None)
    )
    assert line.startswith("It failed: ")
    assert line.endswith(" at last")
    assert "abcdefghijkl" not in line
    assert len(line) <= LINE_LENGTH
