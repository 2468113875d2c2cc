"""The viewer: an overlay over the whole window that shows one image large, or says why it cannot
be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState
from dreamina_desktop.core.text.wording import shortened
from dreamina_desktop.services.library import ChangeSet
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.copy.copy_images import Copying
from dreamina_desktop.ui.details.details_pane import DetailsPane
from dreamina_desktop.ui.gallery.empty_state import Absence, EmptyPage
from dreamina_desktop.ui.gallery.open_with import Opening
from dreamina_desktop.ui.marks import mark_actions as mark_words
from dreamina_desktop.ui.marks.inline_editor import TextAsker
from dreamina_desktop.ui.marks.mark_actions import MarkActions
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.viewer.picture_cache import PictureCache, Wish
from dreamina_desktop.ui.viewer.picture_canvas import PictureCanvas
from dreamina_desktop.ui.viewer.viewer_bar import BarContent, Command, ViewerBar
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails
from dreamina_desktop.ui.widgets.actions import view_action
from dreamina_desktop.ui.widgets.overrides import guarded

_ICONS = {
    ImageState.PENDING: ("ring", "pending", "Not here yet"),
    ImageState.LOST: ("failed", "failed", "Not saved"),
    ImageState.INVALID: ("failed", "failed", "Not saved"),
    ImageState.TRASHED: ("trash", "muted", "In the trash"),
}


class ViewerNote(EmptyPage):
    """Lies over the canvas, and is hidden while there is a picture."""

    def show_why(self, image: Image | None, why: str) -> None:
        """`why`: from the image's state, in words."""
        if image is None:
            self.show_absence(Absence("question", "muted", "This image is gone"))
        elif image.file:
            self.show_absence(None)
        else:
            icon, color, title = _ICONS[image.state]
            self.show_absence(Absence(icon, color, title, why))

    def show_trouble(self, image: Image, trouble: str) -> None:
        """`trouble`: of the file, FileWatch."""
        reason = wording.reason(image, trouble)
        self.show_absence(Absence("failed", "failed", wording.TROUBLES[trouble], reason))

    def show_unreadable(self, file: str) -> None:
        text = f"It may have been moved or deleted: {file}"
        self.show_absence(Absence("failed", "failed", "The file cannot be read", text))


PROMPT_LENGTH = 1_000  # characters that its line and a screen reader get
RESIZE_DELAY_MS = 150
CHANGE_DELAY_MS = 50
KEYS: dict[Command, tuple[str, ...]] = {
    Command.PREVIOUS: ("Left", "PgUp"),
    Command.NEXT: ("Right", "PgDown"),
    Command.FIRST: ("Home",),
    Command.LAST: ("End",),
    Command.FIT: ("F", "Ctrl+0"),
    Command.FILL: ("W",),
    Command.ACTUAL_SIZE: ("Z",),
    Command.ZOOM_IN: ("+", "=", "Ctrl++", "Ctrl+="),
    Command.ZOOM_OUT: ("-", "Ctrl+-"),
    Command.COPY_REFERENCE: ("Ctrl+C",),
    Command.COPY_PICTURE: ("Ctrl+Shift+C",),
    Command.INFORMATION: ("I",),
    Command.CLOSE: ("Esc",),
}
MENU = (
    (Command.COPY_REFERENCE, Command.COPY_PICTURE),
    (Command.FIT, Command.FILL, Command.ACTUAL_SIZE, Command.INFORMATION),
    (Command.CLOSE,),
)
INFORMATION_WIDTH = 320


