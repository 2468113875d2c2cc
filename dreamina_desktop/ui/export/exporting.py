"""Images of the gallery, and jobs of the list, to files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QWidget

from dreamina_desktop.core.jobs.collection import Collection
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.actions import view_action

if TYPE_CHECKING:
    from dreamina_desktop.ui.export.export_dialog import ExportDialog


class Exporting(QObject):
    """Offers the selected images, and all that are shown: of a search, of a collection in its own
    order."""

    def __init__(
        self,
        services: Services,
        view: QWidget,
        selected: Callable[[], Sequence[ImageKey]],
        shown: Callable[[], Sequence[ImageKey]],
        collection: Callable[[], Collection | None],
    ) -> None:
        super().__init__(view)
        self._services = services
        self._view = view
        self._selected = selected
        self._shown = shown
        self._collection = collection
        self._dialog: ExportDialog | None = None  # made when it is first wanted
        self._export = view_action(view, "Export…", self.ask)

    def add_to(self, menu: QMenu) -> None:
        menu.addAction(self._export)

    def ask(self) -> None:
        """What to export, and where to."""
        from dreamina_desktop.ui.export.export_dialog import (  # noqa: PLC0415
            ExportDialog,
            Scope,
        )

        shown, selected = self._shown(), list(self._selected())
        if not shown:
            self._services.messages.say("There are no images here to export.")
            return
        collection = self._collection()
        everything = f"The collection “{collection.name}”" if collection else "All images shown"
        scopes = [Scope(everything, shown)]
        if selected and len(selected) < len(shown):
            scopes.insert(0, Scope("Selected images", selected))
        if self._dialog is None:
            self._dialog = ExportDialog(self._services, self._view.window())
        self._dialog.ask(scopes, collection.name if collection else "")
