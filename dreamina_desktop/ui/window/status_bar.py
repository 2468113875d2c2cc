"""In words: what is going on, and when the next request is due."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from dreamina_desktop.core.job import ImageState
from dreamina_desktop.services.downloader import DownloadStatus
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.poller import Connection, PollStatus
from dreamina_desktop.ui import icons
from dreamina_desktop.ui.formats import count, roughly
from dreamina_desktop.ui.palette import colors
from dreamina_desktop.ui.services import Services

FLUSH_MS = 100
TICK_MS = 1000


class StatusBar(QWidget):
    """A line of words and the buttons *Pause* and *Refresh now*."""

    pause_chosen = Signal()
    refresh_chosen = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._saved = SavedCount(services.library)
        self._words = QLabel()
        self._words.setProperty("role", "muted")
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._demo = QLabel("Demo: nothing is kept")
        self._demo.setProperty("role", "heading")
        self._demo.setVisible(services.demo)
        self._pause = _button("Pause")
        self._pause.clicked.connect(self.pause_chosen)
        self._refresh_now = _button("Refresh now (F5)")
        self._refresh_now.setAccessibleName("Refresh now")
        self._refresh_now.clicked.connect(self.refresh_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 8, 4)
        layout.setSpacing(16)
        layout.addWidget(self._demo)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._pause)
        layout.addWidget(self._refresh_now)
        self._soon = QTimer(self, singleShot=True, interval=FLUSH_MS)
        self._soon.timeout.connect(self.refresh)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.refresh)
        self._tick.start()
        services.poller.subscribe(self._later)
        services.downloader.subscribe(self._later)
        self.refresh()

    def refresh(self) -> None:
        """Read everything anew."""
        poll = self._services.poller.status
        words = status_line(poll, self._services.downloader.status, self._saved)
        self._words.setText(words)
        self._words.setToolTip(words)
        c = colors()
        paused = self._services.poller.paused
        self._pause.setIcon(icons.icon("resume" if paused else "pause", c.text))
        self._pause.setToolTip("Resume" if paused else "Pause checking and downloads")
        self._pause.setAccessibleName("Resume" if paused else "Pause")
        self._refresh_now.setIcon(icons.icon("refresh", c.text))

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colors().surface)
        painter.fillRect(0, 0, self.width(), 1, colors().line)
        painter.end()


class SavedCount:
    """How many images are known and how many are saved; kept up to date change by change."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._by_job: dict[int, tuple[int, int]] = {}
        self.images = 0
        self.saved = 0
        for job in library.shown():
            self._count(job.number)
        library.subscribe(self._on_changed)

    def _on_changed(self, changes: ChangeSet) -> None:
        for number in changes.jobs:
            self._count(number)

    def _count(self, number: int) -> None:
        job = self._library.job(number)
        images = () if job.removed else job.images
        new = (len(images), sum(image.state is ImageState.SAVED for image in images))
        old = self._by_job.get(number, (0, 0))
        self._by_job[number] = new
        self.images += new[0] - old[0]
        self.saved += new[1] - old[1]


def status_line(poll: PollStatus, downloads: DownloadStatus, saved: SavedCount) -> str:
    """`3 running, next check in 6 s  ·  812 images, all saved here  ·  online`"""
    return "   ·   ".join((_checking(poll), _images(downloads, saved), _network(poll)))


def _checking(poll: PollStatus) -> str:
    if not poll.polling:
        return "Nothing to check"
    if poll.overdue > 20 and poll.connection is Connection.ONLINE:
        long = f", about {roughly(poll.backlog_s)}" if poll.backlog_s else ""
        return f"Checking {count(poll.overdue + poll.checking, 'job')}{long}"
    words = f"{poll.polling:,} running"
    if poll.checking:
        return f"{words}, checking now"
    if poll.next_in_s is not None:
        return f"{words}, next check in {roughly(poll.next_in_s)}"
    return f"{words}, not being checked"


def _images(downloads: DownloadStatus, saved: SavedCount) -> str:
    if not saved.images:
        return "no images yet"
    words = count(saved.images, "image")
    if downloads.disk_full:
        return f"{words}, {downloads.pending:,} not saved: the disk is full"
    if downloads.pending:
        return f"{words}, saving {downloads.pending:,}"
    if saved.saved == saved.images:
        return f"{words}, all saved here"
    return f"{words}, {saved.saved:,} saved here"


def _network(poll: PollStatus) -> str:
    words = {
        Connection.ONLINE: "online",
        Connection.OFFLINE: "no connection to the API",
        Connection.THROTTLED: "the API asked for a pause",
        Connection.REFUSED: "token refused",
        Connection.SUBSCRIPTION: "subscription needed",
        Connection.NO_TOKEN: "no token",
        Connection.PAUSED: "paused",
    }[poll.connection]
    return f"{words}, {count(poll.failing, 'job')} failing" if poll.failing else words


def _button(text: str) -> QToolButton:
    button = QToolButton()
    button.setAccessibleName(text)
    button.setToolTip(text)
    return button
