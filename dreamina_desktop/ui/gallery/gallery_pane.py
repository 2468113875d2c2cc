"""The gallery as a pane: its header, the grid, what stands in for it, and its life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dreamina_desktop.core.jobs.collection import Collection
from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.core.search.grouping import Grouped, Grouping
from dreamina_desktop.core.search.results import Listing
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.library import ChangeSet
from dreamina_desktop.ui.export.exporting import Exporting
from dreamina_desktop.ui.gallery.collection_actions import Collecting
from dreamina_desktop.ui.gallery.drag_source import Dragging
from dreamina_desktop.ui.gallery.empty_state import EmptyPage, absence
from dreamina_desktop.ui.gallery.gallery_actions import GalleryActions
from dreamina_desktop.ui.gallery.gallery_header import GalleryHeader
from dreamina_desktop.ui.gallery.gallery_state import GalleryState
from dreamina_desktop.ui.gallery.gallery_view import MAX_TILE, MIN_TILE, GalleryView
from dreamina_desktop.ui.gallery.grouper import Grouper
from dreamina_desktop.ui.gallery.image_order import ImageOrder
from dreamina_desktop.ui.gallery.images_model import ImagesModel
from dreamina_desktop.ui.gallery.new_pill import NewPill
from dreamina_desktop.ui.gallery.section_header import Section
from dreamina_desktop.ui.gallery.tile_painter import Tile, TileButton
from dreamina_desktop.ui.gallery.trash_actions import Trashing
from dreamina_desktop.ui.marks.inline_editor import TextAsker
from dreamina_desktop.ui.marks.mark_actions import MarkActions
from dreamina_desktop.ui.reference_tray.tray_actions import TrayActions
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.views.job_loader import ReadAhead
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails
from dreamina_desktop.ui.widgets.overrides import guarded

FLUSH_DELAY_MS = 50
TICK_MS = 1000
ZOOM_STEP = 1.15
WISHES = "gallery"


@guarded
class GalleryPane(QWidget):
    """Shows the images of the jobs it is given. Changes are gathered and shown together."""

    current_changed = Signal(object)  # ImageKey | None
    selection_changed = Signal()  # by the user
    open_requested = Signal(object)  # ImageKey
    all_requested = Signal()  # not only those of the selected jobs
    comparison_requested = Signal(object)  # ImageKeys, two to four
    tray_requested = Signal()  # to be shown, or hidden
    job_requested = Signal(int)  # the number of the one that the current image is of

    def __init__(
        self, services: Services, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._thumbnails = thumbnails
        self._numbers: Sequence[int] = ()
        self._filtered = False
        self._changed: set[ImageKey] = set()
        self._changed_jobs: set[int] = set()
        self._changed_since_order: set[int] = set()  # jobs, since others were last shown
        self._told_current: ImageKey | None = None
        self._to_restore: GalleryState | None = None
        self._model = ImagesModel(services, self)
        self._header = GalleryHeader(MIN_TILE, MAX_TILE, self)
        self.view = GalleryView(self._model, self._tile, self._section, self)
        self._groups = Grouper(services, self._on_grouped)
        self._empty = EmptyPage(self.view.viewport())
        self._collection: Collection | None = None  # that is shown
        self._new = NewPill(self.view)
        self._trashing = Trashing(services, self.view)
        asker = TextAsker(self.view)
        self._marks = MarkActions(services, self.view, self._selected_or_current, asker)
        self._actions = GalleryActions(
            services, self.view, self._selected_or_current, self._on_open_triggered, self._marks
        )
        self._actions.job_requested.connect(self.job_requested)
        self._collecting = Collecting(
            services, self.view, self._selected_or_current, self._shown, asker
        )
        self._actions.add_menu(self._collecting.add_to)
        self.view.moved.connect(self._collecting.move)
        self.dragging = Dragging(services, self.view, thumbnails, self.view.selected_keys)
        self.view.drag_requested.connect(self.dragging.start)
        self.tray_actions = TrayActions(self.view, self._selected_or_current)
        self._actions.add_menu(self.tray_actions.add_to)
        self._exporting = Exporting(
            services, self.view, self.selected_keys, self.order, self._shown
        )
        self._actions.add_menu(self._exporting.add_to)
        self._actions.comparison_requested.connect(self.comparison_requested)
        self._read_ahead = ReadAhead(services, self)
        self._flush_timer = QTimer(self, singleShot=True, interval=FLUSH_DELAY_MS)
        self._tick_timer = QTimer(self, interval=TICK_MS)
        self._lay_out()
        self._add_zoom_actions()
        self._connect()
        self._show_words()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addWidget(self.view, 1)
        self.setFocusProxy(self.view)
        self._header.set_tile_width(self.view.tile_width)

    def _connect(self) -> None:
        view = self.view
        view.selectionModel().currentChanged.connect(self._on_current_changed)
        view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        view.visible_changed.connect(self._on_visible_changed)
        view.button_clicked.connect(self._on_button_clicked)
        view.open_requested.connect(self.open_requested)
        view.menu_requested.connect(self._on_menu_requested)
        view.zoom_requested.connect(self._zoom)
        self._header.tile_width_changed.connect(view.set_tile_width)
        self._header.grouping_chosen.connect(self.group_by)
        self._header.select_all_requested.connect(view.selectAll)
        self._header.export_requested.connect(self.export)
        self._header.tray_requested.connect(self.tray_requested)
        self._header.trash_requested.connect(self._trash_shown)
        self._header.all_requested.connect(self.all_requested)
        view.left.connect(self.all_requested)
        view.arrived_above.connect(self._new.add)
        view.others_shown.connect(self._new.clear)
        self._new.clicked.connect(view.scrollToTop)
        self._thumbnails.made.connect(view.update_key)
        self._flush_timer.timeout.connect(self._flush)
        self._read_ahead.came.connect(self._on_jobs_came)
        self._tick_timer.timeout.connect(self._show_absence)
        self._services.library.subscribe(self._on_library_changed)
        self._services.downloader.subscribe(self._on_downloads_changed)
        self._services.file_watch.subscribe(view.update_key)
        self._services.accounts.subscribe(self._flush_soon)

    def _add_zoom_actions(self) -> None:
        larger, smaller = QAction("Larger tiles", self), QAction("Smaller tiles", self)
        larger.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        smaller.setShortcut(QKeySequence("Ctrl+-"))
        for action, steps in ((larger, 1), (smaller, -1)):
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _=False, steps=steps: self._zoom(steps))
            self.addAction(action)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), colors().canvas)

    # What the window asks

    def show_jobs(
        self,
        listing: Listing,
        filtered: bool,
        *,
        arriving: bool = False,
        collection: Collection | None = None,
    ) -> None:
        """Show these jobs' images, in this order; `filtered`: they are not all there are;
        `arriving`: they answer the same question as those before; `collection`: in its order,
        and only what is in it."""
        self._collection = collection
        self.view.can_be_moved = collection is not None
        self._numbers, self._filtered = listing.numbers, filtered
        self._header.show_filtered(filtered)
        if collection is None:
            self._groups.group(listing, arriving=arriving)
            return
        listed = ImageOrder.of(listing)
        order = ImageOrder.of_keys([key for key in collection.keys if key in listed])
        self._show_restored(order, arriving=arriving)

    def group_by(self, grouping: Grouping) -> None:
        """Divide the gallery otherwise."""
        self._header.show_grouping(grouping)
        self._groups.group_by(grouping)

    def _on_grouped(self, grouped: Grouped, arriving: bool) -> None:
        if self._collection is None:
            order = ImageOrder.of(grouped.listing, grouped.starts)
            self._show_restored(order, arriving=arriving)

    def _show_restored(self, order: ImageOrder, *, arriving: bool) -> None:
        self._show_order(order, arriving=arriving)
        if self._to_restore is not None and len(self.view.order):
            state, self._to_restore = self._to_restore, None
            state.apply_to(self.view)
        self._look_again_at_changed()
        self._show_words()

    def _look_again_at_changed(self) -> None:
        """What is shown now was asked for a moment ago: jobs that were not among those shown have
        got images in between."""
        if self._changed_since_order:
            self._changed_jobs |= self._changed_since_order
            self._changed_since_order = set()
            self._flush_soon()

    def order(self) -> ImageOrder:
        """The images shown, as they are at this moment."""
        return self.view.order

    def copy_selected_references(self) -> None:
        """Of all selected images, in the gallery's order."""
        self._actions.copy_references(self.view.selected_keys())

    def current_key(self) -> ImageKey | None:
        """The image that keys and details are about."""
        return self.view.current_key()

    def selected_keys(self) -> list[ImageKey]:
        """In the gallery's order."""
        return self.view.selected_keys()

    def select_key(self, key: ImageKey) -> None:
        """Make an image the current and only selected one, where it is shown."""
        self.view.select_key(key)

    def select_keys(self, keys: Sequence[ImageKey]) -> None:
        """Select exactly these, where they are shown; the first becomes the current one."""
        self.view.clearSelection()
        self.view.select_keys(keys, keys[0] if keys else None)

    def reveal_keys(self, keys: Sequence[ImageKey]) -> None:
        """Select exactly these, and scroll to the first."""
        self.view.select_key(keys[0])
        self.view.select_keys(keys, keys[0])
        self.view.setFocus()

    def export(self) -> None:
        """Ask what of it to export."""
        self._exporting.ask()

    def state(self) -> dict[str, Any]:
        """Tile size, selection and scroll position, for the next start (JSON)."""
        grouping = self._groups.grouping
        if self._to_restore is not None:
            return replace(self._to_restore, grouping=grouping).as_json()
        return GalleryState.of(self.view, grouping).as_json()

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to `state`; what depends on images waits until some are shown."""
        read = GalleryState.from_json(state)
        self.view.set_tile_width(read.tile_width)
        self._header.set_tile_width(self.view.tile_width)
        self.group_by(read.grouping)
        if len(self.view.order):
            read.apply_to(self.view)
        else:
            self._to_restore = read

    def settled(self) -> bool:
        """Whether every visible tile with a saved file shows its thumbnail."""
        if self._flush_timer.isActive():
            return False
        return all(self._is_settled(key) for key in self._visible())

    def _is_settled(self, key: ImageKey) -> bool:
        image = self._services.library.peek_image(key)
        if image is None:
            return False
        if image.state is not ImageState.SAVED:
            return True  # or in the trash: its thumbnail may be there
        return self._thumbnails.pixmap(key) is not None or self._thumbnails.failed(key)

    @property
    def collection(self) -> Collection | None:
        """The one whose images are shown, in its order."""
        return self._collection

    def _shown(self) -> Collection | None:
        return self._collection

    # What changes

    def _on_library_changed(self, change: ChangeSet) -> None:
        self._changed |= change.images
        self._changed_jobs |= change.jobs
        self._changed_since_order |= change.jobs
        self._flush_soon()

    def _on_downloads_changed(self) -> None:
        self.view.viewport().update()

    def _flush_soon(self) -> None:
        if not self._flush_timer.isActive():
            self._flush_timer.start()

    def _flush(self) -> None:
        """Show what changed since the last time, in one go."""
        keys, self._changed = self._changed, set()
        jobs, self._changed_jobs = self._changed_jobs, set()
        order = self.view.order
        here = [job for number in jobs if (job := self._services.library.peek(number))]
        counts = {
            job.number: len(job.images)
            for job in here
            if not order.is_partial and order.count_of(job.number) not in (None, len(job.images))
        }
        if counts:
            self._show_order(order.with_counts(counts), arriving=True)
        self._model.tell_changed(keys)
        self._ask_for_thumbnails()
        self._show_words()

    def _show_order(self, order: ImageOrder, *, arriving: bool) -> None:
        self.view.show_order(order, arriving=arriving)
        self._tell_current()

    def _on_current_changed(self) -> None:
        if not self.view.is_replacing:
            self._tell_current()

    def _on_selection_changed(self) -> None:
        self._show_counts()
        if not self.view.is_replacing:
            self.selection_changed.emit()

    def _tell_current(self) -> None:
        key = self.view.current_key()
        if key != self._told_current:
            self._told_current = key
            self.current_changed.emit(key)

    # Words

    def _show_words(self) -> None:
        self._show_counts()
        self._show_absence()

    def _show_counts(self) -> None:
        if self.view.is_replacing:
            return
        shown = len(self.view.order)
        total = self._services.library.image_count if self._filtered else shown
        self._header.show_counts(shown, total, self.view.selected_count())

    def _show_absence(self) -> None:
        if len(self.view.order):
            self._tick_timer.stop()
            self._empty.show_absence(None)
            return
        reason = absence(self._services, self._numbers, filtered=self._filtered)
        self._empty.show_absence(reason)
        if reason.ticks and not self._tick_timer.isActive():
            self._tick_timer.start()
        elif not reason.ticks:
            self._tick_timer.stop()

    # Tiles

    def _section(self, row: int) -> Section:
        grid = self.view.grid
        count = len(grid.rows_of(grid.section(row)))
        return Section(self._groups.title(self.view.order[row].number), counted(count, "image"))

    def _tile(self, row: int) -> Tile:
        key = self.view.order[row]
        image = self._services.library.peek_image(key)
        if image is None:  # not read yet, or others took its place in memory since
            self.view.tell_visible_soon()
            return Tile(key, None)
        marks = self._services.library.peek_marks(key)
        if trouble := self._services.file_watch.trouble(key):
            return Tile(key, image, marks, trouble=trouble)
        if image.state in (ImageState.SAVED, ImageState.TRASHED):
            return Tile(
                key,
                image,
                marks,
                thumbnail=self._thumbnails.pixmap(key),
                thumbnail_failed=self._thumbnails.failed(key),
            )
        return Tile(
            key,
            image,
            marks,
            fetching=self._services.downloader.is_fetching(key),
            note=self._services.accounts.masked(image.note),
        )

    def _visible(self) -> list[ImageKey]:
        rows = self.view.visible_rows()
        return self.view.order[rows.start : rows.stop]

    def _on_visible_changed(self) -> None:
        self._ask_for_thumbnails()

    def _ask_for_thumbnails(self) -> None:
        """For what is visible, then for the screens below and above."""
        rows = self.view.visible_rows()
        size, order = len(rows), self.view.order
        below = order[rows.stop : rows.stop + size]
        above = order[max(0, rows.start - size) : rows.start]
        visible = order[rows.start : rows.stop]
        wanted = [*visible, *below, *above]
        self._read_ahead.want(key.number for key in wanted)
        peek = self._services.library.peek
        self._thumbnails.want(WISHES, [key for key in wanted if peek(key.number)])
        self._services.file_watch.look_at(key for key in visible if peek(key.number))

    def _on_jobs_came(self, _numbers: set[int]) -> None:
        self.view.reconsider_ratio()
        self.view.viewport().update()
        self._ask_for_thumbnails()

    # What the user does

    def _trash_shown(self) -> None:
        """Of the selected ones, else of all that are shown."""
        order = self.view.order
        self._trashing.ask(self.view.selected_keys() or order[0 : len(order)])

    def _selected_or_current(self) -> list[ImageKey]:
        current = self.view.current_key()
        return self.view.selected_keys() or ([] if current is None else [current])

    def _on_open_triggered(self) -> None:
        key = self.view.current_key()
        if key is not None:
            self.open_requested.emit(key)

    def _on_button_clicked(self, button: TileButton, key: ImageKey) -> None:
        match button:
            case TileButton.COPY:
                self._actions.copy_references([key])
            case TileButton.OPEN:
                self.open_requested.emit(key)
            case TileButton.RETRY:
                self._actions.retry([key])
            case TileButton.MORE:
                self._open_menu_of(key)

    def _open_menu_of(self, key: ImageKey) -> None:
        if key not in self.view.selected_keys():
            self.view.select_key(key)
        center = self.view.button_center(key, TileButton.MORE)
        if center is not None:
            self._on_menu_requested(center)

    def _on_menu_requested(self, at: QPoint) -> None:
        self._actions.popup(self.view.viewport().mapToGlobal(at))

    def _zoom(self, steps: int, at: QPoint | None = None) -> None:
        self.view.set_tile_width(round(self.view.tile_width * ZOOM_STEP**steps), at)
        with QSignalBlocker(self._header):
            self._header.set_tile_width(self.view.tile_width)
