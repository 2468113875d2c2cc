"""One job in full."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPlainTextEdit

from dreamina_desktop.ui.details.details_pane import DetailsPane
from dreamina_desktop.ui.details.shown_job import pretty, record_fields
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest_asyncio.fixture
async def pane(bench: Any, put_up: Any) -> DetailsPane:
    services = bench.services
    pane = DetailsPane(services, Thumbnails(services.thumbnailer, services.library))
    await put_up(pane, 320, 800)
    return pane


def texts(pane: DetailsPane) -> str:
    return "\n".join(label.text() for label in pane.widget().findChildren(QLabel))


def button(pane: DetailsPane, name: str) -> QAbstractButton:
    return next(
        one
        for one in pane.widget().findChildren(QAbstractButton)
        if name in (one.accessibleName(), one.text())
    )


async def test_a_failure_has_cause_remedy_and_raw_code(
    bench: Any, pane: DetailsPane, record: Any
) -> None:
    job = await bench.add(record(1, "failed", error="fail_code: 2038", code=2038))
    pane.show_jobs([job.number])
    shown = texts(pane)
    assert "The content filter blocked it." in shown
    assert "Change the prompt" in shown
    assert "2038" in shown


async def test_a_job_without_images_says_why(bench: Any, pane: DetailsPane, record: Any) -> None:
    job = await bench.add(record(1, images=0))
    pane.show_jobs([job.number])
    assert "Completed, no image found" in texts(pane)
    assert "a form that is not known here" in texts(pane)
    video = await bench.add(record(2, images=0, type="video"))
    pane.show_jobs([video.number])
    assert "Completed video" in texts(pane)
    assert "It is a video, which is not saved here." in texts(pane)


async def test_a_job_that_is_not_in_memory_is_shown_when_it_is_read(
    bench: Any, pane: DetailsPane, record: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window does not wait for the disk."""
    jobs = [await bench.add(record(second, prompt=f"prompt {second}")) for second in (1, 2)]
    library = bench.services.library
    library._kept.clear()
    monkeypatch.setattr(library._index, "job", lambda _: pytest.fail("it waited"))
    pane.show_jobs([jobs[0].number])
    pane.show_jobs([jobs[1].number])
    await until(lambda: "prompt 2" in texts(pane))
    assert "prompt 1" not in texts(pane)
    library._kept.clear()
    pane.show_jobs([job.number for job in jobs])
    await until(lambda: "2 jobs" in texts(pane))


async def test_an_unknown_code_is_shown_raw(bench: Any, pane: DetailsPane, record: Any) -> None:
    job = await bench.add(record(1, "failed", error="fail_code: 31337", code=31337))
    pane.show_jobs([job.number])
    assert "31337" in texts(pane)


async def test_a_wrong_clock_does_not_make_a_job_run_for_days(
    bench: Any, pane: DetailsPane, record: Any
) -> None:
    bench.services.server_clock.heard(bench.clock.now)
    job = await bench.add(record(30, "created"))
    before = bench.clock.time
    bench.clock.time = lambda: before() + 2 * 86400
    pane.show_jobs([job.number])
    assert "Running for 42 s" in texts(pane)


async def test_unknown_fields_of_the_record_are_shown(
    bench: Any, pane: DetailsPane, record: Any, until: Until
) -> None:
    job = await bench.add(record(1, shinyNewField="a value"))
    pane.show_jobs([job.number])
    await until(lambda: "shinyNewField" in texts(pane))
    assert "a value" in texts(pane)


async def test_no_label_shows_an_address_but_what_is_copied_has_it(
    bench: Any, pane: DetailsPane, record: Any, until: Until
) -> None:
    job = await bench.add(record(1))
    pane.show_jobs([job.number])
    await until(lambda: any("raw JSON" in b.text() for b in pane.findChildren(QAbstractButton)))
    assert "@" not in texts(pane)
    button(pane, "Copy job ID").click()
    assert QGuiApplication.clipboard().text() == job.jobid


async def test_a_reference_is_copied_and_what_is_to_be_known_of_it_said_once(
    bench: Any, pane: DetailsPane, record: Any
) -> None:
    job = await bench.add(record(1))
    pane.show_jobs([job.number])
    button(pane, "Copy reference 1-2").click()
    assert QGuiApplication.clipboard().text() == job.images[1].entry.asset_ref
    known = "It works only with your own API account, and holds its e-mail address."
    assert bench.services.messages.passing.text == f"Copied 1 reference (1-2). {known}"
    button(pane, "Copy reference 1-1").click()
    assert bench.services.messages.passing.text == "Copied 1 reference (1-1)."


