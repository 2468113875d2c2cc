"""Open images in other programs, and show where their files lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QMenu, QWidget

from dreamina_desktop.core.desktop_entry import DesktopEntry
from dreamina_desktop.core.jobs.job import ImageKey, Job
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.copy.mime import image_type
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.image_reading import file_url
from dreamina_desktop.ui.views.job_loader import images_among, with_jobs
from dreamina_desktop.ui.widgets.actions import view_action
from dreamina_desktop.ui.wording import on_button

MOST_SHOWN = 50


def show_in_folder(services: Services, files: Sequence[str]) -> None:
    """Selected in their folder, where the file manager can do that; else the folder alone."""

    async def show() -> None:
        if not await services.other_programs.show_in_folder(files[:MOST_SHOWN]):
            folder = str(Path(files[0]).parent)
            if not QDesktopServices.openUrl(file_url(folder)):
                services.messages.say(f"The folder could not be opened: {folder}")

    services.supervisor.spawn(show(), "show in folder")


MOST_OPENED = 20  # at once: some programs open a window for each


class Opening(QObject):
    """Acts on the images that `selected` names at that moment, as far as they are saved."""

    def __init__(
        self, services: Services, view: QWidget, selected: Callable[[], Sequence[ImageKey]]
    ) -> None:
        super().__init__(view)
        self._services = services
        self._view = view
        self._selected = selected
        self._made_menu: QMenu | None = None
        self._turn = 0
        self._show = view_action(view, "Show in folder", self._on_show_triggered)

    @property
    def actions(self) -> list[QAction]:
        """For a menu: the submenu of programs, and *Show in folder*."""
        return [self._menu().menuAction(), self._show]

    def _menu(self) -> QMenu:
        """Made when it is first wanted, and filled each time."""
        if self._made_menu is None:
            self._made_menu = QMenu("Open with", self._view)
            self._made_menu.aboutToShow.connect(self._fill)
        return self._made_menu

    def set_enabled(self, enabled: bool) -> None:
        for action in self.actions:
            action.setEnabled(enabled)

    def _fill(self) -> None:
        """The system's default program at once; others as soon as they are found."""
        self._menu().clear()
        self._menu().addAction("Default program", partial(self._open, None))
        self._turn += 1
        turn = self._turn
        self._with_files(
            lambda files: self._services.supervisor.spawn(
                self._add_known(turn, image_type(files[0])), "programs that open images"
            )
        )

    async def _add_known(self, turn: int, mime_type: str) -> None:
        programs = await self._services.other_programs.known_for(mime_type)
        if not programs or not shiboken6.isValid(self) or turn != self._turn:
            return
        self._menu().addSeparator()
        for program in programs:
            # An ampersand would be the mark of a key.
            name = on_button(program.name)
            self._menu().addAction(name, partial(self._open, program))

    def _open(self, program: DesktopEntry | None) -> None:
        """None: the default one."""

        def open_files(files: Sequence[str]) -> None:
            if program is not None:
                starting = self._start(program, files)
                self._services.supervisor.spawn(starting, "open with another program")
                return
            for file in files:
                if not QDesktopServices.openUrl(file_url(file)):
                    self._services.messages.say(f"Nothing here opens it: {file}")
                    return

        if len(self._selected()) > MOST_OPENED:
            chosen = counted(len(self._selected()), "image")
            self._services.messages.say(
                f"{chosen} are too many to open at once: {MOST_OPENED} at most."
            )
        else:
            self._with_files(open_files)

    async def _start(self, program: DesktopEntry, files: Sequence[str]) -> None:
        try:
            await self._services.other_programs.open_with(program, files)
        except OSError as error:
            self._services.messages.say(f"{program.name} did not open it. {error}")

    def _on_show_triggered(self) -> None:
        self._with_files(lambda files: show_in_folder(self._services, files))

    def _with_files(self, work: Callable[[Sequence[str]], object]) -> None:
        """Call `work` with the saved ones; where none is, say so."""
        keys = list(self._selected())

        def found(jobs: Sequence[Job]) -> None:
            files = [image.file for image in images_among(jobs, keys) if image.file]
            if files:
                work(files)
            elif keys:
                verb = "is" if len(keys) == 1 else "are"
                said = f"{wording.keys(keys)} {verb} not saved: there is no file to open."
                self._services.messages.say(said)

        with_jobs(self._services, (key.number for key in keys), found)
