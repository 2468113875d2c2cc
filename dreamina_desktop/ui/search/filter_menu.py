"""The menu of filters: each with its values, and how many jobs have them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.marks import MOST_STARS, Flag
from dreamina_desktop.core.search.filters import NOTHING, Facet, Narrowing
from dreamina_desktop.core.search.results import Query
from dreamina_desktop.core.text.dates import SPANS
from dreamina_desktop.services.curation.saved_searches import SavedSearch
from dreamina_desktop.ui.marks.mark_actions import FLAGS, stars
from dreamina_desktop.ui.search.wording import FACETS, LACKS, value_words
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.icon_button import IconButton
from dreamina_desktop.ui.wording import on_button

COUNTING = "Counting…"


class FilterMenu(QObject):
    """Counts when a submenu opens, of what is found at that moment."""

    narrowed = Signal(object)  # a Narrowing
    saved_chosen = Signal(object)  # a SavedSearch
    forget_chosen = Signal(str)  # the name of one
    save_requested = Signal()

    def __init__(self, services: Services, query: Callable[[], Query], parent: QWidget) -> None:
        """`query`: what is found now."""
        super().__init__(parent)
        self._services = services
        self._query = query
        self.button = IconButton("filter", "Filter", "Filter (Ctrl+Shift+F)")
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setProperty("role", "plain-menu")
        self._menu = QMenu(parent)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill)
        self.button.setMenu(self._menu)

    def popup(self) -> None:
        """By key."""
        self.button.showMenu()

    def _fill(self) -> None:
        menu, narrowing = self._menu, self._query().narrowing
        menu.clear()
        for facet in Facet:
            submenu = menu.addMenu(FACETS[facet])
            submenu.addAction(COUNTING).setEnabled(False)
            submenu.aboutToShow.connect(partial(self._count, submenu, facet))
        self._add_dates(menu.addMenu("Date"), narrowing)
        self._add_collections(menu.addMenu("Collection"), narrowing)
        menu.addSeparator()
        for flag in (Flag.PICKED, Flag.REJECTED, Flag.NONE):
            self._add(menu, FLAGS[flag], narrowing.with_flag(flag), on=flag in narrowing.flags)
        rating = menu.addMenu("Stars")
        for number in range(1, MOST_STARS + 1):
            wanted = 0 if narrowing.stars == number else number
            label = stars(number) if number == MOST_STARS else f"{stars(number)} or more"
            self._add(rating, label, narrowing.with_stars(wanted), on=narrowing.stars == number)
        for lack, label in LACKS.items():
            self._add(menu, label, narrowing.with_lack(lack), on=lack in narrowing.lacks)
        menu.addSeparator()
        self._add_saved(menu)
        lift = menu.addAction("Lift all filters", lambda: self.narrowed.emit(NOTHING))
        lift.setEnabled(bool(narrowing))

    def _add(self, menu: QMenu, label: str, narrowing: Narrowing, *, on: bool) -> QAction:
        action = menu.addAction(label)
        action.setCheckable(True)
        action.setChecked(on)
        action.triggered.connect(lambda _=False: self.narrowed.emit(narrowing))
        return action

    def _add_dates(self, menu: QMenu, narrowing: Narrowing) -> None:
        for name, label in SPANS.items():
            is_on = narrowing.date == name
            self._add(menu, label, narrowing.with_date("" if is_on else name), on=is_on)

    def _add_collections(self, menu: QMenu, narrowing: Narrowing) -> None:
        for each in self._services.collections.all():
            is_on = narrowing.collection == each.id
            label = f"{on_button(each.name)}\t{len(each.keys):,}"
            self._add(menu, label, narrowing.with_collection(0 if is_on else each.id), on=is_on)
        if menu.isEmpty():
            menu.addAction("None yet: add images to one by B").setEnabled(False)

    def _add_saved(self, menu: QMenu) -> None:
        query = self._query()
        save = menu.addAction("Save this search…", self.save_requested.emit)
        save.setEnabled(bool(query.narrowing or query.text))
        saved = self._services.saved_searches.all()
        if not saved:
            return
        searches, forget = menu.addMenu("Saved searches"), QMenu("Forget", menu)
        for search in saved:
            label = on_button(search.name)
            searches.addAction(label, partial(self._choose, search))
            forget.addAction(label, partial(self.forget_chosen.emit, search.name))
        searches.addSeparator()
        searches.addMenu(forget)

    def _choose(self, search: SavedSearch) -> None:
        self.saved_chosen.emit(search)

    def _count(self, menu: QMenu, facet: Facet) -> None:
        self._services.supervisor.spawn(self._fill_facet(menu, facet), "count a filter")

    async def _fill_facet(self, menu: QMenu, facet: Facet) -> None:
        query = self._query()
        try:
            values = await self._services.library.facet(query, facet)
        except DatabaseError as error:
            self._services.messages.say(str(error))
            return
        if not shiboken6.isValid(menu):
            return  # the menu was opened anew meanwhile
        menu.clear()
        chosen = query.narrowing.facets.get(facet, frozenset())
        counts = dict(values) | {value: 0 for value in chosen if value not in dict(values)}
        for value, count in counts.items():
            label = on_button(value_words(facet, value, self._services))
            narrowing = query.narrowing.toggled(facet, value)
            self._add(menu, f"{label}\t{count:,}", narrowing, on=value in chosen)
        if not counts:
            menu.addAction("Nothing to choose from").setEnabled(False)
        elif menu.isVisible():
            menu.setActiveAction(menu.actions()[0])  # who came by key goes on by key
