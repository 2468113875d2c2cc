"""A QListView whose geometry is arithmetic, so that the number of rows costs nothing.

QListView lays out every item, and again at every resize; here each question about a place is
answered by a `Geometry`. Its own class stays the base because screen readers know it.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from dreamina_desktop.ui.views.geometry import Geometry, Step
from dreamina_desktop.ui.views.row_selection import Run, count_of, rows_of, selection_of
from dreamina_desktop.ui.widgets.overrides import guarded

Index = QModelIndex | QPersistentModelIndex
CursorAction = QAbstractItemView.CursorAction
ScrollHint = QAbstractItemView.ScrollHint
SelectionFlag = QItemSelectionModel.SelectionFlag

MOST_TOLD = 20  # rows that a screen reader is told of one by one when the selection changes
_STEPS = {
    CursorAction.MoveHome: Step.FIRST,
    CursorAction.MoveEnd: Step.LAST,
    CursorAction.MoveLeft: Step.LEFT,
    CursorAction.MovePrevious: Step.LEFT,
    CursorAction.MoveRight: Step.RIGHT,
    CursorAction.MoveNext: Step.RIGHT,
    CursorAction.MoveUp: Step.UP,
    CursorAction.MoveDown: Step.DOWN,
    CursorAction.MovePageUp: Step.PAGE_UP,
    CursorAction.MovePageDown: Step.PAGE_DOWN,
}


@guarded
class ArithmeticView(QListView):
    """Who inherits it says where rows lie (`geometry_of`) and paints them."""

    _moving = True  # the layout moves the scroll bar, not the user; or nothing is laid out yet

    def __init__(self, model: QAbstractListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model

    def start(self) -> None:
        """Show the model. Called at the end of the construction: Qt asks for places at once, and
        an exception in an override that Qt calls from within Python's calls ruins its memory."""
        self._moving = False
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setModel(self._rows)
        # Qt puts its layout off; until then there would be places without rows.
        for changed in (self._rows.layoutChanged, self._rows.rowsInserted, self._rows.rowsRemoved):
            changed.connect(self.lay_out_unless_moving)

    def geometry_of(self) -> Geometry:
        """Where rows lie at this moment."""
        raise NotImplementedError

    def lay_out(self) -> None:
        """Fit the scroll bar to the geometry, anew where that has changed."""
        self.fit_scroll_bar(self.verticalOffset())

    def fit_scroll_bar(self, offset: int) -> None:
        """Its range is that of the geometry, its value `offset` as far as that goes."""
        geometry, bar = self.geometry_of(), self.verticalScrollBar()
        self._moving = True
        bar.setRange(0, max(0, geometry.height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(20, geometry.pitch // 4))
        bar.setValue(offset)
        self._moving = False
        self.viewport().update()

    def visible_rows(self) -> range:
        """The rows that are at least partly on screen."""
        top = self.verticalOffset()
        return self.geometry_of().rows(top, top + self.viewport().height() - 1)

    def update_row(self, row: int) -> None:
        """Paint it again, where there is such a row."""
        if 0 <= row < self.geometry_of().count:
            self.viewport().update(self.visualRect(self._rows.index(row, 0)))

    def row_at(self, point: QPoint) -> int | None:
        """The row under a point of the viewport."""
        return self.geometry_of().row_at(point + QPoint(0, self.verticalOffset()))

    # -- Qt ---------------------------------------------------------------------------------

    def selectAll(self) -> None:
        """As one range; Qt asks the model once a row."""
        if count := self._rows.rowCount():
            everything = selection_of(self._rows, [(0, count - 1)])
            self.selectionModel().select(everything, SelectionFlag.ClearAndSelect)

    def doItemsLayout(self) -> None:
        self.lay_out_unless_moving()

    def updateGeometries(self) -> None:
        self.lay_out_unless_moving()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.lay_out_unless_moving()

    def lay_out_unless_moving(self) -> None:
        """Not while the layout itself is what Qt tells of."""
        if not self._moving:
            self.lay_out()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """What stays visible is moved; only what comes is painted."""
        self.viewport().scroll(dx, dy, self.viewport().rect())

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def visualRect(self, index: Index) -> QRect:
        geometry = self.geometry_of()
        if not index.isValid() or index.row() >= geometry.count:
            return QRect()
        return geometry.cell(index.row()).translated(0, -self.verticalOffset())

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self.row_at(point)
        return QModelIndex() if row is None else self._rows.index(row, 0)

    def scrollTo(self, index: Index, hint: ScrollHint = ScrollHint.EnsureVisible) -> None:
        if not index.isValid() or index.row() >= self.geometry_of().count:
            return
        cell = self.geometry_of().cell(index.row())
        bar, height = self.verticalScrollBar(), self.viewport().height()
        match hint:
            case ScrollHint.PositionAtTop:
                bar.setValue(cell.top())
            case ScrollHint.PositionAtBottom:
                bar.setValue(cell.bottom() + 1 - height)
            case ScrollHint.PositionAtCenter:
                bar.setValue(cell.center().y() - height // 2)
            case _ if cell.top() < bar.value() or cell.height() > height:
                bar.setValue(cell.top())
            case _ if cell.bottom() >= bar.value() + height:
                bar.setValue(cell.bottom() + 1 - height)

    def moveCursor(self, action: CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        geometry = self.geometry_of()
        if not geometry.count:
            return QModelIndex()
        current = self.currentIndex()
        if not current.isValid():
            last = action is CursorAction.MoveEnd
            return self._rows.index(geometry.count - 1 if last else 0, 0)
        # As in Qt's own views the last line of a page is the first of the next.
        lines = max(1, self.viewport().height() // geometry.pitch - 1)
        return self._rows.index(geometry.moved(current.row(), _STEPS[action], lines), 0)

    def setSelection(self, rect: QRect, command: SelectionFlag) -> None:
        """A rubber band selects what it touches; Shift selects from one row to the other."""
        if self.state() is QAbstractItemView.State.DragSelectingState:
            moved = rect.normalized().translated(0, self.verticalOffset())
            touched = self.geometry_of().rows_in(moved)
        else:
            touched = self._run_between(rect.topLeft(), rect.bottomRight())
        self.selectionModel().select(selection_of(self._rows, touched), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        visible = self.visible_rows()
        region = QRegion()
        for each in selection.toList():
            for row in range(max(each.top(), visible.start), min(each.bottom() + 1, visible.stop)):
                region += QRegion(self.visualRect(self._rows.index(row, 0)))
        return region

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Screen readers hear the row's name. Not by QListView, which laid nothing out and so
        tells of the list alone."""
        QAbstractItemView.currentChanged(self, current, previous)
        if self.hasFocus():
            self._tell_focus(current)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        QAbstractItemView.selectionChanged(self, selected, deselected)
        if QAccessible.isActive():
            self._tell_selection(selected, deselected)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._tell_focus(self.currentIndex())

    def dataChanged(
        self, top_left: Index, bottom_right: Index, roles: Iterable[int] | None = None
    ) -> None:
        """Paint what is visible of it; QListView would lay everything out again."""
        visible = self.visible_rows()
        first = max(top_left.row(), visible.start)
        for row in range(first, min(bottom_right.row() + 1, visible.stop)):
            self.update_row(row)

    def keyboardSearch(self, search: str) -> None:
        """Typing goes nowhere: Qt would look through every row."""

    def _tell_focus(self, current: Index) -> None:
        if current.isValid() and QAccessible.isActive():
            self._tell(QAccessible.Event.Focus, current.row())

    def _tell_selection(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Row by row; of very many only that the selection is another."""
        if count_of(selected) + count_of(deselected) > MOST_TOLD:
            QAccessible.updateAccessibility(
                QAccessibleEvent(self, QAccessible.Event.SelectionWithin)
            )
            return
        for row in rows_of(deselected):
            self._tell(QAccessible.Event.SelectionRemove, row)
        for row in rows_of(selected):
            self._tell(QAccessible.Event.SelectionAdd, row)

    def _tell(self, what: QAccessible.Event, row: int) -> None:
        event = QAccessibleEvent(self, what)
        event.setChild(row)
        QAccessible.updateAccessibility(event)

    def _run_between(self, one: QPoint, other: QPoint) -> list[Run]:
        down = QPoint(0, self.verticalOffset())
        if one == other or (one - other).manhattanLength() <= 2:
            row = self.row_at(one)
            return [] if row is None else [(row, row)]
        ends = [self.geometry_of().nearest(point + down) for point in (one, other)]
        rows = sorted(row for row in ends if row is not None)
        return [(rows[0], rows[-1])] if rows else []