@guarded
class Viewer(QWidget):
    """Covers `parent`, its window. Images without a file show why they have none."""

    closed = Signal(object)  # the ImageKey that was shown last

    def __init__(self, services: Services, parent: QWidget, thumbnails: Thumbnails) -> None:
        """`thumbnails`: shown at once, until the file is read."""
        super().__init__(parent)
        self._under = parent
        self._services = services
        self._thumbnails = thumbnails
        self._order: Sequence[ImageKey] = ()
        self._row = 0
        self._image: Image | None = None
        self._focus_before: QWidget | None = None
        self._canvas = PictureCanvas(self)
        self._bar = ViewerBar(self)
        self._note = ViewerNote(self._canvas)
        self._cache = PictureCache(self)
        self._copying = Copying(services, self)
        self._opening = Opening(services, self, self._shown_key)
        self._information: DetailsPane | None = None  # made when it is first wanted
        self._marks = MarkActions(services, self, self._shown_key, TextAsker(self), self._on_judged)
        self._actions: dict[Command, QAction] = {}
        self._resize_timer = QTimer(self, singleShot=True, interval=RESIZE_DELAY_MS)
        self._change_timer = QTimer(self, singleShot=True, interval=CHANGE_DELAY_MS)
        self._lay_out()
        self._add_actions()
        self._connect()
        self.hide()

    def _lay_out(self) -> None:
        self.setAccessibleName("Image viewer")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._row_of_canvas = QHBoxLayout()
        self._row_of_canvas.setSpacing(0)
        self._row_of_canvas.addWidget(self._canvas, 1)
        layout.addLayout(self._row_of_canvas, 1)
        layout.addWidget(self._bar)
        self.setFocusProxy(self._canvas)
        self._under.installEventFilter(self)

    def _add_actions(self) -> None:
        for command, keys in KEYS.items():
            work = partial(self._do, command)
            self._actions[command] = view_action(self, command.label, work, *keys)

    def _connect(self) -> None:
        self._canvas.changed.connect(self._on_canvas_changed)
        self._canvas.double_clicked.connect(self.close_viewer)
        self._bar.commanded.connect(self._do)
        self._cache.ready.connect(self._take)
        self._resize_timer.timeout.connect(self._wish)
        self._change_timer.timeout.connect(self._on_change_due)
        self._services.library.subscribe(self._on_library_changed)
        self._services.downloader.subscribe(self._on_downloads_changed)
        self._services.file_watch.subscribe(self._on_file_noticed)
        self._services.messages.subscribe(self._on_messages_changed)
        self._thumbnails.made.connect(self._on_thumbnail_made)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)

    # What the window asks

    def open_image(self, key: ImageKey, order: Sequence[ImageKey]) -> None:
        """Show an image; `order`: what previous and next go through (kept as it is now)."""
        self._order = order if key in order else [key]
        if not self.is_open():
            self._focus_before = QApplication.focusWidget()
            self._bar.show_message("")  # what was said before is no news here
        self.setGeometry(self._under.rect())
        self.show()
        self.raise_()
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_row(self._order.index(key))

    def is_open(self) -> bool:
        return not self.isHidden()

    @property
    def key(self) -> ImageKey | None:
        """The image shown; None while closed."""
        return self._order[self._row] if self.is_open() and self._order else None

    def settled(self) -> bool:
        """Whether the image shown is as sharp as it gets."""
        return self._image is None or not self._is_there(self._image) or self._canvas.is_sharp

    def close_viewer(self) -> None:
        """Close, and give the focus back to where it was."""
        before = self._focus_before
        if self._close() and before is not None:
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close(self) -> bool:
        key = self.key
        if key is None:
            return False
        self._marks.close_editor()
        self.hide()
        self._image = self._focus_before = None
        self._canvas.show_picture(0, 0)
        self._cache.want(())
        self.closed.emit(key)
        return True

    # Which image

    def _show_row(self, row: int) -> None:
        self._row = min(max(0, row), len(self._order) - 1)
        self._image = self._services.library.image(self._order[self._row])
        self._services.file_watch.look_at([self._order[self._row]], at_once=True)
        if self._information is not None and self._information.isVisible():
            self._information.show_image(self.key)
        self._begin_picture()
        self._describe()

    def _begin_picture(self) -> None:
        image = self._image
        size = wording.image_pixels(image) if image is not None and self._is_there(image) else None
        self._canvas.show_picture(*(size or (0, 0)))
        if size is not None:
            self._show_thumbnail()
        self._show_note()
        self._wish()

    def _is_there(self, image: Image) -> bool:
        """Whether the file that was saved is there, as far as is known."""
        return bool(image.file) and not self._services.file_watch.trouble(image.key)

    def _show_note(self) -> None:
        image = self._image
        trouble = self._services.file_watch.trouble(image.key) if image is not None else ""
        if image is not None and trouble:
            self._note.show_trouble(image, trouble)
        else:
            self._note.show_why(image, self._why())

    def _show_thumbnail(self) -> None:
        if self._image is None or self._canvas.is_sharp:
            return
        pixmap = self._thumbnails.pixmap(self._image.key)
        if pixmap is not None:
            self._canvas.set_small(pixmap.toImage())

    def _on_thumbnail_made(self, key: ImageKey) -> None:
        if key == self.key and self._canvas.has_picture and not self._canvas.has_image:
            self._show_thumbnail()

    # What is read

    def _wish(self) -> None:
        """The image shown first, then its neighbours; whole only where the zoom needs it."""
        if not self.is_open():
            return
        around = [self._row, self._row + 1, self._row - 1]
        wishes = [
            wish for row in around if 0 <= row < len(self._order) and (wish := self._fitted(row))
        ]
        if self._image is not None and wishes and self._needs_whole(wishes[0]):
            wishes.insert(1, self._whole(self._image))
        self._cache.want(wishes)
        for wish in wishes:
            image = self._cache.get(wish)
            if image is not None:
                self._take(wish, image)

    def _fitted(self, row: int) -> Wish | None:
        image = self._services.library.image(self._order[row])
        if image is None or not self._is_there(image):
            return None
        return Wish(image.key, image.file or "", self._canvas.area(), image.size_bytes)

    def _whole(self, image: Image) -> Wish:
        return Wish(image.key, image.file or "", None, image.size_bytes)

    def _needs_whole(self, fitted: Wish) -> bool:
        zoom = self._canvas.zoom
        return fitted.key == self.key and zoom.shown_scale > zoom.fit_scale * 1.01

    def _take(self, wish: Wish, image: QImage) -> None:
        """Show what was read, unless another image is shown by now."""
        if wish.key != self.key:
            return
        if image.isNull():
            self._canvas.show_picture(0, 0)
            self._note.show_unreadable(wish.file)
        elif wish.fit is None:
            self._canvas.set_full(image)
        else:
            self._canvas.set_small(image)

    # What changes

    def _on_library_changed(self, change: ChangeSet) -> None:
        if self.is_open() and self.key in change.images:
            self._change_timer.start()

    def _on_file_noticed(self, key: ImageKey) -> None:
        """Its file is gone or changed, or is back."""
        if key == self.key:
            self._begin_picture()
            self._describe()

    def _on_downloads_changed(self) -> None:
        if self.is_open() and self._image is not None and self._image.state is ImageState.PENDING:
            self._change_timer.start()

    def _on_change_due(self) -> None:
        key = self.key
        if key is None:
            return
        before, self._image = self._image, self._services.library.image(key)
        if before is None or self._image is None or before.file != self._image.file:
            self._begin_picture()
        else:
            self._show_note()
        self._describe()

    def _on_messages_changed(self) -> None:
        message = self._services.messages.passing
        self._bar.show_message(message.text if message is not None else "")

    def _on_canvas_changed(self) -> None:
        if self.is_open():
            self._describe()
            self._resize_timer.start()

    # Words

    def _why(self) -> str:
        if self._image is None or self._image.file:
            return ""
        note = self._services.accounts.masked(self._image.note)
        if self._image.state is not ImageState.PENDING:
            return wording.reason(self._image, note)
        fetching = self._services.downloader.is_fetching(self._image.key)
        return wording.waiting(self._image, fetching=fetching)

    def _describe(self) -> None:
        key, image = self.key, self._image
        if key is None:
            return
        prompt = self._prompt(key)
        percent = f"{self._canvas.zoom.shown_scale * 100:.0f} %" if self._canvas.has_picture else ""
        self._bar.show_content(
            BarContent(
                number=str(key),
                size=wording.size(image) if image else "",
                zoom=percent,
                position=f"{self._row + 1:,} of {len(self._order):,}",
                prompt=prompt,
                marks=mark_words.line(self._services.library.peek_marks(key)),
                has_reference=bool(image and image.entry.asset_ref),
                has_picture=self._canvas.has_picture,
                is_first=self._row == 0,
                is_last=self._row == len(self._order) - 1,
            )
        )
        self._canvas.setAccessibleName(wording.accessible(image) if image else str(key))
        self._canvas.setAccessibleDescription(prompt)

    def _prompt(self, key: ImageKey) -> str:
        if key.number not in self._services.library:
            return ""
        record = self._services.library.job(key.number).record
        prompt = shortened(record.prompt, PROMPT_LENGTH) if record and record.prompt else ""
        return self._services.accounts.masked(prompt)

    # What the user does

    def _do(self, command: Command) -> None:
        if self.key is not None:
            self._commands()[command]()

    def _commands(self) -> dict[Command, Callable[[], object]]:
        canvas, copying, shown = self._canvas, self._copying, self._shown_key()
        return {
            Command.PREVIOUS: lambda: self._show_row(self._row - 1),
            Command.NEXT: lambda: self._show_row(self._row + 1),
            Command.FIRST: lambda: self._show_row(0),
            Command.LAST: lambda: self._show_row(len(self._order) - 1),
            Command.PICK: self._marks.pick,
            Command.REJECT: self._marks.reject,
            Command.FIT: canvas.fit,
            Command.FILL: canvas.fill,
            Command.ACTUAL_SIZE: canvas.toggle_actual_size,
            Command.ZOOM_IN: lambda: canvas.step(1),
            Command.ZOOM_OUT: lambda: canvas.step(-1),
            Command.COPY_REFERENCE: lambda: copying.references(shown),
            Command.COPY_PICTURE: lambda: copying.pictures(shown),
            Command.INFORMATION: self._toggle_information,
            Command.CLOSE: self.close_viewer,
        }

    def _show_key(self, key: ImageKey) -> None:
        """Within what is gone through, or alone."""
        if self._services.library.image(key) is not None:
            self.open_image(key, self._order)

    def _shown_key(self) -> list[ImageKey]:
        return [] if self.key is None else [self.key]

    def _on_judged(self) -> None:
        """On to the next image, unless that is switched off."""
        if self._services.preferences.moves_on:
            self._do(Command.NEXT)

    def _toggle_information(self) -> None:
        if self._information is None:
            self._information = DetailsPane(self._services, self._thumbnails, self)
            self._information.setFixedWidth(INFORMATION_WIDTH)
            self._information.image_chosen.connect(self._show_key)
            self._row_of_canvas.addWidget(self._information)
            self._information.show_image(self.key)
        else:
            self._information.setVisible(self._information.isHidden())
        if self._information.isVisible():
            self._information.show_image(self.key)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.key is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for group in MENU:
            menu.addActions([self._actions[command] for command in group])
            menu.addSeparator()
        self._opening.set_enabled(self._image is not None and bool(self._image.file))
        menu.addActions(self._opening.actions)
        self._marks.add_to(menu)
        menu.popup(event.globalPos())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter closes too; on a button it presses that, and never comes here."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_viewer()
        event.accept()  # nothing typed here is meant for the window below

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays within the viewer while it covers everything else."""
        focused = QApplication.focusWidget()
        if focused is not None and self._marks.is_edited_in(focused):
            return super().focusNextPrevChild(forward)
        stops = [self._canvas, *self._bar.stops()]
        if self._information is not None and self._information.isVisible():
            stops += self._information.findChildren(QAbstractButton)
        place = stops.index(focused) if focused in stops else -1
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[(place + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Who goes elsewhere in the window (Ctrl+1, Ctrl+2, Ctrl+L) is done with the viewer."""
        if not self.is_open() or now is None or now.window() is not self.window():
            return
        if now is not self and not self.isAncestorOf(now):
            self._close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and self.is_open():
            self.setGeometry(self._under.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), colors().canvas)

    def sizeHint(self) -> QSize:
        return self._under.size()
