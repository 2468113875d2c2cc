"""The job list with its heading, orders, filters, menu and empty state."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QItemSelectionModel, QPoint, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.search.filters import Narrowing
from dreamina_desktop.core.search.results import JobOrder, Listing, Query
from dreamina_desktop.core.search.terms import search_terms
from dreamina_desktop.core.text.dates import local_time
from dreamina_desktop.core.text.wording import batch_label
from dreamina_desktop.ui.jobs.empty_list import EmptyList
from dreamina_desktop.ui.jobs.job_actions import JobActions
from dreamina_desktop.ui.jobs.job_delegate import JobDelegate
from dreamina_desktop.ui.jobs.jobs_model import JobsModel
from dreamina_desktop.ui.jobs.jobs_view import JobsView
from dreamina_desktop.ui.search.criteria import EVERYTHING, Asked, lifts, query_of, sought_images
from dreamina_desktop.ui.search.job_order import ALL, EXPIRING, FILTERS, ORDERS
from dreamina_desktop.ui.search.wording import chips
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.row_selection import rows_of, runs, selection_of
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails

BATCHES_IN_MENU = 12


class JobsPane(QWidget):
    """What the window needs to know about the list of jobs."""

    selection_changed = Signal()
    order_changed = Signal()
    activated = Signal(int)
    demo_requested = Signal()
    search_lifted = Signal()  # what was asked for would have been hidden by it
    narrowing_changed = Signal(object)  # a Narrowing
    images_sought = Signal(object)  # the ImageKeys whose numbers were searched for; they are listed

    def __init__(
        self, services: Services, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._order = JobOrder.NEWEST
        self._asked = EVERYTHING
        self._selected_before: list[int] = []
        self._afterwards: Callable[[], None] | None = None  # the rows are up to date
        self._model = JobsModel(services, self)
        self._delegate = JobDelegate(services, thumbnails, self)
        self.view = JobsView(self._model, self._delegate, thumbnails, self)
        self._count = QLabel()
        self._count.setProperty("role", "muted")
        self._filter_button = _menu_button("Which jobs are listed")
        self._order_button = _menu_button("How jobs are sorted")
        self._empty = EmptyList(demo=services.demo)
        self._actions = JobActions(services, self.view, self.selected, self.select_batch)
        self._lay_out()
        self._empty.demo_requested.connect(self.demo_requested)
        self._empty.all_requested.connect(self.list_all)
        self._model.order_changed.connect(self._on_order_changed)
        self._model.settled.connect(self._on_settled)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.view.opened.connect(self.activated)
        self.view.customContextMenuRequested.connect(self._show_menu)
        services.deadlines.subscribe(self._on_deadlines_changed)
        services.collections.subscribe(self._on_collections_changed)
        self._on_order_changed()

    def search(self, text: str) -> None:
        """List only jobs that contain each of these words; "" lists all. Numbers of images, or
        job IDs, list exactly those."""
        self._become(replace(self._asked, search=text.strip()))
        if sought := sought_images(text, self._services):
            self.view.clearSelection()
            self._when_up_to_date(lambda: self.images_sought.emit(sought))

    def narrow(self, narrowing: Narrowing) -> None:
        """List only what this holds for."""
        self._become(replace(self._asked, narrowing=narrowing))

    @property
    def query(self) -> Query:
        """What is listed now."""
        return self._model.query

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter or a search hides jobs."""
        return self._asked.is_narrowed

    def list_all(self) -> None:
        """Lift filters and search."""
        self._become(EVERYTHING)

    def _become(self, asked: Asked) -> None:
        """Look for something else, and tell whoever shows what is looked for."""
        before, self._asked = self._asked, asked
        self._filter_button.setText(asked.filter)
        self._ask()
        if asked.narrowing != before.narrowing:
            self.narrowing_changed.emit(asked.narrowing)
        if before.search and not asked.search:
            self.search_lifted.emit()

    def order(self) -> Sequence[int]:
        """The shown jobs' numbers, in the list's order."""
        return self._model.numbers()

    def listing(self) -> Listing:
        """The same with the numbers of their images."""
        return self._model.listing()

    def selected(self) -> Sequence[int]:
        """In the list's order."""
        return self.selected_listing().numbers

    def selected_listing(self) -> Listing:
        """The same with the numbers of their images."""
        return self._model.listing_of(rows_of(self.view.selectionModel().selection()))

    def select(self, numbers: Sequence[int]) -> None:
        """Select these and scroll to the first of them."""
        self.when_listed(numbers, lambda: self._select(numbers))

    def _select(self, numbers: Sequence[int]) -> None:
        rows = sorted(row for n in numbers if (row := self._model.row(n)) is not None)
        selection = selection_of(self._model, runs(rows))
        mode = QItemSelectionModel.SelectionFlag
        if rows:
            first = self._model.index(rows[0])
            self.view.selectionModel().setCurrentIndex(first, mode.NoUpdate)
            self.view.scrollTo(first)
        self.view.selectionModel().select(selection, mode.ClearAndSelect)

    def select_batch(self, batch: int) -> None:
        self._with_batch(batch, self.select)

    def select_new(self, before: Collection[int]) -> None:
        """Select what has come back, and show it."""

        def select() -> None:
            if came := [number for number in self.order() if number not in before]:
                self.select(came)

        self._when_up_to_date(select)

    def reveal(self, numbers: Sequence[int]) -> None:
        """Select nothing, and bring the first of these into sight."""
        self.view.clearSelection()
        self.when_listed(numbers, lambda: self._scroll_to(numbers))

    def _scroll_to(self, numbers: Sequence[int]) -> None:
        rows = [row for n in numbers if (row := self._model.row(n)) is not None]
        if rows:
            self.view.scrollTo(self._model.index(min(rows)))

    def make_current(self, number: int) -> None:
        """The keys go on from this job; nothing is selected by that."""

        def make() -> None:
            if (row := self._model.row(number)) is not None:
                mode = QItemSelectionModel.SelectionFlag.NoUpdate
                self.view.selectionModel().setCurrentIndex(self._model.index(row), mode)
                self.view.scrollTo(self._model.index(row))

        self.when_listed([number], make)

    def show_expiring(self) -> None:
        """List what must be fetched soon, and select nothing."""
        self.view.clearSelection()
        self._become(Asked(EXPIRING))

    def state(self) -> dict[str, Any]:
        """JSON for `restore`."""
        return {
            "order": self._order.value,
            "filter": self._asked.filter,
            "narrowing": self._asked.narrowing.as_json(),
            "selected": list(self.selected())[:1000],
            "scroll": self.view.verticalScrollBar().value(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        for order in ORDERS:
            if order == state.get("order"):
                self._set_order(order)
        if state.get("filter") in FILTERS:
            self._set_filter(state["filter"])
        self.narrow(Narrowing.from_json(state.get("narrowing")))
        selected = [n for n in state.get("selected", []) if isinstance(n, int)]
        if selected:
            self._model.flush()
            self._select(selected)
        scroll = state.get("scroll", 0)
        self.view.scroll_to_offset(scroll if isinstance(scroll, int) else 0)

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
        over = QVBoxLayout(self.view)
        over.setContentsMargins(0, 0, 0, 0)
        over.addWidget(self._empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        self._build_menus()

    def _build_menus(self) -> None:
        orders = QMenu(self)
        group = QActionGroup(orders)
        for order, label in ORDERS.items():
            action = group.addAction(QAction(label, orders, checkable=True))
            action.triggered.connect(lambda _=False, order=order: self._set_order(order))
            action.setData(order.value)
            orders.addAction(action)
        self._order_button.setMenu(orders)
        self._order_actions = group
        filters = QMenu(self)
        filters.aboutToShow.connect(lambda: self._fill_filters(filters))
        self._filter_button.setMenu(filters)
        self._set_order(JobOrder.NEWEST)
        self._filter_button.setText(ALL)

    def _fill_filters(self, menu: QMenu) -> None:
        menu.clear()
        for name in (*FILTERS, EXPIRING):
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name == self._asked.filter)
            action.triggered.connect(lambda _=False, name=name: self._set_filter(name))
        batches = self._services.library.batches[-BATCHES_IN_MENU:]
        if batches:
            menu.addSeparator()
        now = local_time(datetime.now(UTC))
        for batch in reversed(batches):
            label = batch_label(local_time(batch.at), batch.count, now)
            inner = menu.addMenu(f"Pasted {label}")
            inner.addAction("Select its jobs").triggered.connect(
                lambda _=False, n=batch.id: self.select_batch(n)
            )
            inner.addAction("Remove its jobs").triggered.connect(
                lambda _=False, n=batch.id: self._with_batch(n, self._actions.remove)
            )

    # -- what the user does -----------------------------------------------------------------

    def _set_order(self, order: JobOrder) -> None:
        self._order = order
        self._order_button.setText(ORDERS[order])
        for action in self._order_actions.actions():
            action.setChecked(action.data() == order.value)
        self._ask()

    def _set_filter(self, name: str) -> None:
        self._become(replace(self._asked, filter=name))

    def _ask(self) -> None:
        """List what is wanted now, if it is not listed already."""
        query = query_of(self._asked, self._order, self._services)
        if query != self._model.query:
            self._delegate.show_terms(search_terms(query.text))
            self.view.viewport().update()
            self._model.set_query(query)
            if not len(self._model.numbers()):
                self._show_emptiness()  # of nothing, another reason

    def _with_batch(self, batch: int, work: Callable[[Sequence[int]], None]) -> None:
        async def find() -> None:
            listing = await self._services.library.listing_later(Query(batch=batch))
            work(listing.numbers)

        self._services.supervisor.spawn(find(), "find a paste")

    def when_listed(self, numbers: Sequence[int], work: Callable[[], None]) -> None:
        """Do it with these in the list: what was asked for must not be hidden by a filter."""

        def look() -> None:
            if any(self._model.row(number) is None for number in numbers):
                self.list_all()
                self._when_up_to_date(work)
            else:
                work()

        self._when_up_to_date(look)

    def _when_up_to_date(self, work: Callable[[], None]) -> None:
        """At once, or as soon as a large library is listed. The last wish counts."""
        self._afterwards = None
        if self._model.bring_up_to_date():
            work()
        else:
            self._afterwards = work

    def _on_settled(self) -> None:
        work, self._afterwards = self._afterwards, None
        if work is not None:
            work()

    def _on_deadlines_changed(self) -> None:
        self._ask()

    def _on_collections_changed(self) -> None:
        narrowing = self._asked.narrowing
        if self._services.collections.get(narrowing.collection) is not None:
            self._ask()
        elif narrowing.collection:
            self.narrow(narrowing.with_collection(0))  # it is gone

    def _show_menu(self, at: QPoint) -> None:
        if not self.selected():
            self.view.select_current()
        self._actions.popup(self.view.viewport().mapToGlobal(at))

    def _on_order_changed(self) -> None:
        shown = len(self._model.numbers())
        self._count.setText(f"{shown:,}" if shown else "")
        self._empty.setVisible(not shown)
        self._show_emptiness()
        self.order_changed.emit()
        if self._selected_before != list(self.selected()):  # Qt does not tell of rows that went
            self._on_selection_changed()

    def _on_selection_changed(self) -> None:
        self._selected_before = list(self.selected())
        self.selection_changed.emit()

    def _show_emptiness(self) -> None:
        asked = self._asked
        chosen = [chip.label for chip in chips(asked.narrowing, self._services)]
        self._empty.show_reason(asked.filter, asked.search, chosen)
        if not len(self._model.numbers()) and asked.is_narrowed:
            self._services.supervisor.spawn(self._suggest_lifting(asked), "what to lift")

    async def _suggest_lifting(self, asked: Asked) -> None:
        """Which one part of it hides everything."""
        helpful: list[tuple[str, Callable[[], None]]] = []
        for label, without in lifts(asked, self._services):
            query = query_of(without, self._order, self._services)
            try:
                found = len(await self._services.library.listing_later(query))
            except DatabaseError:
                return
            if found:
                words = f"Lift {label}  ({found:,})"
                helpful.append((words, partial(self._become, without)))
        if shiboken6.isValid(self) and asked == self._asked:
            self._empty.show_lifts(helpful)


def _menu_button(name: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "menu")
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button
