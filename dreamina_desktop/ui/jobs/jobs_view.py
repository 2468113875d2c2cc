"""The list itself: selection, keys, and its own copy and remove."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from dreamina_desktop.core.jobs.status import runs
from dreamina_desktop.ui.jobs.job_delegate import JobDelegate, preview_keys
from dreamina_desktop.ui.jobs.jobs_model import JobsModel
from dreamina_desktop.ui.views.geometry import Column
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails
from dreamina_desktop.ui.views.virtual_list_view import ArithmeticView
from dreamina_desktop.ui.widgets.overrides import guarded, one_of_many

State = QStyle.StateFlag
TICK_MS = 1000


@guarded
class JobsView(ArithmeticView):
    """Escape clears the selection; thumbnails are wished for visible rows only."""

    opened = Signal(int)  # a job's number

    def __init__(
        self, model: JobsModel, delegate: JobDelegate, thumbnails: Thumbnails, parent: QWidget
    ) -> None:
        super().__init__(model, parent)
        self._jobs = model
        self._delegate = delegate
        self._column = Column()
        self._hovered: int | None = None  # row
        self._thumbnails = thumbnails
        self.setObjectName("plain")
        self.setAccessibleName("Jobs")
        self.setItemDelegate(delegate)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._wish = QTimer(self, singleShot=True, interval=30)
        self._wish.timeout.connect(self._want_thumbnails)
        self.start()  # before the model's signals are ours: Qt's own views hear them first
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._repaint_running)
        self._tick.start()
        self.activated.connect(self._open)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._wish_soon())
        model.dataChanged.connect(lambda *_: self._wish.start())
        model.layoutChanged.connect(lambda *_: self._wish.start())
        model.layoutAboutToBeChanged.connect(self._keep_row)
        model.layoutChanged.connect(self._go_to_neighbour)
        model.rowsAboutToBeInserted.connect(self._keep_place)
        model.rowsInserted.connect(self._restore_place)
        thumbnails.made.connect(self._on_thumbnail_made)
        self._hidden_above = 0
        self._row_before: int | None = None
        self._offset_to_restore: int | None = None

    def geometry_of(self) -> Column:
        return self._column

    def lay_out(self) -> None:
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        self._column = Column(
            self.viewport().width(),
            self._jobs.rowCount(),
            self._delegate.sizeHint(option, QModelIndex()).height(),
        )
        super().lay_out()
        self._wish_soon()

    def scroll_to_offset(self, offset: int) -> None:
        """In pixels. Before it is shown, the view does not know its height: then it is kept."""
        if not self.isVisible():
            self._offset_to_restore = offset
        self.lay_out()
        self.verticalScrollBar().setValue(offset)

    def settled(self) -> bool:
        """Whether every visible row shows its pictures."""
        jobs = [self._jobs.peek(row) for row in self.visible_rows()]
        keys = [key for job in jobs if job for key in preview_keys(job)]
        return (
            self._jobs.is_settled
            and all(jobs)
            and all(self._thumbnails.pixmap(k) or self._thumbnails.failed(k) for k in keys)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """End and the arrows need a row to start from; it is not selected by that."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._jobs.rowCount():
            no_update = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self._jobs.index(0), no_update)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            option = QStyleOptionViewItem()
            self.initViewItemOption(option)
            plain = option.state & ~(
                State.State_HasFocus | State.State_Selected | State.State_MouseOver
            )
            current = self.currentIndex().row() if self.hasFocus() else None
            down = self.verticalOffset()
            for row in self._column.rows(event.rect().top() + down, event.rect().bottom() + down):
                index = self._jobs.index(row)
                option.rect = self._column.cell(row).translated(0, -down)
                option.state = plain
                if self.selectionModel().isSelected(index):
                    option.state |= State.State_Selected
                if row == self._hovered:
                    option.state |= State.State_MouseOver
                if row == current:
                    option.state |= State.State_HasFocus
                with one_of_many(painter, "painting a row"):
                    self._delegate.paint(painter, option, index)
                if self._jobs.peek(row) is None:  # or others took its place in memory since
                    self._wish_soon()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._set_hovered(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._set_hovered(self.row_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._set_hovered(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update_row(self.currentIndex().row())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.lay_out_unless_moving()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._wish.start()
        if self._offset_to_restore is not None:
            self.scroll_to_offset(self._offset_to_restore)
            self._offset_to_restore = None

    def select_current(self) -> None:
        """The framed row, where there is one."""
        if self.currentIndex().isValid():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().select(self.currentIndex(), flags)

    def _set_hovered(self, row: int | None) -> None:
        before, self._hovered = self._hovered, row
        if row != before:
            for each in (before, row):
                self.update_row(-1 if each is None else each)

    def _wish_soon(self) -> None:
        """Not put off while scrolling goes on."""
        if not self._wish.isActive():
            self._wish.start()

    def _keep_row(self) -> None:
        """Rows are about to go: where the current one stands now, its neighbour will."""
        row = self.currentIndex().row()
        job = self._jobs.peek(row) if self.currentIndex().isValid() else None
        self._row_before = row if job is not None and job.removed else None

    def _go_to_neighbour(self) -> None:
        """The current job was removed: the one in its place is current and selected, as long as
        the keys are here."""
        row, count = self._row_before, self._jobs.rowCount()
        if row is not None and count and self.hasFocus():
            self.setCurrentIndex(self._jobs.index(min(row, count - 1)))

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            if not self.selectionModel().isSelected(index):
                self.select_current()
            self.opened.emit(self._jobs.numbers()[index.row()])

    def _want_thumbnails(self) -> None:
        """And the jobs themselves, with those of the screens below and above."""
        rows = self.visible_rows()
        numbers, size = self._jobs.numbers(), len(rows)
        visible = numbers[rows.start : rows.stop]
        below = numbers[rows.stop : rows.stop + size]
        above = numbers[max(0, rows.start - size) : rows.start]
        self._jobs.read_ahead.want([*visible, *below, *above])
        jobs = [job for row in rows if (job := self._jobs.peek(row)) is not None]
        self._thumbnails.want("jobs", [key for job in jobs for key in preview_keys(job)])

    def _on_thumbnail_made(self, key: object) -> None:
        row = self._jobs.row(getattr(key, "number", -1))
        if row is not None:
            self.update(self._jobs.index(row))

    def _repaint_running(self) -> None:
        if self.isVisible():
            for row in self.visible_rows():
                job = self._jobs.peek(row)
                if job is not None and runs(job):
                    self.update(self._jobs.index(row))

    def _keep_place(self) -> None:
        """What is read does not move when new rows come on top."""
        self._hidden_above = self.verticalScrollBar().value()

    def _restore_place(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._wish.start()
        if self._hidden_above > 0 and first == 0:
            self.lay_out()
            height = self._column.pitch * (last - first + 1)
            self.verticalScrollBar().setValue(self._hidden_above + height)
