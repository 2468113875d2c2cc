"""The line at the bottom, `3 running, next check in 6 s · 812 images, all saved here`: what is
going on, when the next request is due, pause and refresh.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from dreamina_desktop.core.text.wording import counted, skew_words
from dreamina_desktop.services.downloads.downloader import DownloadStatus
from dreamina_desktop.services.library import ChangeSet
from dreamina_desktop.services.polling.poller import Connection, PollStatus
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.icon_button import IconButton
from dreamina_desktop.ui.widgets.labels import ElidedLabel
from dreamina_desktop.ui.widgets.overrides import guarded
from dreamina_desktop.ui.window.expiring import ExpiringButtons
from dreamina_desktop.ui.wording import roughly

MANY_WAIT = 20  # jobs; above, how long they take is said instead
BETWEEN = "  ·  "
_CONNECTION = {
    Connection.ONLINE: "online",
    Connection.OFFLINE: "no connection to the API",
    Connection.DOWN: "the API does not work",
    Connection.THROTTLED: "the API asked for a pause",
    Connection.REFUSED: "token refused",
    Connection.SUBSCRIPTION: "subscription needed",
    Connection.NO_TOKEN: "no token",
    Connection.PAUSED: "paused",
    Connection.READ_ONLY: "read-only: nothing is checked",
}


def status_line(poll: PollStatus, downloads: DownloadStatus, images: int, saved: int) -> str:
    """`images` known, `saved` of them on disk."""
    saving = _saving(downloads, images, saved, paused=_is_paused(poll))
    return _joined(poll, _checking(poll), saving)


def still_line(poll: PollStatus, downloads: DownloadStatus, images: int, saved: int) -> str:
    """The same without what changes from second to second."""
    running = f"{poll.polling:,} running" if poll.polling else "Nothing to check"
    still = replace(downloads, next_in_s=None)
    saving = _saving(still, images, saved, paused=_is_paused(poll))
    return _joined(poll, running, saving)


def _joined(poll: PollStatus, *parts: str) -> str:
    """In a narrow window the end is cut: trouble goes to the front."""
    if poll.connection is Connection.ONLINE:
        return BETWEEN.join((*parts, _network(poll)))
    return BETWEEN.join((_network(poll), *parts))


def _is_paused(poll: PollStatus) -> bool:
    return poll.connection is Connection.PAUSED


def _checking(poll: PollStatus) -> str:
    if not poll.polling:
        return "Nothing to check"
    if poll.overdue > MANY_WAIT and poll.connection is Connection.ONLINE:
        long = f", about {roughly(poll.backlog_s)}" if poll.backlog_s else ""
        return f"Checking {counted(poll.overdue + poll.checking, 'job')}{long}"
    words = f"{poll.polling:,} running"
    if poll.checking:
        return f"{words}, checking now"
    if poll.next_in_s is not None:
        return f"{words}, next check in {roughly(poll.next_in_s)}"
    return f"{words}, not being checked"


def _saving(downloads: DownloadStatus, images: int, saved: int, *, paused: bool) -> str:
    if not images:
        return "no images yet"
    words = counted(images, "image")
    if downloads.folder_away and not downloads.pending:
        return f"{words}, their folder is not there"
    is_told = downloads.missing and not downloads.folder_away
    missing = f", {downloads.missing:,} not where they were saved" if is_told else ""
    if downloads.pending or downloads.disk_full:
        return f"{words}, {_pending(downloads, paused=paused)}{missing}"
    if missing:
        here = saved - downloads.missing
        return f"{words}, {here:,} saved here{missing}" if here > 0 else f"{words}{missing}"
    if saved == images:
        return f"{words}, {'all saved here' if images > 1 else 'saved here'}"
    return f"{words}, {saved:,} saved here"


def _pending(downloads: DownloadStatus, *, paused: bool) -> str:
    if downloads.folder_away:
        return f"{downloads.pending:,} not saved: their folder is not there"
    if downloads.disk_full:
        return f"{downloads.pending:,} not saved: the disk is full"
    if downloads.fetching:
        return f"saving {downloads.pending:,}"
    if downloads.next_in_s and not paused:
        return f"{downloads.pending:,} tried again in {roughly(downloads.next_in_s)}"
    return f"{downloads.pending:,} not saved yet"


def _network(poll: PollStatus) -> str:
    words = _CONNECTION[poll.connection]
    return f"{words}, {counted(poll.failing, 'job')} failing" if poll.failing else words


FLUSH_MS = 100
TICK_MS = 1000
DEMO = "Demo: nothing is kept"
NARROW = 560  # pixels; below, the demo says it shortly


@guarded
class StatusBar(QWidget):
    """Ticks only while it is seen and something is timed."""

    pause_chosen = Signal()
    refresh_chosen = Signal()
    list_expiring_chosen = Signal()
    fetch_expiring_chosen = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._words = ElidedLabel()
        self._words.setProperty("role", "muted")
        self._demo = QLabel(DEMO)
        self._demo.setToolTip(DEMO)
        self._demo.setProperty("role", "pill")
        self._demo.setVisible(services.demo)
        self._expiring = ExpiringButtons()
        self._expiring.list_chosen.connect(self.list_expiring_chosen)
        self._expiring.fetch_chosen.connect(self.fetch_expiring_chosen)
        self._pause = IconButton("pause", "Pause")
        self._refresh_now = IconButton("refresh", "Refresh now", "Refresh now (F5)")
        self._pause.clicked.connect(self.pause_chosen)
        self._refresh_now.clicked.connect(self.refresh_chosen)
        self._soon = QTimer(self, singleShot=True, interval=FLUSH_MS)
        self._soon.timeout.connect(self.refresh)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.refresh)
        self._lay_out()
        services.poller.subscribe(self._later)
        services.downloader.subscribe(self._later)
        services.deadlines.subscribe(self._later)
        services.library.subscribe(self._on_library_changed)
        self.refresh()

    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def refresh(self) -> None:
        """Read everything anew."""
        poll, downloads = self._services.poller.status, self._services.downloader.status
        images, saved = self._services.library.image_count, self._services.library.saved_count
        self._words.set_words(status_line(poll, downloads, images, saved))
        self._words.set_note(skew_words(self._services.server_clock.skew_s))
        expiring = self._services.deadlines.status
        self._expiring.show_status(expiring, self._services.server_clock.time())
        if self._services.poller.paused:
            self._pause.show_as("resume", "Resume", "Resume checking and downloads")
        else:
            self._pause.show_as("pause", "Pause", "Pause checking and downloads")
        timed = poll.next_in_s is not None or poll.backlog_s > 0 or bool(expiring)
        if timed != self._tick.isActive() or not self.isVisible():
            self._set_ticking(timed and self.isVisible())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._set_ticking(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._demo.setText(DEMO if self.width() >= NARROW else "Demo")

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), colors().surface)
            painter.fillRect(0, 0, self.width(), 1, colors().line)

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 12, 4)
        layout.setSpacing(8)
        layout.addWidget(self._demo)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._expiring)
        layout.addWidget(self._pause)
        layout.addWidget(self._refresh_now)

    def _set_ticking(self, ticks: bool) -> None:
        if ticks:
            self._tick.start()
        else:
            self._tick.stop()

    def _on_library_changed(self, _changes: ChangeSet) -> None:
        self._later()

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()
