"""The icon in the system's tray while the window is hidden, where there is a tray."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from dreamina_desktop.resources_folder import resources_folder
from dreamina_desktop.services.library import ChangeSet
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.window.expiring import expiring_words
from dreamina_desktop.ui.window.status_bar import still_line

FLUSH_MS = 500
TICK_MS = 30_000  # minutes pass in what it says
LATE_MS = 5000  # a tray may come so much later than what is started at login


class Tray(QObject):
    """Nothing is seen of it where there is no tray: starting the program again brings the window
    back there."""

    open_chosen = Signal()
    pause_chosen = Signal()
    quit_chosen = Signal()

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.icon: QSystemTrayIcon | None = None
        self.menu = QMenu()
        self._pause = QAction(self.menu)
        self._fill_menu()
        self._late = QTimer(self, singleShot=True, interval=LATE_MS)
        self._late.timeout.connect(lambda: self.show_icon(True))
        self._soon = QTimer(self, singleShot=True, interval=FLUSH_MS)
        self._tick = QTimer(self, interval=TICK_MS)
        for timer in (self._soon, self._tick):
            timer.timeout.connect(self.refresh)
        services.poller.subscribe(self._later)
        services.downloader.subscribe(self._later)
        services.deadlines.subscribe(self._later)
        services.library.subscribe(self._on_library_changed)

    def show_icon(self, shown: bool) -> None:
        """Keep it up to date only while it is shown."""
        self._late.stop()
        if shown:
            self._make_icon().show()
            self.refresh()
            self._tick.start()
        elif self.icon is not None:
            self._tick.stop()
            self.icon.hide()

    def show_icon_later(self) -> None:
        """At a login, when the tray has come as well."""
        self._late.start()

    def words(self) -> str:
        """What it says."""
        return self.icon.toolTip() if self.icon is not None else ""

    def refresh(self) -> None:
        """Read everything anew."""
        if self.icon is None:
            return
        services = self._services
        poll, downloads = services.poller.status, services.downloader.status
        images, saved = services.library.image_count, services.library.saved_count
        lines = (
            "Dreamina Desktop",
            still_line(poll, downloads, images, saved),
            expiring_words(services.deadlines.status, services.server_clock.time()),
        )
        self.icon.setToolTip("\n".join(line for line in lines if line))
        self._pause.setText("Resume" if services.poller.paused else "Pause")

    def _make_icon(self) -> QSystemTrayIcon:
        """Only when it is wanted: Qt asks once in a process whether there is a tray."""
        if self.icon is None:
            picture = QIcon(str(resources_folder() / "icons" / "app.svg"))
            self.icon = QSystemTrayIcon(picture, self)
            self.icon.setContextMenu(self.menu)
            self.icon.activated.connect(self._on_icon_activated)
        return self.icon

    def _fill_menu(self) -> None:
        self._pause.setText("Pause")
        self._pause.triggered.connect(lambda _=False: self._choose_pause())
        self.menu.addAction("Open", self.open_chosen.emit)
        self.menu.addAction(self._pause)
        self.menu.addSeparator()
        self.menu.addAction("Quit", self.quit_chosen.emit)

    def _choose_pause(self) -> None:
        """What a pause costs has to be said here: nobody sees the window."""
        self.pause_chosen.emit()
        said = self._services.messages.passing
        if self.icon is not None and self._services.poller.paused and said is not None:
            self.icon.showMessage("Dreamina Desktop", said.text, self.icon.icon())

    def _on_icon_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason != QSystemTrayIcon.ActivationReason.Context:
            self.open_chosen.emit()

    def _on_library_changed(self, _changes: ChangeSet) -> None:
        self._later()

    def _later(self) -> None:
        if self._tick.isActive() and not self._soon.isActive():
            self._soon.start()
