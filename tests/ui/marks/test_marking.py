"""Judging images by Lightroom's keys, in the window."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.jobs.marks import NO_MARKS, Flag, Marks
from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.ui.window.main_window import MainWindow

NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
Until = Callable[[Callable[[], object]], Awaitable[None]]
HOSTILE = "<b>x</b>\u202e\x00" + "y" * 300


@pytest_asyncio.fixture
async def window(bench: Any, put_up: Any, record: Any, until: Until) -> MainWindow:
    """With two jobs of two images, and the keys in the gallery, on the first of them: 2-1."""
    await bench.add(record(1))
    await bench.add(record(2))
    window = MainWindow(bench.services)
    await put_up(window)
    images = view(window)
    await until(lambda: len(images.order) == 4)
    images.setFocus()
    images.select_key(ImageKey(2, 0))
    return window


def view(window: MainWindow) -> Any:
    return next(w for w in window.findChildren(QWidget) if w.accessibleName() == "Images")


def field(window: MainWindow, kind: type, name: str) -> Any:
    found = view(window).findChildren(kind)
    return next(each for each in found if each.accessibleName() == name)


def press(window: MainWindow, *keys: Qt.Key, modifier: Any = NONE) -> None:
    for key in keys:
        QTest.keyClick(view(window), key, modifier)


def marks(bench: Any, job: int, image: int) -> Marks:
    found: Marks = bench.services.library.job(job).marks_of(image - 1)
    return found


async def test_keys_mark_the_current_image_and_undo_takes_each_back(
    bench: Any, window: MainWindow, until: Until
) -> None:
    press(window, Qt.Key.Key_P, Qt.Key.Key_4)
    await until(lambda: marks(bench, 2, 1) == Marks(Flag.PICKED, 4))
    press(window, Qt.Key.Key_Delete)
    await until(lambda: marks(bench, 2, 1).flag is Flag.REJECTED)
    assert not bench.services.library.job(2).removed  # it rejects, and removes nothing
    press(window, Qt.Key.Key_U, Qt.Key.Key_0)
    await until(lambda: marks(bench, 2, 1) == NO_MARKS)
    for wanted in (Marks(rating=4), Marks(Flag.REJECTED, 4), Marks(Flag.PICKED, 4)):
        press(window, Qt.Key.Key_Z, modifier=CTRL)
        await until(lambda wanted=wanted: marks(bench, 2, 1) == wanted)


async def test_several_are_marked_at_once_and_that_is_said(
    bench: Any, window: MainWindow, until: Until
) -> None:
    press(window, Qt.Key.Key_A, modifier=CTRL)
    press(window, Qt.Key.Key_X)
    messages = bench.services.messages
    await until(lambda: messages.passing)
    assert (messages.passing.text, messages.passing.remedy) == ("Rejected 4 images.", Remedy.UNDO)
    press(window, Qt.Key.Key_Z, modifier=CTRL)
    await until(lambda: marks(bench, 1, 2) == marks(bench, 2, 1) == NO_MARKS)


async def test_a_marked_tile_says_so_and_looks_otherwise(
    bench: Any, window: MainWindow, until: Until
) -> None:
    index = view(window).model().index(0, 0)
    before = view(window).grab().toImage()
    press(window, Qt.Key.Key_P, Qt.Key.Key_3)
    await until(lambda: marks(bench, 2, 1).rating)
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "2-1, saved, 64 by 36 pixels, picked, 3 stars"
    assert view(window).grab().toImage() != before
    assert "Picked · ★★★" in index.data(Qt.ItemDataRole.ToolTipRole)


async def test_tags_are_typed_and_those_in_common_can_be_taken_away(
    bench: Any, window: MainWindow, until: Until
) -> None:
    await bench.services.marking.tag([ImageKey(2, 0)], ["red boat", "night"], [])
    await bench.services.marking.tag([ImageKey(2, 1)], ["red boat", "day"], [])
    view(window).select_keys([ImageKey(2, 1)], None)
    press(window, Qt.Key.Key_T)
    await until(lambda: field(window, QLineEdit, "Tags").hasFocus())
    tags = field(window, QLineEdit, "Tags")
    assert tags.text() == "red boat, "
    tags.setText("client a, client b")
    QTest.keyClick(tags, Qt.Key.Key_Return)
    await until(lambda: marks(bench, 2, 2).tags == ("day", "client a", "client b"))
    assert marks(bench, 2, 1).tags == ("night", "client a", "client b")
    assert view(window).hasFocus()
    press(window, Qt.Key.Key_Z, modifier=CTRL)
    await until(lambda: marks(bench, 2, 1).tags == ("red boat", "night"))


async def test_letters_typed_into_a_tag_are_letters(
    bench: Any, window: MainWindow, until: Until
) -> None:
    press(window, Qt.Key.Key_T)
    await until(lambda: field(window, QLineEdit, "Tags").hasFocus())
    QTest.keyClicks(field(window, QLineEdit, "Tags"), "px5")
    QTest.keyClick(field(window, QLineEdit, "Tags"), Qt.Key.Key_Return)
    await until(lambda: marks(bench, 2, 1) == Marks(tags=("px5",)))


async def test_escape_gives_up_a_note_and_ctrl_enter_keeps_it(
    bench: Any, window: MainWindow, until: Until
) -> None:
    for kept in (False, True):
        press(window, Qt.Key.Key_N)
        await until(lambda: field(window, QPlainTextEdit, "Note").hasFocus())
        note = field(window, QPlainTextEdit, "Note")
        note.setPlainText("for the client")
        if not kept:
            QTest.keyClick(note, Qt.Key.Key_Escape)
            assert not note.isVisible()
            assert marks(bench, 2, 1) == NO_MARKS
    QTest.keyClick(note, Qt.Key.Key_Return, CTRL)
    await until(lambda: marks(bench, 2, 1).note == "for the client")


async def test_hostile_tags_and_notes_are_shown_as_text(
    bench: Any, window: MainWindow, until: Until
) -> None:
    await bench.services.marking.tag([ImageKey(2, 0)], [HOSTILE], [])
    await bench.services.marking.note([ImageKey(2, 0)], HOSTILE * 10_000)

    def shown() -> list[QLabel]:
        labels = window.findChildren(QLabel)
        return [label for label in labels if "<b>x</b>" in label.text()]

    await until(lambda: len(shown()) == 2)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in shown())
    assert all("\u202e" not in label.text() and "\0" not in label.text() for label in shown())
    assert len(marks(bench, 2, 1).note) <= 10_000
