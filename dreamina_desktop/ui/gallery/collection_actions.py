"""Images into collections, out of them, and to another place in the one that is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMenu, QWidget

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.collection import Collection
from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.ui.marks.inline_editor import TextAsker
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.actions import view_action
from dreamina_desktop.ui.wording import on_button


class Collecting(QObject):
    """Acts on the images that `selected` names; `shown`: the collection in the gallery."""

    def __init__(
        self,
        services: Services,
        view: QWidget,
        selected: Callable[[], Sequence[ImageKey]],
        shown: Callable[[], Collection | None],
        asker: TextAsker,
    ) -> None:
        super().__init__(view)
        self._services = services
        self._view = view
        self._selected = selected
        self._shown = shown
        self._asker = asker
        view_action(view, "Add to collection…", self._popup, "B")
        view_action(view, "Earlier in the collection", partial(self._step, -1), "Alt+Left")
        view_action(view, "Later in the collection", partial(self._step, 1), "Alt+Right")
        self._take_out = view_action(
            view, "Take out of the collection", self._on_take_out, "Shift+B"
        )

    def add_to(self, menu: QMenu) -> None:
        """Its entries, as a menu within a menu."""
        submenu = menu.addMenu("Collection")
        self._fill(submenu)

    def move(self, keys: Sequence[ImageKey], before: ImageKey | None) -> None:
        """By the mouse."""
        if (shown := self._shown()) is not None:
            self._do(self._services.collections.move(shown.id, keys, before))

    def _fill(self, menu: QMenu) -> None:
        for each in self._services.collections.all():
            menu.addAction(on_button(each.name), partial(self._add, each))
        menu.addSeparator()
        menu.addAction("New collection…", self._ask_name)
        shown = self._shown()
        if shown is not None:
            menu.addAction(self._take_out)
            menu.addSeparator()
            menu.addAction("Rename it…", partial(self._ask_new_name, shown))
            menu.addAction("Remove the collection", partial(self._remove, shown))
        self._add_destinations(menu.addMenu("New jobs go to"))

    def _add_destinations(self, menu: QMenu) -> None:
        collections = self._services.collections
        chosen = collections.destination
        for each in (None, *collections.all()):
            name = "No collection" if each is None else on_button(each.name)
            into = None if each is None else each.id
            action = menu.addAction(name, partial(collections.set_destination, into))
            action.setCheckable(True)
            action.setChecked((chosen.id if chosen else None) == into)

    def _popup(self) -> None:
        """By key: the same entries, at the current image."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(menu)
        menu.popup(self._view.mapToGlobal(self._view.rect().center()))
        if menu.actions():
            menu.setActiveAction(menu.actions()[0])

    def _ask_name(self) -> None:
        keys = list(self._selected())
        what = counted(len(keys), "image")
        self._asker.edit_name(f"New collection with {what}", "", partial(self._create, keys))

    def _ask_new_name(self, shown: Collection) -> None:
        rename = self._services.collections.rename
        self._asker.edit_name(
            "Rename the collection", shown.name, lambda name: self._do(rename(shown.id, name))
        )

    def _create(self, keys: Sequence[ImageKey], name: str) -> None:
        async def create() -> None:
            made = await self._services.collections.named(name)
            if made is not None:
                await self._add_later(made, keys)

        self._do(create())

    def _add(self, collection: Collection) -> None:
        self._do(self._add_later(collection, list(self._selected())))

    async def _add_later(self, collection: Collection, keys: Sequence[ImageKey]) -> None:
        added = await self._services.collections.add(collection.id, keys)
        words = f"Added {counted(added, 'image')} to “{collection.name}”."
        if not added:
            self._services.messages.say(f"“{collection.name}” has them already.")
        else:
            self._services.messages.say(words, Remedy.UNDO)

    def _on_take_out(self) -> None:
        shown, keys = self._shown(), list(self._selected())
        if shown is None:
            return

        async def take_out() -> None:
            gone = await self._services.collections.take_out(shown.id, keys)
            words = f"Took {counted(gone, 'image')} out of “{shown.name}”."
            self._services.messages.say(words, Remedy.UNDO)

        self._do(take_out())

    def _remove(self, shown: Collection) -> None:
        async def remove() -> None:
            await self._services.collections.remove(shown.id)
            words = f"Removed the collection “{shown.name}”. Its images stay."
            self._services.messages.say(words, Remedy.UNDO)

        self._do(remove())

    def _step(self, step: int) -> None:
        """One place on or back."""
        shown, keys = self._shown(), list(self._selected())
        if shown is None or not keys:
            return
        places = [shown.keys.index(key) for key in keys if key in shown.keys]
        if not places:
            return
        place = max(0, min(places) - 1) if step < 0 else max(places) + 2
        self.move(keys, shown.keys[place] if place < len(shown.keys) else None)

    def _do(self, work: Awaitable[None]) -> None:
        async def do() -> None:
            try:
                await work
            except DatabaseError as error:
                self._services.messages.say(f"Nothing was changed. {error}")

        self._services.supervisor.spawn(do(), "collections")
