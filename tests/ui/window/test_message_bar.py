from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from dreamina_desktop.services.session.messages import Condition, Messages, Remedy
from dreamina_desktop.ui.window.message_bar import MessageBar


class Window:
    """A bar with something else to focus."""

    def __init__(self, widget, bar, other):
        self.widget = widget
        self.bar = bar
        self.other = other

    def texts(self):
        return [
            label.text().replace("\u200b", "")
            for label in self.bar.findChildren(QLabel)
            if label.isVisible() and label.text()
        ]

    def buttons(self):
        return [b for b in self.bar.findChildren(QPushButton) if b.isVisible()]

    def row(self, text):
        return next(
            label.parentWidget() for label in self.bar.findChildren(QLabel) if label.text() == text
        )


@pytest.fixture
def messages():
    return Messages()


@pytest.fixture
async def window(messages, qapp, put_up):
    widget = QWidget()
    layout = QVBoxLayout(widget)
    other = QLineEdit()
    layout.addWidget(other)
    bar = MessageBar(messages)
    layout.addWidget(bar)
    await put_up(widget, 600, 300)
    other.setFocus()
    return Window(widget, bar, other)


async def test_a_passing_message_replaces_the_one_before(window, messages, until):
    messages.say("One.")
    messages.say("Two.", Remedy.UNDO)
    await until(lambda: window.texts() == ["Two."])
    assert [button.text() for button in window.buttons()] == ["Undo"]


async def test_a_condition_stays_beside_a_passing_message(window, messages, until):
    messages.hold(Condition.REFUSED, "The API refused the token.", Remedy.TOKEN)
    messages.say("Copied.")
    assert window.texts() == ["Copied.", "The API refused the token."]  # which stays where it is
    messages.dismiss()
    await until(lambda: window.texts() == ["The API refused the token."])
    messages.lift(Condition.REFUSED)
    await until(lambda: window.texts() == [])


async def test_its_button_tells_the_remedy(window, messages):
    chosen = []
    window.bar.remedy_chosen.connect(chosen.append)
    messages.say("Removed 1 job.", Remedy.UNDO)
    window.buttons()[0].click()
    assert chosen == [Remedy.UNDO]
    assert messages.passing is None


async def test_a_question_has_two_buttons(window, messages):
    chosen = []
    window.bar.remedy_chosen.connect(chosen.append)
    messages.hold(Condition.FOLDER_AWAY, "Which one?", Remedy.FOLDER, Remedy.USE_FOLDER)
    assert [button.text() for button in window.buttons()] == ["Choose folder", "Use this folder"]
    for button in window.buttons():
        button.click()
    assert chosen == [Remedy.FOLDER, Remedy.USE_FOLDER]
    messages.hold(Condition.FOLDER_AWAY, "That one?", Remedy.FOLDER)
    assert [button.text() for button in window.buttons()] == ["Choose folder"]


async def test_a_click_on_its_button_leaves_the_focus_where_it_was(window, messages, until):
    messages.say("Removed 1 job.", Remedy.UNDO)
    await until(lambda: window.bar.height() > 30)
    QTest.mouseClick(window.buttons()[0], Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is window.other


async def test_the_focus_in_a_message_that_goes_is_handed_back(window, messages):
    left = []
    window.bar.focus_left.connect(lambda: left.append(True))
    messages.say("Removed 1 job.", Remedy.UNDO)
    window.buttons()[0].setFocus()
    messages.dismiss()
    assert left == [True]


async def test_its_time_stands_still_while_it_is_read(window, messages):
    messages.say("Copied.")
    row = window.row("Copied.")
    assert row._timer.isActive()
    at = QPointF(5, 5)
    QApplication.sendEvent(row, QEnterEvent(at, at, at))
    assert not row._timer.isActive()
    QApplication.sendEvent(row, QEvent(QEvent.Type.Leave))
    assert row._timer.isActive()


async def test_its_time_stands_still_while_its_button_has_the_focus(window, messages):
    messages.say("Removed 1 job.", Remedy.UNDO)
    row = window.row("Removed 1 job.")
    window.buttons()[0].setFocus()
    assert not row._timer.isActive()
    window.other.setFocus()
    assert row._timer.isActive()


async def test_it_goes_when_its_time_is_over(window, messages):
    messages.say("Copied.")
    window.row("Copied.")._timer.timeout.emit()
    assert messages.passing is None


async def test_the_same_words_again_are_a_new_message(window, messages):
    messages.say("Copied.")
    row = window.row("Copied.")
    row._timer.stop()
    messages.say("Copied.")
    assert row._timer.isActive()


async def test_a_long_word_does_not_make_the_window_wider(window, messages):
    messages.hold(Condition.DISK, "x" * 400)
    assert window.bar.minimumSizeHint().width() < 600


async def test_it_can_be_closed(window, messages):
    messages.say("Copied.")
    close = next(
        child
        for child in window.bar.findChildren(QWidget)
        if child.accessibleName() == "Close message" and child.isVisible()
    )
    close.click()
    assert messages.passing is None


async def test_nothing_moves_while_a_button_of_the_mouse_is_held(window, messages, until):
    messages.say("Copied.")
    await until(lambda: window.texts() == ["Copied."])
    timer = window.row("Copied.")._timer
    QTest.mousePress(window.other, Qt.MouseButton.LeftButton)
    timer.timeout.emit()
    assert messages.passing is not None
    assert timer.isActive()

    QTest.mouseRelease(window.other, Qt.MouseButton.LeftButton)
    timer.timeout.emit()
    await until(lambda: window.texts() == [])
