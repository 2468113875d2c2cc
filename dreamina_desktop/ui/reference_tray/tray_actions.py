"""Images of a view into the reference tray: by key and by menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.request.models import MOST_REFERENCES
from dreamina_desktop.ui.widgets.actions import view_action


class TrayActions(QObject):
    """Tells what is wanted; the window has the tray."""

    put_requested = Signal(object, object)  # ImageKeys; a slot from 1, or None: the next free ones
    request_taken = Signal(int)  # the number of a job whose request is to be the next one's

    def __init__(self, view: QWidget, selected: Callable[[], Sequence[ImageKey]]) -> None:
        super().__init__(view)
        self._view = view
        self._selected = selected
        self._add = view_action(view, "Add to the tray", partial(self._put, None), "R")
        self._slots = [
            view_action(view, f"Slot {slot}", partial(self._put, slot), f"Alt+{slot}")
            for slot in range(1, MOST_REFERENCES + 1)
        ]
        self._take = view_action(view, "Take over its request", self._take_request, "Shift+R")

    def add_to(self, menu: QMenu) -> None:
        """Its entries, as a menu within a menu."""
        submenu = menu.addMenu("Reference tray")
        for group in ([self._add], self._slots, [self._take]):
            submenu.addActions(group)
            submenu.addSeparator()

    def _put(self, slot: int | None) -> None:
        if keys := list(self._selected()):
            self.put_requested.emit(keys, slot)

    def _take_request(self) -> None:
        if keys := list(self._selected()):
            self.request_taken.emit(keys[0].number)
