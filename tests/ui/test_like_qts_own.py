"""Our view and Qt's own are driven through the same script: keys, clicks, rubber bands, tool tips
and what screen readers are told come out alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
)
from PySide6.QtGui import QAccessible, QAccessibleEvent, QHelpEvent, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)
from pytestqt.qtbot import QtBot

from dreamina_desktop.ui.views.geometry import Column
from dreamina_desktop.ui.views.virtual_list_view import ArithmeticView

Index = QModelIndex | QPersistentModelIndex
ROWS, HEIGHT = 60, 20
SIZE = QSize(200, 10 * HEIGHT)
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


class Rows(QAbstractListModel):
    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else ROWS

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        texts = {
            Qt.ItemDataRole.DisplayRole: f"row {index.row()}",
            Qt.ItemDataRole.AccessibleTextRole: f"this is row {index.row()}",
            Qt.ItemDataRole.ToolTipRole: f"about row {index.row()}",
        }
        return texts.get(Qt.ItemDataRole(role))


class Ours(ArithmeticView):
    def geometry_of(self) -> Column:
        return Column(self.viewport().width(), ROWS, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Nothing."""


class OfOneHeight(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(100, HEIGHT)


@dataclass(frozen=True)
class Press:
    key: Qt.Key
    modifier: Qt.KeyboardModifier = NONE


@dataclass(frozen=True)
class Click:
    y: int
    modifier: Qt.KeyboardModifier = NONE


@dataclass(frozen=True)
class Drag:
    """From one place to another, with the left button down."""

    y: int
    to: int
    modifier: Qt.KeyboardModifier = NONE


Step = Press | Click | Drag
SCRIPTS: dict[str, Sequence[Step]] = {
    "arrows": [Press(Key.Key_Down)] * 3 + [Press(Key.Key_Up), Press(Key.Key_Right)],
    "ends": [Press(Key.Key_End), Press(Key.Key_Up), Press(Key.Key_Home), Press(Key.Key_Up)],
    "pages": [Press(Key.Key_PageDown)] * 2 + [Press(Key.Key_PageUp), Press(Key.Key_PageUp)],
    "extending": [
        Click(50),
        *[Press(Key.Key_Down, SHIFT)] * 4,
        *[Press(Key.Key_Up, SHIFT)] * 6,
        Press(Key.Key_Down),
    ],
    "to the ends": [Click(90), Press(Key.Key_End, SHIFT), Press(Key.Key_Home, SHIFT)],
    "moving without selecting": [
        Click(10),
        Press(Key.Key_Down, CTRL),
        Press(Key.Key_Down, CTRL),
        Press(Key.Key_Space, CTRL),
        Press(Key.Key_Down, CTRL),
        Press(Key.Key_Space, CTRL),
        Press(Key.Key_Space, CTRL),
    ],
    "clicks": [Click(10), Click(70), Click(30, CTRL), Click(70, CTRL), Click(150, SHIFT)],
    "shift and then ctrl": [Click(30), Click(110, SHIFT), Click(70, CTRL), Click(170, SHIFT)],
    "ctrl and then shift": [Click(30, CTRL), Click(90, CTRL), Click(150, CTRL | SHIFT)],
    "everything": [Press(Key.Key_A, CTRL), Click(90, CTRL), Press(Key.Key_Down)],
    "dragging": [Drag(15, 95), Drag(155, 60), Drag(30, 70, CTRL)],
    "scrolled": [Press(Key.Key_End), Click(30), Click(130, SHIFT), Press(Key.Key_PageUp, SHIFT)],
}


def shown(view: QListView, qtbot: QtBot) -> QListView:
    qtbot.addWidget(view)
    view.setFixedSize(SIZE)
    view.setFrameShape(QListView.Shape.NoFrame)
    view.show()
    view.setFocus()
    QApplication.processEvents()
    return view


@pytest.fixture
def ours(qtbot: QtBot) -> QListView:
    view = Ours(Rows())
    view._rows.setParent(view)
    view.start()
    return shown(view, qtbot)


@pytest.fixture
def theirs(qtbot: QtBot) -> QListView:
    view = QListView()
    view.setModel(Rows(view))
    view.setItemDelegate(OfOneHeight(view))
    view.setUniformItemSizes(True)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    return shown(view, qtbot)


def do(view: QListView, step: Step) -> None:
    viewport, left = view.viewport(), Qt.MouseButton.LeftButton
    match step:
        case Press(key, modifier):
            QTest.keyClick(view, key, modifier)
        case Click(y, modifier):
            QTest.mouseClick(viewport, left, modifier, QPoint(20, y))
        case Drag(y, to, modifier):
            QTest.mousePress(viewport, left, modifier, QPoint(20, y))
            for place in (y + (to - y) // 2, to):
                QTest.mouseMove(viewport, QPoint(20, place))
            QTest.mouseRelease(viewport, left, modifier, QPoint(20, to))


def state(view: QListView) -> dict[str, object]:
    selection = view.selectionModel().selectedIndexes()
    visible = range(0, view.viewport().height(), HEIGHT)
    return {
        "current": view.currentIndex().row(),
        "selected": sorted(index.row() for index in selection),
        "rows": [view.indexAt(QPoint(20, y)).row() for y in visible],
        "scrolled": view.verticalScrollBar().value(),
        "range": view.verticalScrollBar().maximum(),
    }


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_same_script_ends_alike(name: str, ours: QListView, theirs: QListView) -> None:
    for number, step in enumerate(SCRIPTS[name]):
        for view in (ours, theirs):
            view.activateWindow()
            view.setFocus()
            do(view, step)
            QApplication.processEvents()
        assert state(ours) == state(theirs), f"after step {number}: {step}"


def test_tool_tips_are_those_of_the_row_under_the_pointer(
    ours: QListView, theirs: QListView
) -> None:
    for view in (ours, theirs):
        said = []
        for y in (30, 190):
            place = QPoint(20, y)
            QToolTip.hideText()
            event = QHelpEvent(QHelpEvent.Type.ToolTip, place, view.viewport().mapToGlobal(place))
            QApplication.sendEvent(view.viewport(), event)
            said.append(QToolTip.text())
        assert said == ["about row 1", "about row 9"]
    QToolTip.hideText()


def test_screen_readers_are_told_alike(ours: QListView, theirs: QListView) -> None:
    def told(view: QListView) -> list[object]:
        interface = QAccessible.queryAccessibleInterface(view)
        children = [interface.child(number) for number in (0, 4, ROWS - 1)]
        origin = view.viewport().mapToGlobal(QPoint())
        return [
            interface.role(),
            interface.childCount(),
            [child.text(QAccessible.Text.Name) for child in children],
            [child.role() for child in children],
            [child.rect().translated(-origin).top() for child in children[:2]],
            [child.state().selected for child in children],
        ]

    for view in (ours, theirs):
        view.selectionModel().select(
            view.model().index(4, 0), QItemSelectionModel.SelectionFlag.Select
        )
    assert told(ours) == told(theirs)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What a screen reader is told: the event, and the name of what it is about."""
    heard: list[tuple[str, str]] = []

    def hear(event: QAccessibleEvent) -> None:
        name = event.accessibleInterface().text(QAccessible.Text.Name)
        heard.append((event.type().name, name))

    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(QAccessible, "updateAccessibility", hear)
    return heard


def test_arrow_keys_say_the_name_of_the_row(ours: QListView, heard: list[tuple[str, str]]) -> None:
    do(ours, Press(Key.Key_Down))
    heard.clear()
    do(ours, Press(Key.Key_Down))
    assert sorted(heard) == [
        ("Focus", "this is row 2"),
        ("SelectionAdd", "this is row 2"),
        ("SelectionRemove", "this is row 1"),
    ]
    heard.clear()
    do(ours, Press(Key.Key_Down, CTRL))  # moves the frame alone
    assert heard == [("Focus", "this is row 3")]


def test_many_rows_are_not_told_one_by_one(ours: QListView, heard: list[tuple[str, str]]) -> None:
    ours.setAccessibleName("Rows")
    ours.selectAll()
    assert heard == [("SelectionWithin", "Rows")]


def test_the_row_is_told_when_the_keys_come_to_the_view(
    ours: QListView, heard: list[tuple[str, str]]
) -> None:
    do(ours, Press(Key.Key_End))
    ours.clearFocus()
    heard.clear()
    ours.setFocus()
    assert heard == [("Focus", f"this is row {ROWS - 1}")]
    ours.clearFocus()
    heard.clear()
    ours.setCurrentIndex(ours.model().index(3, 0))  # as the program does: the keys are elsewhere
    assert "Focus" not in [what for what, _ in heard]
