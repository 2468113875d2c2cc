"""The window: puts the panes side by side and passes on what happens in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.services.messages import Remedy
from dreamina_desktop.services.tracker import Tracked
from dreamina_desktop.ui import icons, theme
from dreamina_desktop.ui.details.details_pane import DetailsPane
from dreamina_desktop.ui.gallery.gallery_pane import GalleryPane
from dreamina_desktop.ui.jobs.jobs_pane import JobsPane
from dreamina_desktop.ui.palette import colors
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.thumbnails import Thumbnails
from dreamina_desktop.ui.viewer.viewer import Viewer
from dreamina_desktop.ui.window.id_field import IdField
from dreamina_desktop.ui.window.incoming import TextReader, editable_has_focus
from dreamina_desktop.ui.window.message_bar import MessageBar
from dreamina_desktop.ui.window.settings_dialog import SettingsDialog
from dreamina_desktop.ui.window.shortcuts_dialog import ShortcutsDialog
from dreamina_desktop.ui.window.status_bar import StatusBar

JOBS_WIDTH = 320
DETAILS_WIDTH = 300
WITHOUT_DETAILS_BELOW = 900  # logical pixels of the window's width
ONE_PANE_BELOW = 700
STATE = "window"


class MainWindow(QMainWindow):
    """`closed`: the user is done. Everything it shows comes from the services."""

    closed = Signal()
    demo_requested = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._details_wanted = True
        self._settings: SettingsDialog | None = None
        self.setWindowTitle("Dreamina Desktop — Demo" if services.demo else "Dreamina Desktop")
        self.setMinimumSize(420, 360)
        self.resize(1280, 800)
        self.setAcceptDrops(True)
        thumbnails = Thumbnails(services.thumbnailer, services.library, self)
        self._field = IdField(services)
        self._jobs = JobsPane(services, thumbnails)
        self._gallery = GalleryPane(services, thumbnails)
        self._details = DetailsPane(services, thumbnails)
        self._messages = MessageBar(services.messages)
        self._status = StatusBar(services)
        self._reader = TextReader(self)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._settings_button = self._top_button("settings", "Settings", self.open_settings)
        self._details_button = self._top_button("details", "Details", self._toggle_details)
        self._swap_button = self._top_button("image", "Jobs or images", self._swap)
        self._lay_out()
        self._viewer = Viewer(services, self, thumbnails)
        self._connect()
        self._add_actions()
        self._restore()
        self._show_selection()
        self._jobs.view.setFocus()

    # -- what the program asks --------------------------------------------------------------

    def show_tracked(self, tracked: Tracked) -> None:
        """Select and scroll to what was known; new ones come on top of the list."""
        known = (*tracked.known, *tracked.restored)
        if known:
            self._jobs.select(known)
        elif tracked.new:
            self._jobs.clear_selection()
            QTimer.singleShot(0, self._jobs.scroll_to_top)
        came = bool(tracked.new or tracked.restored)
        self._services.messages.say(
            self._services.accounts.masked(tracked.text), Remedy.UNDO if came else None
        )

    def come_to_front(self) -> None:
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def settled(self) -> bool:
        """Whether everything that is visible shows its picture."""
        return self._gallery.settled() and self._jobs.view.settled()

    def show_first_image(self) -> None:
        """Make the first image the current one, so that the details have something to show."""
        if order := self._gallery.order():
            self._gallery.select_key(order[0])

    def open_settings(self) -> None:
        self._settings_dialog().open()

    # -- building ---------------------------------------------------------------------------

    def _top_button(self, icon: str, name: str, work: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setProperty("icon_name", icon)
        button.setIcon(icons.icon(icon, colors().text))
        button.clicked.connect(work)
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(16, 12, 12, 12)
        top.setSpacing(8)
        top.addWidget(self._field, 1)
        for button in (self._swap_button, self._details_button, self._settings_button):
            top.addWidget(button)
        for pane in (self._jobs, self._gallery, self._details):
            self._splitter.addWidget(pane)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setCollapsible(1, False)
        self._splitter.setHandleWidth(1)
        self._jobs.setMinimumWidth(220)
        self._gallery.setMinimumWidth(240)
        self._details.setMinimumWidth(220)
        self._splitter.setSizes([JOBS_WIDTH, 10_000, DETAILS_WIDTH])
        line = QFrame()
        line.setProperty("role", "line")
        line.setFixedHeight(1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(line)
        column.addWidget(self._splitter, 1)
        column.addWidget(self._messages)
        column.addWidget(self._status)
        self.setCentralWidget(whole)

    def _connect(self) -> None:
        self._field.submitted.connect(self._track_from_field)
        self._field.anyway.connect(self._track_anyway)
        self._jobs.selection_changed.connect(self._show_selection)
        self._jobs.order_changed.connect(self._show_selection)
        self._jobs.activated.connect(lambda _: self._gallery.view.setFocus())
        self._jobs.demo_requested.connect(self.demo_requested)
        self._gallery.current_changed.connect(self._details.show_image)
        self._gallery.open_requested.connect(self._open_image)
        self._viewer.closed.connect(self._on_viewer_closed)
        self._messages.remedy_chosen.connect(self._apply_remedy)
        self._status.pause_chosen.connect(self._toggle_pause)
        self._status.refresh_chosen.connect(self._refresh_now)
        self._reader.read.connect(self._track)
        self._reader.failed.connect(self._services.messages.say)

    def _add_actions(self) -> None:
        for name, keys, work in (
            ("Go to the jobs", "Ctrl+1", lambda: self._focus(self._jobs.view)),
            ("Go to the images", "Ctrl+2", lambda: self._focus(self._gallery.view)),
            ("Go to the field for IDs", "Ctrl+L", lambda: self._focus(self._field.edit)),
            ("Refresh now", "F5", self._refresh_now),
            ("Undo", QKeySequence.StandardKey.Undo, self._undo),
            ("Paste and track", QKeySequence.StandardKey.Paste, self._paste),
            ("Details", "Ctrl+I", self._toggle_details),
            ("Settings", "Ctrl+,", self.open_settings),
            ("Shortcuts", "F1", lambda: ShortcutsDialog(self).open()),
            ("Quit", "Ctrl+Q", self.close),
        ):
            action = QAction(name, self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _=False, work=work: work())
            self.addAction(action)

    # -- what the user does -----------------------------------------------------------------

    def _focus(self, widget: QWidget) -> None:
        if self._viewer.is_open():
            self._viewer.close_viewer()
        if self.width() < ONE_PANE_BELOW and widget is not self._field.edit:
            self._show_one(widget is self._gallery.view)
        widget.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _track(self, text: str) -> None:
        self._services.supervisor.spawn(self._track_and_show(text), "track")

    async def _track_and_show(self, text: str) -> None:
        try:
            self.show_tracked(await self._services.tracker.track(text))
        except OSError as error:
            self._services.messages.say(f"Nothing was tracked. {error}")

    def _track_from_field(self, text: str) -> None:
        self._services.supervisor.spawn(self._track_field(text), "track")

    async def _track_field(self, text: str) -> None:
        """The field is emptied when its IDs are safe."""
        try:
            tracked = await self._services.tracker.track(text)
        except OSError as error:
            self._services.messages.say(f"Nothing was tracked. {error}")
            return
        self.show_tracked(tracked)
        if tracked.new or tracked.known or tracked.restored:
            self._field.clear()

    def _track_anyway(self, word: str) -> None:
        async def track() -> None:
            self.show_tracked(await self._services.tracker.track_anyway(word))
            self._field.clear()

        self._services.supervisor.spawn(track(), "track anyway")

    def _paste(self) -> None:
        if editable_has_focus():
            return
        if not self._reader.take(QGuiApplication.clipboard().mimeData()):
            self._services.messages.say("There is no text on the clipboard.")

    def _undo(self) -> None:
        if not editable_has_focus():
            self._services.supervisor.spawn(self._undo_and_say(), "undo")

    async def _undo_and_say(self) -> None:
        label = await self._services.undo.undo()
        self._services.messages.say(f"Undone: {label}." if label else "There is nothing to undo.")

    def _refresh_now(self) -> None:
        if not self._services.poller.refresh_now():
            self._services.messages.say("That was done less than 5 seconds ago.")

    def _toggle_pause(self) -> None:
        pausing = not self._services.poller.paused
        for service in (self._services.poller, self._services.downloader):
            if pausing:
                service.pause()
            else:
                service.resume()
        self._services.preferences.paused = pausing

    def _apply_remedy(self, remedy: Remedy) -> None:
        remedies: dict[Remedy, Callable[[], object]] = {
            Remedy.UNDO: self._undo,
            Remedy.TOKEN: lambda: self._settings_dialog().show_token(),
            Remedy.FOLDER: lambda: self._settings_dialog().show_folder(),
            Remedy.RESUME: self._toggle_pause,
            Remedy.CHECK_NOW: self._refresh_now,
            Remedy.TRY_DEMO: self.demo_requested.emit,
        }
        remedies[remedy]()

    def _settings_dialog(self) -> SettingsDialog:
        dialog = SettingsDialog(self._services, self)
        dialog.theme_chosen.connect(self._set_theme)
        self._settings = dialog
        return dialog

    def _set_theme(self, name: str) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, name)
        for button in (self._swap_button, self._details_button, self._settings_button):
            button.setIcon(icons.icon(str(button.property("icon_name")), colors().text))
        self._status.refresh()

    # -- panes ------------------------------------------------------------------------------

    def _show_selection(self) -> None:
        selected = self._jobs.selected()
        self._gallery.show_jobs(selected or self._jobs.order(), bool(selected))
        self._details.show_jobs(selected)

    def _open_image(self, key: ImageKey) -> None:
        self._viewer.open_image(key, self._gallery.order())

    def _on_viewer_closed(self, key: ImageKey | None) -> None:
        if key is not None:
            self._gallery.select_key(key)
        self._gallery.view.setFocus()

    def _toggle_details(self) -> None:
        self._details_wanted = not self._details.isVisible()
        self._details.setVisible(self._details_wanted)

    def _swap(self) -> None:
        self._show_one(not self._gallery.isVisible())

    def _show_one(self, gallery: bool) -> None:
        self._gallery.setVisible(gallery)
        self._jobs.setVisible(not gallery)

    def _fit_panes(self) -> None:
        """In a narrow window the panes take turns."""
        width = self.width()
        one = width < ONE_PANE_BELOW
        self._swap_button.setVisible(one)
        self._details_button.setVisible(not one)
        self._details.setVisible(self._details_wanted and width >= WITHOUT_DETAILS_BELOW)
        if not one:
            self._gallery.show()
            self._jobs.show()
        elif self._gallery.isVisible() and self._jobs.isVisible():
            self._show_one(self._gallery.view.hasFocus())

    # -- Qt ---------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        before = event.oldSize().width()
        now = event.size().width()
        edges = (ONE_PANE_BELOW, WITHOUT_DETAILS_BELOW)
        if before < 0 or any((before < edge) != (now < edge) for edge in edges):
            self._fit_panes()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._services.preferences.set(STATE, self._state())
        event.accept()
        self.closed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasText() or event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self._reader.take(event.mimeData()):
            event.acceptProposedAction()

    def _state(self) -> dict[str, Any]:
        return {
            "geometry": bytes(self.saveGeometry().toHex().data()).decode(),
            "splitter": self._splitter.sizes(),
            "details": self._details_wanted,
            "jobs": self._jobs.state(),
            "gallery": self._gallery.state(),
        }

    def _restore(self) -> None:
        """A state that cannot be read is the same as none."""
        state = self._services.preferences.get(STATE)
        if not isinstance(state, dict):
            return
        self.restoreGeometry(QByteArray.fromHex(str(state.get("geometry", "")).encode()))
        sizes = state.get("splitter")
        if isinstance(sizes, list) and len(sizes) == 3 and sum(sizes) > 0:
            self._splitter.setSizes([int(size) for size in sizes])
        self._details_wanted = state.get("details") is not False
        for pane, name in ((self._jobs, "jobs"), (self._gallery, "gallery")):
            inner = state.get(name)
            if isinstance(inner, dict):
                pane.restore(inner)
