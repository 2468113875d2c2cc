"""The job list with its heading, orders, filters, menu and empty state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.core.batch_label import batch_label
from dreamina_desktop.core.job import Job, Tracking
from dreamina_desktop.services.messages import Remedy
from dreamina_desktop.ui.jobs.job_delegate import JobDelegate
from dreamina_desktop.ui.jobs.job_order import FILTERS, ORDERS
from dreamina_desktop.ui.jobs.jobs_model import JobsModel
from dreamina_desktop.ui.jobs.jobs_view import JobsView
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.thumbnails import Thumbnails

BATCHES_IN_MENU = 12


class JobsPane(QWidget):
    """What the window needs to know about the list of jobs."""

    selection_changed = Signal()
    order_changed = Signal()
    activated = Signal(int)
    demo_requested = Signal()

    def __init__(
        self, services: Services, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._order = ORDERS[0]
        self._filter = "All"
        self._model = JobsModel(services, self)
        self.view = JobsView(self._model, JobDelegate(services, thumbnails, self), thumbnails, self)
        self._count = QLabel()
        self._count.setProperty("role", "muted")
        self._filter_button = _menu_button("Which jobs are listed")
        self._order_button = _menu_button("How jobs are sorted")
        self._lay_out()
        self._add_actions()
        self._model.order_changed.connect(self._on_order_changed)
        self.view.selectionModel().selectionChanged.connect(
            lambda *_: self.selection_changed.emit()
        )
        self.view.opened.connect(self.activated)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self._on_order_changed()

    def order(self) -> Sequence[int]:
        """The shown jobs' numbers, in the list's order."""
        return self._model.numbers()

    def selected(self) -> Sequence[int]:
        """In the list's order."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedIndexes())
        return [self._model.numbers()[row] for row in rows]

    def select(self, numbers: Sequence[int]) -> None:
        """Select these and scroll to the first of them."""
        self._model.flush()
        rows = sorted(row for n in numbers if (row := self._model.row(n)) is not None)
        selection = QItemSelection()
        for row in rows:
            index = self._model.index(row)
            selection.merge(QItemSelection(index, index), QItemSelectionModel.SelectionFlag.Select)
        mode = QItemSelectionModel.SelectionFlag
        if rows:
            first = self._model.index(rows[0])
            self.view.selectionModel().setCurrentIndex(first, mode.NoUpdate)
            self.view.scrollTo(first)
        self.view.selectionModel().select(selection, mode.ClearAndSelect)

    def select_batch(self, batch: int) -> None:
        self.select([job.number for job in self._services.library.shown() if job.batch == batch])

    def clear_selection(self) -> None:
        self.view.clearSelection()

    def scroll_to_top(self) -> None:
        self._model.flush()
        self.view.scrollToTop()

    def state(self) -> dict[str, Any]:
        """JSON for `restore`."""
        return {
            "order": self._order.name,
            "selected": list(self.selected())[:1000],
            "scroll": self.view.verticalScrollBar().value(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        for order in ORDERS:
            if order.name == state.get("order"):
                self._set_order(order.name)
        selected = [n for n in state.get("selected", []) if isinstance(n, int)]
        if selected:
            self.select(selected)
        self.view.doItemsLayout()
        scroll = state.get("scroll", 0)
        self.view.verticalScrollBar().setValue(scroll if isinstance(scroll, int) else 0)

    # -- building ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        heading = QLabel("Jobs")
        heading.setProperty("role", "heading")
        top = QHBoxLayout()
        top.setContentsMargins(16, 10, 8, 10)
        top.setSpacing(8)
        top.addWidget(heading)
        top.addWidget(self._count)
        top.addStretch()
        top.addWidget(self._filter_button)
        top.addWidget(self._order_button)
        # Over the list, which keeps the focus: Ctrl+V works at once.
        over = QVBoxLayout(self.view)
        over.setContentsMargins(0, 0, 0, 0)
        self._empty = self._empty_page()
        self._nothing = QLabel("No job is like that. Choose “All” above.")
        self._nothing.setProperty("role", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._nothing.setMargin(24)
        over.addWidget(self._empty)
        over.addWidget(self._nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        self._build_menus()

    def _empty_page(self) -> QWidget:
        page = QWidget()
        text = QLabel(
            "Paste job IDs here, with Ctrl+V.\nThey look like j0302…:dreamina\n\n"
            "A log, a spreadsheet or a whole JSON answer will do."
        )
        text.setProperty("role", "muted")
        text.setWordWrap(True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        demo = QPushButton("Try the demo")
        demo.clicked.connect(self.demo_requested)
        demo.setVisible(not self._services.demo)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(16)
        layout.addStretch()
        layout.addWidget(text)
        layout.addWidget(demo, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(2)
        return page

    def _build_menus(self) -> None:
        orders = QMenu(self)
        group = QActionGroup(orders)
        for order in ORDERS:
            action = group.addAction(QAction(order.label, orders, checkable=True))
            action.triggered.connect(lambda _=False, name=order.name: self._set_order(name))
            action.setData(order.name)
            orders.addAction(action)
        self._order_button.setMenu(orders)
        self._order_actions = group
        filters = QMenu(self)
        filters.aboutToShow.connect(lambda: self._fill_filters(filters))
        self._filter_button.setMenu(filters)
        self._set_order("newest")
        self._filter_button.setText("All")

    def _fill_filters(self, menu: QMenu) -> None:
        menu.clear()
        for name in FILTERS:
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name == self._filter)
            action.triggered.connect(lambda _=False, name=name: self._set_filter(name))
        batches = self._services.library.batches[-BATCHES_IN_MENU:]
        if batches:
            menu.addSeparator()
        now = datetime.now(UTC).astimezone()
        for batch in reversed(batches):
            label = batch_label(datetime.fromtimestamp(batch.at).astimezone(), batch.count, now)
            inner = menu.addMenu(f"Pasted {label}")
            inner.addAction("Select its jobs").triggered.connect(
                lambda _=False, n=batch.id: self.select_batch(n)
            )
            inner.addAction("Remove its jobs").triggered.connect(
                lambda _=False, n=batch.id: self._remove_batch(n)
            )

    def _add_actions(self) -> None:
        self._copy = self._action(
            "Copy job IDs", QKeySequence.StandardKey.Copy, self._copy_ids, "copy"
        )
        self._remove = self._action(
            "Remove", QKeySequence.StandardKey.Delete, self._remove_selected, "trash"
        )

    def _action(self, text: str, key: QKeySequence.StandardKey, work: Any, _icon: str) -> QAction:
        action = QAction(text, self.view)
        action.setShortcut(key)
        # A shortcut of the window would steal from read-only text.
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(work)
        self.view.addAction(action)
        return action

    # -- what the user does -----------------------------------------------------------------

    def _set_order(self, name: str) -> None:
        self._order = next(order for order in ORDERS if order.name == name)
        self._order_button.setText(self._order.label)
        for action in self._order_actions.actions():
            action.setChecked(action.data() == name)
        self._model.set_order(self._order)

    def _set_filter(self, name: str) -> None:
        self._filter = name
        self._filter_button.setText(name)
        self._model.set_filter(FILTERS[name])

    def _selected_jobs(self) -> list[Job]:
        return [self._services.library.job(number) for number in self.selected()]

    def _copy_ids(self) -> None:
        jobs = self._selected_jobs()
        if jobs:
            QGuiApplication.clipboard().setText("\n".join(job.jobid for job in jobs))
            ids = "1 job ID" if len(jobs) == 1 else f"{len(jobs):,} job IDs"
            self._services.messages.say(f"Copied {ids}.")

    def _copy_prompts(self) -> None:
        prompts = [job.record.prompt for job in self._selected_jobs() if job.record]
        QGuiApplication.clipboard().setText("\n".join(prompt for prompt in prompts if prompt))
        self._services.messages.say(
            "Copied the prompt." if len(prompts) == 1 else "Copied prompts."
        )

    def _remove_selected(self) -> None:
        numbers = list(self.selected())
        if not numbers:
            return
        row = min((self._model.row(n) or 0) for n in numbers)
        self._services.supervisor.spawn(self._remove_and_say(numbers), "remove jobs")
        self.view.setCurrentIndex(self._model.index(max(0, row)))

    def _remove_batch(self, batch: int) -> None:
        jobs = [job.number for job in self._services.library.shown() if job.batch == batch]
        self._services.supervisor.spawn(self._remove_and_say(jobs), "remove batch")

    async def _remove_and_say(self, numbers: list[int]) -> None:
        await self._services.tracker.remove(numbers)
        jobs = "1 job" if len(numbers) == 1 else f"{len(numbers):,} jobs"
        self._services.messages.say(f"Removed {jobs}. The files stay where they are.", Remedy.UNDO)

    def _show_menu(self, at: QPoint) -> None:
        jobs = self._selected_jobs()
        if not jobs:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        numbers = [job.number for job in jobs]
        spawn, tracker = self._services.supervisor.spawn, self._services.tracker
        menu.addAction(self._copy)
        prompt = menu.addAction("Copy prompt", self._copy_prompts)
        prompt.setEnabled(any(job.record and job.record.prompt for job in jobs))
        menu.addSeparator()
        menu.addAction("Check now", lambda: self._services.poller.check_now(numbers))
        if any(job.tracking is Tracking.POLLING for job in jobs):
            menu.addAction("Stop checking", lambda: spawn(tracker.stop(numbers), "stop"))
        if any(job.tracking in (Tracking.STOPPED, Tracking.NOT_FOUND) for job in jobs):
            menu.addAction("Resume checking", lambda: spawn(tracker.resume(numbers), "resume"))
        batch = jobs[0].batch
        menu.addAction("Select all of this paste", lambda: self.select_batch(batch))
        menu.addSeparator()
        menu.addAction(self._remove)
        menu.popup(self.view.viewport().mapToGlobal(at))

    def _on_order_changed(self) -> None:
        shown = len(self._model.numbers())
        self._count.setText(f"{shown:,}" if shown else "")
        self._empty.setVisible(not shown and self._filter == "All")
        self._nothing.setVisible(not shown and self._filter != "All")
        self.order_changed.emit()


def _menu_button(name: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "menu")
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button
