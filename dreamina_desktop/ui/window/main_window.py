"""The window: puts the panes together and passes on what happens in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.search.filters import Narrowing
from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.services.tracking.paste_run import Tracked
from dreamina_desktop.ui.details.details_pane import MOST_LISTED, DetailsPane
from dreamina_desktop.ui.gallery.gallery_pane import GalleryPane
from dreamina_desktop.ui.intake.clipboard_and_drops import has_something
from dreamina_desktop.ui.intake.drop_hint import DropHint
from dreamina_desktop.ui.intake.id_field import IdField
from dreamina_desktop.ui.intake.intake import Intake
from dreamina_desktop.ui.jobs.jobs_pane import JobsPane
from dreamina_desktop.ui.jobs.saved_search_actions import Searches
from dreamina_desktop.ui.reference_tray.tray_bar import ReferenceTrayBar
from dreamina_desktop.ui.search.filter_bar import FilterBar
from dreamina_desktop.ui.search.filter_menu import FilterMenu
from dreamina_desktop.ui.search.search_field import SearchField
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme import style
from dreamina_desktop.ui.views.job_loader import with_jobs
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails
from dreamina_desktop.ui.widgets.icon_button import IconButton
from dreamina_desktop.ui.widgets.overrides import guarded
from dreamina_desktop.ui.window.closing import Closing
from dreamina_desktop.ui.window.message_actions import Pausing, Remedies
from dreamina_desktop.ui.window.message_bar import MessageBar
from dreamina_desktop.ui.window.panes import Panes
from dreamina_desktop.ui.window.status_bar import StatusBar

if TYPE_CHECKING:
    from dreamina_desktop.ui.compare.comparison import Comparison
    from dreamina_desktop.ui.viewer.viewer import Viewer
    from dreamina_desktop.ui.window.settings.settings_dialog import SettingsDialog

LEFT_OUT = (
    "Dreamina Desktop crashed the last time. What it had saved is here; the search, selection and "
    "grouping that were shown are left out this once."
)
MOST_SELECTED = 5_000  # jobs, when they were pasted: of more only the first comes into sight
STATE = "window"  # the name of what is kept between runs
REMEMBER_MS = 20_000  # so much of the window's state a killed process loses


@guarded
class MainWindow(QMainWindow):
    """`closed`: the user is done. Everything it shows comes from the services."""

    closed = Signal()
    in_background = Signal(bool)  # whether the program goes on without its window
    demo_requested = Signal()

    def __init__(self, services: Services, *, has_crashed: bool = False) -> None:
        """`has_crashed`: the run before, perhaps by what it showed last, which is left out once."""
        super().__init__()
        self._services = services
        self.setWindowTitle("Dreamina Desktop — Demo" if services.demo else "Dreamina Desktop")
        self.setMinimumSize(480, 400)
        self.resize(1280, 800)
        self.setAcceptDrops(True)
        self._thumbnails = thumbnails = Thumbnails(services.thumbnailer, services.library, self)
        self._field = IdField(services)
        self._intake = Intake(services, self._field, self.show_tracked, self._show_found)
        self._jobs = JobsPane(services, thumbnails)
        self._gallery = GalleryPane(services, thumbnails)
        self._details = DetailsPane(services, thumbnails)
        self._panes = Panes(self._jobs, self._gallery, self._details)
        self._messages = MessageBar(services.messages)
        self._tray = ReferenceTrayBar(services, thumbnails)
        self._status = StatusBar(services)
        self._pausing = Pausing(services)
        self._closing = Closing(services, self)
        self._search = SearchField()
        self._searches = Searches(services, self._jobs, self._search)
        self._remedies = Remedies(
            services, self._jobs, self._pausing, self._settings, self.demo_requested.emit
        )
        self._filters = FilterMenu(services, lambda: self._jobs.query, self)
        self._filter_bar = FilterBar(services)
        self._details_button = IconButton("details", "Details", "Details (Ctrl+I)")
        self._details_button.setCheckable(True)
        self._settings_button = IconButton("settings", "Settings", "Settings (Ctrl+,)")
        self._lay_out()
        self._comparison: Comparison | None = None  # made when it is first wanted
        self._made_settings: SettingsDialog | None = None
        self._question: object = None  # which images the gallery was asked to show last
        self._made_viewer: Viewer | None = None
        self._drop_hint = DropHint(self)
        self._connect()
        self._add_actions()
        self._restore(leaves_out=has_crashed)
        self._filter_bar.show_destination(services.collections.destination)
        self._show_selection()
        if not self._jobs.selected():
            self._details.show_image(self._gallery.current_key())
        self._remember = QTimer(self, interval=REMEMBER_MS)
        self._remember.timeout.connect(self.remember)
        self._jobs.view.setFocus()

    # -- what the program asks --------------------------------------------------------------

    def show_tracked(self, tracked: Tracked) -> None:
        """Select and scroll to what was known; new ones come on top of the list."""
        known = (*tracked.known, *tracked.restored)
        if known and len(known) <= MOST_SELECTED:
            self._jobs.select(known)
        elif numbers := known or tracked.new:
            self._jobs.reveal(numbers if len(numbers) <= MOST_SELECTED else _ends(numbers))
        if known or tracked.new:
            self._panes.bring_to_front(gallery=False)
        came = bool(tracked.new or tracked.restored)
        self._services.messages.say(
            self._services.accounts.masked(tracked.text), Remedy.UNDO if came else None
        )

    def tell_handed_over(self, tracked: Tracked) -> None:
        """What another start of the program brought is said, and disturbs nothing: who looks at
        something looks at it still. The list of pastes takes it back."""
        words = f"Job IDs came from another start. {tracked.text}"
        if tracked.new:
            words += " To take them back, look for Pasted in the menu over the list."
        self._services.messages.say(self._services.accounts.masked(words))

    def come_to_front(self) -> None:
        """Also when it was minimized, or closed while the program went on."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.in_background.emit(False)
        self.raise_()
        self.activateWindow()

    def remember(self) -> None:
        """Keep size, selection and scroll positions for the next start."""
        self._services.preferences.set(STATE, self._state())

    def toggle_pause(self) -> None:
        """Pause checking and saving, or go on."""
        self._pausing.toggle()

    def quit(self) -> None:
        """End the program, whatever is open: the next start goes on with it."""
        self.remember()
        self.closed.emit()

    def settled(self) -> bool:
        """Whether everything that is visible shows its picture."""
        return self._gallery.settled() and self._jobs.view.settled()

    def show_first_image(self) -> None:
        """Make the first image the current one, so that the details have something to show."""
        if order := self._gallery.order():
            self._gallery.select_key(order[0])

    # -- building ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(16, 12, 12, 12)
        top.setSpacing(8)
        top.addWidget(self._field, 1)
        top.addWidget(self._search, 0, Qt.AlignmentFlag.AlignTop)
        self._search.setFixedHeight(self._field.edit.line_height())
        for button in (self._filters.button, self._details_button, self._settings_button):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            button.setFixedHeight(self._field.edit.line_height())
        line = QFrame()
        line.setProperty("role", "line")
        line.setFixedHeight(1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._filter_bar)
        column.addWidget(line)
        column.addWidget(self._panes, 1)
        column.addWidget(self._tray)
        column.addWidget(self._messages)
        column.addWidget(self._status)
        self.setCentralWidget(whole)

    def _connect(self) -> None:
        services = self._services
        self._jobs.selection_changed.connect(self._show_selection)
        self._jobs.order_changed.connect(self._show_images)
        self._jobs.activated.connect(lambda _: self._go_to_images())
        self._jobs.demo_requested.connect(self.demo_requested)
        self._gallery.current_changed.connect(self._details.show_image)
        self._gallery.selection_changed.connect(self._show_selected_images)
        self._details.references_wanted.connect(self._gallery.copy_selected_references)
        self._gallery.open_requested.connect(self._open_image)
        self._gallery.comparison_requested.connect(self._compare)
        self._gallery.tray_actions.put_requested.connect(self._tray.put)
        self._gallery.tray_actions.request_taken.connect(self._take_request)
        self._gallery.view.drag_left.connect(self._tray.offer)
        self._gallery.dragging.ended.connect(self._tray.withdraw)
        self._tray.left.connect(self._go_to_images)
        self._gallery.job_requested.connect(self._show_job)
        self._details.image_chosen.connect(self._show_image)
        self._details.prompt_chosen.connect(self._searches.find_prompt)
        self._gallery.tray_requested.connect(self._tray.toggle)
        self._gallery.all_requested.connect(self._show_all_images)
        self._search.searched.connect(self._jobs.search)
        self._search.left.connect(self._go_to_jobs)
        self._jobs.search_lifted.connect(self._search.clear)
        self._jobs.narrowing_changed.connect(self._on_narrowing_changed)
        self._jobs.images_sought.connect(self._gallery.select_keys)
        self._filters.narrowed.connect(self._jobs.narrow)
        self._filters.save_requested.connect(self._filter_bar.ask_for_name)
        self._filters.saved_chosen.connect(self._searches.find)
        self._filters.forget_chosen.connect(self._searches.forget)
        self._filter_bar.narrowed.connect(self._jobs.narrow)
        self._filter_bar.named.connect(self._searches.save)
        self._filter_bar.left.connect(self._go_to_images)
        self._filter_bar.destination_lifted.connect(
            lambda: services.collections.set_destination(None)
        )
        self._closing.quit_chosen.connect(self.quit)
        self._closing.hide_chosen.connect(self._go_to_background)
        self._messages.remedy_chosen.connect(self._remedies.apply)
        self._messages.focus_left.connect(self._jobs.view.setFocus)
        self._status.pause_chosen.connect(self._pausing.toggle)
        self._status.refresh_chosen.connect(self._remedies.refresh_now)
        self._status.list_expiring_chosen.connect(self._list_expiring)
        self._status.fetch_expiring_chosen.connect(self._remedies.fetch_expiring)
        self._details_button.clicked.connect(self._panes.toggle_details)
        self._settings_button.clicked.connect(lambda _checked: self._settings().show_settings())
        self._panes.details_toggled.connect(self._details_button.setChecked)
        self._details_button.setChecked(self._panes.details_shown)
        self._services.collections.subscribe(self._show_collections)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)

    def _add_actions(self) -> None:
        for name, keys, work in (
            ("Go to the jobs", "Ctrl+1", self._go_to_jobs),
            ("Go to the images", "Ctrl+2", self._go_to_images),
            ("Go to the field for IDs", "Ctrl+L", self._go_to_field),
            ("Search", QKeySequence.StandardKey.Find, self._go_to_search),
            ("Filter", "Ctrl+Shift+F", self._filters.popup),
            ("Reference tray", "Ctrl+T", self._tray.toggle),
            ("Copy the request as", "Ctrl+Alt+C", self._copy_request),
            ("Export images", "Ctrl+E", self._gallery.export),
            ("Refresh now", "F5", self._remedies.refresh_now),
            ("Undo", QKeySequence.StandardKey.Undo, self._remedies.undo),
            ("Paste and track", QKeySequence.StandardKey.Paste, self._intake.paste),
            ("Details", "Ctrl+I", self._panes.toggle_details),
            ("Settings", "Ctrl+,", lambda: self._settings().show_settings()),
            ("Full screen", QKeySequence.StandardKey.FullScreen, self._toggle_full_screen),
            ("Keys", "F1", self._show_keys),
            ("Quit", "Ctrl+Q", self.quit),
        ):
            action = QAction(name, self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _=False, work=work: work())
            self.addAction(action)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _settings(self) -> SettingsDialog:
        """Made when it is first wanted: the first frame does not need it."""
        if self._made_settings is None:
            from dreamina_desktop.ui.window.settings.settings_dialog import (  # noqa: PLC0415
                SettingsDialog,
            )

            self._made_settings = SettingsDialog(self._services, self)
            self._made_settings.theme_chosen.connect(self._apply_theme)
        return self._made_settings

    def _show_keys(self) -> None:
        from dreamina_desktop.ui.window.shortcuts_dialog import ShortcutsDialog  # noqa: PLC0415

        ShortcutsDialog(self).open()

    # -- where the keys go ------------------------------------------------------------------

    def _go_to_jobs(self) -> None:
        self._go_to(self._jobs.view, lambda: self._panes.bring_to_front(gallery=False))

    def _go_to_images(self) -> None:
        self._go_to(self._gallery.view, lambda: self._panes.bring_to_front(gallery=True))

    def _go_to_field(self) -> None:
        self._go_to(self._field.edit, self._field.edit.selectAll)

    def _go_to_search(self) -> None:
        self._go_to(self._search, self._search.selectAll)

    def _show_all_images(self) -> None:
        """First those of all listed jobs, then of all there are."""
        if self._jobs.selected():
            self._jobs.view.clearSelection()
        else:
            self._jobs.list_all()

    def _go_to(self, widget: QWidget, prepare: Callable[[], object]) -> None:
        if self._made_viewer is not None and self._made_viewer.is_open():
            self._made_viewer.close_viewer()
        prepare()
        widget.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- what the user does -----------------------------------------------------------------

    def _list_expiring(self) -> None:
        self._go_to(self._jobs.view, lambda: self._panes.bring_to_front(gallery=False))
        self._jobs.show_expiring()

    def _on_color_scheme_changed(self) -> None:
        if self._services.preferences.theme == "system":
            self._apply_theme("system")

    def _apply_theme(self, name: str) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        style.apply(application, name)

    def _go_to_background(self) -> None:
        self.remember()
        self.hide()
        self.in_background.emit(True)

    # -- panes ------------------------------------------------------------------------------

    def _show_selection(self) -> None:
        self._show_images()
        self._details.show_jobs(self._jobs.selected())

    def _show_selected_images(self) -> None:
        """The details speak of what is selected in the gallery, also where that is several."""
        view = self._gallery.view
        if (count := view.selected_count()) > 1:
            self._details.show_images(view.selected_keys(MOST_LISTED), count)
        elif count:
            self._details.show_image(view.selected_keys()[0])

    def _show_images(self) -> None:
        """Of the selected jobs, else of all, in the list's order."""
        selected = self._jobs.selected_listing()
        narrowed = bool(selected) or self._jobs.is_narrowed
        question = self._jobs.query, list(selected.numbers)
        arriving, self._question = question == self._question, question
        listing = selected or self._jobs.listing()
        collection = self._services.collections.get(self._jobs.query.narrowing.collection)
        self._gallery.show_jobs(listing, narrowed, arriving=arriving, collection=collection)

    def _show_image(self, key: ImageKey) -> None:
        """Wherever it is: what hides it is lifted. A job without images is shown in the list."""
        if key in self._gallery.order():
            self._gallery.select_key(key)
        elif self._services.library.image(key) is None:
            self._jobs.select([key.number])
        else:
            self._jobs.view.clearSelection()
            self._jobs.list_all()
            self._jobs.when_listed([key.number], lambda: self._gallery.select_key(key))

    def _show_found(self, keys: Sequence[ImageKey]) -> None:
        """What hides them is lifted; all of them are selected."""
        self._jobs.view.clearSelection()
        self._jobs.list_all()
        numbers = list(dict.fromkeys(key.number for key in keys))
        self._panes.bring_to_front(gallery=True)
        self._jobs.when_listed(numbers, lambda: self._gallery.reveal_keys(keys))

    def _show_job(self, number: int) -> None:
        self._panes.bring_to_front(gallery=False)
        self._jobs.reveal([number])
        self._jobs.make_current(number)
        self._jobs.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_request(self, number: int) -> None:
        with_jobs(self._services, [number], lambda jobs: self._tray.take_from(jobs[0]))

    def _copy_request(self) -> None:
        """Of what is in the tray; where it is empty, the selected images go into it first."""
        keys = self._gallery.selected_keys()
        if keys and not self._services.reference_tray.keys:
            self._tray.put(keys)
        self._tray.popup_copy()

    def _compare(self, keys: Sequence[ImageKey]) -> None:
        if self._comparison is None:
            from dreamina_desktop.ui.compare.comparison import Comparison  # noqa: PLC0415

            self._comparison = Comparison(self._services, self, self._thumbnails)
        self._comparison.compare(keys)

    def _on_narrowing_changed(self, narrowing: Narrowing) -> None:
        self._filter_bar.show_narrowing(narrowing)
        shown = self._gallery.collection
        if narrowing.collection != (shown.id if shown else 0):
            self._show_images()  # the same images may be in another order

    def _show_collections(self) -> None:
        self._filter_bar.show_destination(self._services.collections.destination)
        self._show_images()  # the order in one may be another

    def _open_image(self, key: ImageKey) -> None:
        self._viewer().open_image(key, self._gallery.order())

    def _viewer(self) -> Viewer:
        if self._made_viewer is None:
            from dreamina_desktop.ui.viewer.viewer import Viewer  # noqa: PLC0415

            self._made_viewer = Viewer(self._services, self, self._thumbnails)
            self._made_viewer.closed.connect(self._on_viewer_closed)
        return self._made_viewer

    def _on_viewer_closed(self, key: ImageKey | None) -> None:
        if key is not None:
            self._gallery.select_key(key)
        self._gallery.view.setFocus()

    # -- Qt ---------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts the floating details away, wherever the focus is."""
        floats = self._panes.details_float and self._panes.details_shown
        if event.key() == Qt.Key.Key_Escape and floats:
            self._panes.toggle_details()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.testAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen):
            self._remember.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._remember.stop()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self._closing.start())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        from_us = event.source() is not None
        if not from_us and has_something(event.mimeData()):
            event.acceptProposedAction()
            self._drop_hint.appear()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_hint.hide()
        event.acceptProposedAction()
        self._intake.take(event.mimeData())

    def _state(self) -> dict[str, Any]:
        return {
            "geometry": bytes(self.saveGeometry().toHex().data()).decode(),
            "search": self._search.text(),
            "panes": self._panes.state(),
            "jobs": self._jobs.state(),
            "gallery": self._gallery.state(),
        }

    def _restore(self, *, leaves_out: bool) -> None:
        """A state that cannot be read is the same as none. `leaves_out`: all that was shown."""
        state = self._services.preferences.get(STATE)
        if not isinstance(state, dict):
            return
        self.restoreGeometry(QByteArray.fromHex(str(state.get("geometry", "")).encode()))
        if leaves_out:
            if isinstance(panes := state.get("panes"), dict):
                self._panes.restore(panes)
            self._services.messages.say(LEFT_OUT, Remedy.COPY_DIAGNOSTICS)
            return
        self._search.setText(str(state.get("search", "")))
        for name, pane in (
            ("panes", self._panes),
            ("jobs", self._jobs),
            ("gallery", self._gallery),
        ):
            inner = state.get(name)
            if isinstance(inner, dict):
                pane.restore(inner)


def _ends(numbers: Sequence[int]) -> Sequence[int]:
    """One of them is the first in the list, whichever way that is sorted by time."""
    return min(numbers), max(numbers)
