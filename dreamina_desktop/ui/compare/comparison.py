"""Two to four images beside each other, seen as one: zoom and pan are linked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dreamina_desktop.core.jobs.job import ImageKey, Job
from dreamina_desktop.core.request.differences import differences
from dreamina_desktop.services.library import ChangeSet
from dreamina_desktop.ui.compare.compare_panel import ComparePanel
from dreamina_desktop.ui.compare.request_table import RequestTable
from dreamina_desktop.ui.marks.inline_editor import TextAsker
from dreamina_desktop.ui.marks.mark_actions import MarkActions
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.viewer.picture_cache import PictureCache, Wish
from dreamina_desktop.ui.views.job_loader import with_jobs
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails
from dreamina_desktop.ui.widgets.actions import view_action
from dreamina_desktop.ui.widgets.icon_button import IconButton
from dreamina_desktop.ui.widgets.overrides import guarded

PAIR = 2  # that blinks, and is read whole
WHOLE_SIDE = 4096  # pixels, of three or four
SOON_MS = 120
HINT = "Left, Right: the other one  ·  P, X, U, 1 to 5: judge it  ·  Z: actual size  ·  Esc: close"
BLINK = "  ·  B: blink"


@guarded
class Comparison(QWidget):
    """Covers `parent`, its window."""

    def __init__(self, services: Services, parent: QWidget, thumbnails: Thumbnails) -> None:
        super().__init__(parent)
        self._under = parent
        self._services = services
        self._thumbnails = thumbnails
        self._panels: list[ComparePanel] = []
        self._blinking: int | None = None  # which of two is seen alone
        self._focus_before: QWidget | None = None
        self._cache = PictureCache(self)
        self._cache.ready.connect(self._take)
        self._table = RequestTable(self)
        self._hint = QLabel(self)
        self._hint.setProperty("role", "muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._marks = MarkActions(services, self, self._judged, TextAsker(self))
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._wish)
        self._row = QHBoxLayout()
        self._row.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(self._row, 1)
        layout.addWidget(self._table)
        layout.addLayout(self._bottom())
        self.setAccessibleName("Comparison")
        self._add_actions()
        services.library.subscribe(self._on_library_changed)
        parent.installEventFilter(self)
        self.hide()

    def _bottom(self) -> QHBoxLayout:
        """What the keys do, and the same for the mouse, which takes the focus from no image."""
        row = QHBoxLayout()
        row.addWidget(self._hint, 1)
        for icon, name, work in (
            ("pick", "Pick (P)", self._marks.pick),
            ("reject", "Reject (X)", self._marks.reject),
            ("close", "Close (Esc)", self.close_comparison),
        ):
            button = IconButton(icon, name.partition(" (")[0], name)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, work=work: work())
            row.addWidget(button)
        return row

    def _add_actions(self) -> None:
        keys: tuple[tuple[str, tuple[str, ...], Callable[[], object]], ...] = (
            ("The one before", ("Left",), lambda: self._go(-1)),
            ("The next one", ("Right", "Tab"), lambda: self._go(1)),
            ("Fit", ("F", "Ctrl+0"), self._fit),
            ("Actual size", ("Z",), self._toggle_actual_size),
            ("Zoom in", ("+", "="), lambda: self._current().canvas.step(1)),
            ("Zoom out", ("-",), lambda: self._current().canvas.step(-1)),
            ("Blink", ("B",), self._blink),
            ("Side by side", ("S",), self._side_by_side),
            ("Close", ("Esc",), self.close_comparison),
        )
        for name, shortcuts, work in keys:
            view_action(self, name, work, *shortcuts)

    def compare(self, keys: Sequence[ImageKey]) -> None:
        """Show these: two to four."""
        self._focus_before = QApplication.focusWidget()
        self._fill(keys)
        self.setGeometry(self._under.rect())
        self.show()
        self.raise_()
        with_jobs(self._services, (key.number for key in keys), self._show_jobs)
        self._panels[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def is_open(self) -> bool:
        return not self.isHidden()

    @property
    def panels(self) -> Sequence[ComparePanel]:
        return self._panels

    def close_comparison(self) -> None:
        """Back to where the keys were."""
        if not self.is_open():
            return
        self._marks.close_editor()
        if self._focus_before is not None:
            self._focus_before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self._cache.want(())

    def _fill(self, keys: Sequence[ImageKey]) -> None:
        for panel in self._panels:
            self._row.removeWidget(panel)
            panel.hide()
            panel.deleteLater()
        self._blinking = None
        self._panels = [ComparePanel(key, self) for key in keys]
        for panel in self._panels:
            self._row.addWidget(panel, 1)
            panel.show()
            panel.zoomed.connect(lambda panel=panel: self._link(panel))
        self._hint.setText(HINT + (BLINK if len(keys) == PAIR else ""))

    def _show_jobs(self, jobs: Sequence[Job]) -> None:
        here = {job.number: job for job in jobs}
        records = [here[panel.key.number].record for panel in self._panels]
        self._table.show_differences(differences(records), len(self._panels))
        for panel in self._panels:
            panel.show_image(self._services.library.image(panel.key))
            if pixmap := self._thumbnails.pixmap(panel.key):
                panel.canvas.set_small(pixmap.toImage())
        self._describe()
        self._wish()

    def _describe(self) -> None:
        library = self._services.library
        for panel in self._panels:
            panel.describe(library.image(panel.key), library.peek_marks(panel.key))

    # -- seen as one ------------------------------------------------------------------------

    def _link(self, panel: ComparePanel) -> None:
        for other in self._panels:
            if other is not panel:
                other.follow(panel.canvas)
        self._soon.start()

    def _wish(self) -> None:
        """All of them fitted, then as large as the zoom needs them."""
        if not self.is_open():
            return
        images = [self._services.library.image(panel.key) for panel in self._panels]
        saved = [image for image in images if image and image.file]
        area = self._panels[0].canvas.area()
        fits: list[QSize | None] = [area]
        zooms = [panel.canvas.zoom for panel in self._panels]
        if any(zoom.shown_scale > zoom.fit_scale * 1.01 for zoom in zooms):
            is_many = len(self._panels) > PAIR
            fits.append(QSize(WHOLE_SIDE, WHOLE_SIDE) if is_many else None)
        wishes = [
            Wish(image.key, image.file or "", fit, image.size_bytes)
            for fit in fits
            for image in saved
        ]
        self._cache.want(wishes)
        for wish in wishes:
            if (image := self._cache.get(wish)) is not None:
                self._take(wish, image)

    def _take(self, wish: Wish, image: QImage) -> None:
        for panel in self._panels:
            if panel.key != wish.key or image.isNull():
                continue
            if wish.fit is None or wish.fit.width() == WHOLE_SIDE:
                panel.canvas.set_full(image)
            else:
                panel.canvas.set_small(image)

    # -- what the user does -----------------------------------------------------------------

    def _current(self) -> ComparePanel:
        if self._blinking is not None:
            return self._panels[self._blinking]
        return next((each for each in self._panels if each.canvas.hasFocus()), self._panels[0])

    def _fit(self) -> None:
        self._current().canvas.fit()

    def _toggle_actual_size(self) -> None:
        self._current().canvas.toggle_actual_size()

    def _judged(self) -> list[ImageKey]:
        return [self._current().key] if self.is_open() and self._panels else []

    def _go(self, step: int) -> None:
        place = (self._panels.index(self._current()) + step) % len(self._panels)
        if self._blinking is not None:
            self._show_alone(place)
        self._panels[place].setFocus(Qt.FocusReason.OtherFocusReason)

    def _blink(self) -> None:
        """One in the place of the other, by turns."""
        if len(self._panels) == PAIR:
            first = self._panels.index(self._current())
            self._show_alone(first if self._blinking is None else 1 - self._blinking)

    def _show_alone(self, place: int) -> None:
        self._blinking = place
        shown = self._panels[place]
        shown.show()
        shown.setFocus(Qt.FocusReason.OtherFocusReason)
        for panel in self._panels:
            panel.setVisible(panel is shown)
        self._soon.start()

    def _side_by_side(self) -> None:
        current = self._current()
        self._blinking = None
        for panel in self._panels:
            panel.show()
        current.setFocus(Qt.FocusReason.OtherFocusReason)
        self._soon.start()

    def _on_library_changed(self, change: ChangeSet) -> None:
        if self.is_open() and any(panel.key in change.images for panel in self._panels):
            self._describe()

    # -- Qt ---------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()  # nothing typed here is meant for the window below

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and self.is_open():
            self.setGeometry(self._under.rect())
            self._soon.start()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), colors().canvas)
