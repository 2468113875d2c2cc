"""What the buttons beside messages do; a pause says what it costs, wherever it is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QFileInfo, QUrl
from PySide6.QtGui import QDesktopServices

from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.ui.jobs.jobs_pane import JobsPane
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.window.expiring import paused_words
from dreamina_desktop.ui.window.settings.diagnostics_section import copy_diagnostics

if TYPE_CHECKING:
    from dreamina_desktop.ui.window.settings.settings_dialog import SettingsDialog


class Pausing:
    """Checking and saving together; kept for the next start."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def toggle(self) -> None:
        if self._services.poller.paused:
            self.resume()
        else:
            self.pause()

    def pause(self) -> None:
        services = self._services
        unfinished = services.background.unfinished()
        services.poller.pause()
        services.downloader.pause()
        services.preferences.paused = True
        services.deadlines.stop_waiting()
        words = paused_words(services.deadlines.status, unfinished, services.server_clock.time())
        services.messages.say(words, Remedy.RESUME if unfinished else None)

    def resume(self) -> None:
        self._services.poller.resume()
        self._services.downloader.resume()
        self._services.preferences.paused = False
        self._services.messages.say("Checking and saving go on.")


class Remedies:
    """Some have a key or a button of their own, too."""

    def __init__(
        self,
        services: Services,
        jobs: JobsPane,
        pausing: Pausing,
        settings: Callable[[], SettingsDialog],
        try_demo: Callable[[], object],
    ) -> None:
        self._services = services
        self._jobs = jobs
        self._pausing = pausing
        self._settings = settings
        self._try_demo = try_demo

    def apply(self, remedy: Remedy) -> None:
        """The button with this label was pressed."""
        remedies: dict[Remedy, Callable[[], object]] = {
            Remedy.UNDO: self.undo,
            Remedy.TOKEN: lambda: self._settings().show_token(),
            Remedy.FOLDER: lambda: self._settings().show_folder(),
            Remedy.USE_FOLDER: self._use_folder,
            Remedy.FETCH_MISSING: self._fetch_missing,
            Remedy.RESUME: self._pausing.resume,
            Remedy.CHECK_NOW: self.refresh_now,
            Remedy.TRY_DEMO: self._try_demo,
            Remedy.COPY_DIAGNOSTICS: self.copy_diagnostics,
            Remedy.READ: self._services.rescue_notice.was_read,
            Remedy.STOP: self._stop,
            Remedy.SHOW_EXPORT: self._show_export,
        }
        remedies[remedy]()

    def undo(self) -> None:
        """The last step; what comes back is selected."""
        self._services.supervisor.spawn(self._undo_and_say(), "undo")

    async def _undo_and_say(self) -> None:
        before = set(self._jobs.order())
        try:
            label = await self._services.undo.undo()
        except OSError as error:
            self._services.messages.say(f"It could not be undone. {error}")
        else:
            words = f"Undone: {label}." if label else "There is nothing to undo."
            self._services.messages.say(words)
            self._jobs.select_new(before)

    def refresh_now(self) -> None:
        """Ask for all running jobs at once."""
        if self._services.poller.paused:
            self._services.messages.say("Checking is paused.", Remedy.RESUME)
        elif not self._services.poller.refresh_now():
            self._services.messages.say("That was done less than 5 seconds ago.")

    def fetch_expiring(self) -> None:
        """Now, what can soon be fetched no more."""
        if self._services.poller.paused:
            self._services.messages.say("Nothing is fetched while it is paused.", Remedy.RESUME)
            return
        deadlines = self._services.deadlines
        self._services.downloader.retry(deadlines.images())
        self._services.poller.check_now(deadlines.jobs())
        self._services.messages.say("Fetching what expires soon.")

    def _use_folder(self) -> None:
        self._services.supervisor.spawn(
            self._asked(self._services.missing_files.use_folder()), "use folder"
        )

    def _fetch_missing(self) -> None:
        self._services.supervisor.spawn(
            self._asked(self._services.missing_files.fetch()), "fetch missing"
        )

    async def _asked(self, answer: Awaitable[None]) -> None:
        """The user has answered a question about the folder for images."""
        try:
            await answer
        except OSError as error:
            self._services.messages.say(f"That could not be done. {error}")

    def copy_diagnostics(self) -> None:
        """And say that it was done."""

        async def copy_and_say() -> None:
            self._services.messages.say(await copy_diagnostics(self._services))

        self._services.supervisor.spawn(copy_and_say(), "copy diagnostics")

    def _stop(self) -> None:
        """What the shown message tells of."""
        if self._services.recheck.is_going_on:
            self._services.recheck.stop()
        else:
            self._services.long_work.stop()

    def _show_export(self) -> None:
        """Where the last one went."""
        place = QFileInfo(self._services.exporter.last_place)
        folder = place.filePath() if place.isDir() else place.path()
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(folder)):
            self._services.messages.say(f"The folder could not be opened: {folder}")
