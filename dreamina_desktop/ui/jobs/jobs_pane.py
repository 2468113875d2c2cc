"""The job list with its heading, orders, filters, menu and empty state."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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

from dreamina_desktop.core.batch_label import batch_label
from dreamina_desktop.core.dates import span
from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.image_numbers import image_numbers
from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.core.job_id import find
from dreamina_desktop.core.listing import JobFilter, JobOrder, Listing, Query
from dreamina_desktop.core.narrowing import NOTHING, Narrowing
from dreamina_desktop.core.search_terms import folded, search_terms
from dreamina_desktop.ui.finding.words import chips
from dreamina_desktop.ui.jobs.empty_list import SHOWN, EmptyList
from dreamina_desktop.ui.jobs.job_actions import JobActions
from dreamina_desktop.ui.jobs.job_delegate import JobDelegate
from dreamina_desktop.ui.jobs.job_order import ALL, EXPIRING, FILTERS, ORDERS
from dreamina_desktop.ui.jobs.jobs_model import JobsModel
from dreamina_desktop.ui.jobs.jobs_view import JobsView
from dreamina_desktop.ui.row_selection import rows_of, runs, selection_of
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.thumbnails import Thumbnails

BATCHES_IN_MENU = 12
SHORTEST_NAME = 3  # characters: the letters that accounts have by themselves are no words
LOOKED_AT = 40  # images whose numbers were typed: of more it is believed that they are there
ID_MARK = ":dreamina"  # at the end of each job ID (inferred, docs/api.md)


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
        self._filter = ALL
        self._search = ""
        self._narrowing = NOTHING
        self._sought: tuple[ImageKey, ...] = ()  # images that were searched for by their numbers
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
        self._search = text.strip()
        self._sought = self._images_in(self._search)
        self._ask()
        if self._sought:
            self.view.clearSelection()
            self._when_up_to_date(lambda: self.images_sought.emit(self._sought))

    def narrow(self, narrowing: Narrowing) -> None:
        """List only what this holds for."""
        if narrowing != self._narrowing:
            self._narrowing = narrowing
            self.narrowing_changed.emit(narrowing)
            self._ask()

    @property
    def query(self) -> Query:
        """What is listed now."""
        return self._model.query

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter or a search hides jobs."""
        return self._filter != ALL or bool(self._search or self._narrowing)

    def list_all(self) -> None:
        """Lift filters and search."""
        self._set_filter(ALL)
        self.narrow(NOTHING)
        if self._search:
            self._search, self._sought = "", ()
            self._ask()
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
        self.list_all()
        self._set_filter(EXPIRING)

    def state(self) -> dict[str, Any]:
        """JSON for `restore`."""
        return {
            "order": self._order.value,
            "filter": self._filter,
            "narrowing": self._narrowing.as_json(),
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
        self._filter = name
        self._filter_button.setText(name)
        self._ask()

    def _ask(self) -> None:
        """List what is wanted now, if it is not listed already."""
        only = self._services.deadlines.numbers() if self._filter == EXPIRING else None
        query = self._query(self._filter, self._search, self._narrowing, only)
        if query != self._model.query:
            self._delegate.show_terms(search_terms(query.text))
            self.view.viewport().update()
            self._model.set_query(query)
            if not len(self._model.numbers()):
                self._show_emptiness()  # of nothing, another reason

    def _query(
        self, name: str, search: str, narrowing: Narrowing, only: frozenset[int] | None
    ) -> Query:
        now = datetime.fromtimestamp(self._services.clock.time()).astimezone()
        images = frozenset(self._sought) if search and self._sought else None
        if narrowing.collection:
            kept = self._services.collections.get(narrowing.collection)
            collected = frozenset(kept.keys if kept else ())
            images = collected if images is None else images & collected
        asked = None if self._sought else self._jobs_in(search)
        if asked is not None:
            only = asked if only is None else only & asked
        text = "" if self._sought or asked else search
        return Query(
            self._order,
            FILTERS.get(name, JobFilter.ALL),
            text,
            only=only,
            images=images,
            narrowing=narrowing,
            made=span(narrowing.date, now),
            names=self._named_accounts(text),
        )

    def _named_accounts(self, search: str) -> tuple[tuple[str, frozenset[str]], ...]:
        """Which words of a search are in names that accounts were given."""
        labels = self._services.accounts.all().items()
        found = []
        for term in search_terms(search):
            is_name = len(term) >= SHORTEST_NAME
            having = {each for each, label in labels if is_name and term in folded(label.name)}
            if having:
                found.append((term, frozenset(having)))
        return tuple(found)

    def _images_in(self, text: str) -> tuple[ImageKey, ...]:
        """Those of the numbers in a text that images here have. "16-9" may be a ratio, and
        "4-panel" a word."""
        library = self._services.library
        found = [key for key in image_numbers(text) if key.number <= library.last_number]
        if len(found) <= LOOKED_AT:
            found = [key for key in found if library.image(key) is not None]
        return tuple(found)

    def _jobs_in(self, text: str) -> frozenset[int] | None:
        """The jobs whose IDs stand in a text; None where it has none that is here."""
        if ID_MARK not in text:
            return None
        known = self._services.library.known(find(text).jobids)
        return frozenset(each.number for each in known.values()) or None

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
        if self._services.collections.get(self._narrowing.collection) is not None:
            self._ask()
        elif self._narrowing.collection:
            self.narrow(self._narrowing.with_collection(0))  # it is gone

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
        is_empty = not len(self._model.numbers())
        chosen = [chip.label for chip in chips(self._narrowing, self._services)]
        self._empty.show_reason(self._filter, self._search, chosen)
        if is_empty and self.is_narrowed:
            self._services.supervisor.spawn(self._suggest_lifting(), "what to lift")

    async def _suggest_lifting(self) -> None:
        """Which one filter hides everything."""
        asked = (self._filter, self._search, self._narrowing)
        lifts: list[tuple[str, Callable[[], None], Query]] = []
        name, search, narrowing = asked
        for chip in chips(narrowing, self._services):
            without = self._query(name, search, chip.without, None)
            lifts.append((chip.label, partial(self.narrow, chip.without), without))
        if search and (name != ALL or narrowing):
            without = self._query(name, "", narrowing, None)
            lifts.append((f"“{search[:SHOWN]}”", self.search_lifted.emit, without))
        if name != ALL and (search or narrowing):
            without = self._query(ALL, search, narrowing, None)
            lifts.append((name, partial(self._set_filter, ALL), without))
        helpful = []
        for label, lift, query in lifts:
            try:
                found = len(await self._services.library.listing_later(query))
            except DatabaseError:
                return
            if found:
                helpful.append((f"Lift {label}  ({found:,})", lift))
        if shiboken6.isValid(self) and asked == (self._filter, self._search, self._narrowing):
            self._empty.show_lifts(helpful)


def _menu_button(name: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "menu")
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button