async def test_the_raw_record_is_copied_as_it_came(
    bench: Any, pane: DetailsPane, record: Any, until: Until
) -> None:
    job = await bench.add(record(1))
    pane.show_jobs([job.number])
    await until(lambda: any("raw JSON" in b.text() for b in pane.findChildren(QAbstractButton)))
    raw = await bench.services.library.raw_record(job.number)
    button(pane, "Copy raw JSON").click()
    assert QGuiApplication.clipboard().text() == raw.decode()
    button(pane, "Raw JSON").click()
    await until(lambda: pane.widget().findChildren(QPlainTextEdit))
    (text,) = pane.widget().findChildren(QPlainTextEdit)
    assert text.isReadOnly()
    assert job.jobid in text.toPlainText()


async def test_several_jobs_are_summed_up(bench: Any, pane: DetailsPane, record: Any) -> None:
    one = await bench.add(record(1))
    two = await bench.add(record(2, "failed", error="fail_code: 2057", code=2057))
    pane.show_jobs([one.number, two.number])
    shown = texts(pane)
    assert "2 jobs" in shown
    assert "1 completed" in shown
    assert "1 processing error" in shown


async def test_a_check_that_changes_nothing_leaves_the_page_alone(
    bench: Any, pane: DetailsPane, record: Any
) -> None:
    job = await bench.add(record(1, "created"))
    pane.show_jobs([job.number])
    await asyncio.sleep(0.2)
    page = pane.widget()
    bench.services.library.note_asked(job.number, bench.clock.time())
    await asyncio.sleep(0.2)
    assert pane.widget() is page


async def test_the_focused_button_stays_focused_when_the_job_changes(
    bench: Any, pane: DetailsPane, record: Any, until: Until
) -> None:
    job = await bench.add(record(1, "created"))
    pane.show_jobs([job.number])
    await until(lambda: any("raw JSON" in b.text() for b in pane.findChildren(QAbstractButton)))
    button(pane, "Copy job ID").setFocus()
    await bench.services.library.change(job.number, lambda job: replace(job, note="A note."))
    await until(lambda: "A note." in texts(pane))
    assert button(pane, "Copy job ID").hasFocus()


async def test_a_record_of_countless_fields_is_shown_in_part_and_copied_whole(
    bench: Any, pane: DetailsPane, record: Any, until: Until
) -> None:
    many = {f"field{number}": "x" * 5000 for number in range(500)}
    job = await bench.add(record(1, **many))
    pane.show_jobs([job.number])
    await until(lambda: "more fields in the raw JSON" in texts(pane))
    assert len(pane.widget().findChildren(QLabel)) < 200
    assert len(texts(pane)) < 200_000
    button(pane, "Copy raw JSON").click()
    assert "field499" in QGuiApplication.clipboard().text()


def test_fields_are_flattened_with_their_names() -> None:
    raw = b'{"jobid": "x", "request": {"ratio": "16:9", "n": 2}, "list": [true]}'
    assert record_fields(raw) == [("request.ratio", "16:9"), ("request.n", "2"), ("list.0", "true")]


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert record_fields(b"<html>") == []
    assert pretty(b"<html>") == "<html>"


def label_of(pane: DetailsPane) -> QLineEdit:
    return pane.widget().findChild(QLineEdit)


async def test_a_label_is_written_in_its_place_and_can_be_taken_back(
    bench: Any, pane: DetailsPane, record: Any, until: Until
) -> None:
    job = await bench.add(record(1, request={"replyRef": "order 7"}))
    library = bench.services.library
    pane.show_jobs([job.number])
    assert label_of(pane).text() == "order 7"
    label_of(pane).setText("  hero shot ")
    QTest.keyClick(label_of(pane), Qt.Key.Key_Return)
    await until(lambda: library.job(job.number).label == "hero shot")
    await until(lambda: label_of(pane).text() == "hero shot")
    await bench.services.undo.undo()
    await until(lambda: label_of(pane).text() == "order 7")


async def test_escape_gives_up_what_was_written_as_a_label(
    bench: Any, pane: DetailsPane, record: Any
) -> None:
    job = await bench.add(record(1, request={"replyRef": "order 7"}))
    pane.show_jobs([job.number])
    label_of(pane).setFocus()
    QTest.keyClicks(label_of(pane), "p5")
    QTest.keyClick(label_of(pane), Qt.Key.Key_Escape)
    assert label_of(pane).text() == "order 7"
    assert not label_of(pane).hasFocus()
    assert bench.services.library.job(job.number).given_label is None


async def test_a_job_that_changes_meanwhile_leaves_what_is_being_written(
    bench: Any, pane: DetailsPane, record: Any, until: Until
) -> None:
    job = await bench.add(record(1))
    pane.show_jobs([job.number])
    before = label_of(pane)
    before.setFocus()
    QTest.keyClicks(before, "hero")
    await bench.services.library.change(job.number, lambda j: replace(j, note="Another note."))
    await until(lambda: "Another note." in texts(pane))
    assert (label_of(pane).text(), label_of(pane).hasFocus()) == ("hero", True)
    assert bench.services.library.job(job.number).given_label is None
    QTest.keyClick(label_of(pane), Qt.Key.Key_Return)
    await until(lambda: bench.services.library.job(job.number).given_label == "hero")
