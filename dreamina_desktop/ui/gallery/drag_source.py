"""Drags selected images out of the gallery, into the tray and to other programs: in the one nested
event loop of the window, since Qt has no other way to drag.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QBrush, QDrag, QFont, QFontMetrics, QPainter, QPen, QPixmap, QTransform

from dreamina_desktop.core.jobs.job import Image, ImageKey, Job
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.copy.mime import DraggedImages
from dreamina_desktop.ui.gallery.gallery_view import GalleryView
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.views.job_loader import images_among, with_jobs
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails


def run_drag(drag: QDrag) -> Qt.DropAction:
    """Drag until the button is released or Escape pressed; what was done with it. Only copies are
    offered: nobody may take a file away. To be called from an event of Qt and never from a
    coroutine, whose task would be in the way of all others (docs/architecture.md, Traps)."""
    return drag.exec(Qt.DropAction.CopyAction)


SIDE = 88  # of the box that each picture fits into
STEP = 8  # from one picture of the stack to the next
MOST = 3  # pictures
RADIUS = 6
OPACITY = 0.92  # what lies below is to be guessed
BADGE = 24
HOT_SPOT = QPoint(6, 6)


def drag_pixmap(thumbnails: Sequence[QPixmap | None], number: int, ratio: float) -> QPixmap:
    """Up to three of them in a stack, the first on top, and how many there are; None: an image
    without a thumbnail. `ratio`: of the screen's pixels to ours."""
    shown = thumbnails[:MOST]
    sizes = [_size(thumbnail) for thumbnail in shown]
    behind = STEP * (len(shown) - 1)
    width = max(size.width() for size in sizes) + behind + BADGE // 2
    height = max(size.height() for size in sizes) + behind + BADGE // 2
    pixmap = QPixmap(QSize(round(width * ratio), round(height * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.setOpacity(OPACITY)
        for place in reversed(range(len(shown))):
            corner = QPoint(STEP * place, STEP * place)
            _paint_picture(painter, shown[place], QRect(corner, sizes[place]), ratio)
        painter.setOpacity(1.0)
        if number > 1:
            _paint_number(painter, number, sizes[0])
    return pixmap


def _size(thumbnail: QPixmap | None) -> QSize:
    if thumbnail is None or thumbnail.isNull():
        return QSize(SIDE, SIDE * 3 // 4)
    return thumbnail.size().scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio)


def _paint_picture(
    painter: QPainter, thumbnail: QPixmap | None, place: QRect, ratio: float
) -> None:
    """With an edge, which parts it from the one below."""
    c = colors()
    inner = QRectF(place).adjusted(1, 1, -1, -1)
    painter.setPen(QPen(c.surface, 2))
    if thumbnail is None or thumbnail.isNull():
        painter.setBrush(c.canvas)
        painter.drawRoundedRect(inner, RADIUS, RADIUS)
        corner = place.center() - QPoint(icons.SIZE // 2, icons.SIZE // 2)
        painter.drawPixmap(corner, icons.pixmap("image", c.muted, icons.SIZE, ratio))
    else:
        brush = QBrush(thumbnail)
        start = QTransform.fromTranslate(place.left(), place.top())
        across = place.width() / thumbnail.width()
        brush.setTransform(start.scale(across, place.height() / thumbnail.height()))
        painter.setBrush(brush)
        painter.drawRoundedRect(inner, RADIUS, RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(c.control, 1))
    painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def _paint_number(painter: QPainter, number: int, top: QSize) -> None:
    """At the lower right corner of the picture on top."""
    c = colors()
    font = QFont(painter.font())
    font.setWeight(QFont.Weight.DemiBold)
    text = f"{number:,}"
    width = max(BADGE, QFontMetrics(font).horizontalAdvance(text) + 14)
    right = top.width() + BADGE // 2
    badge = QRect(max(0, right - width), top.height() - BADGE // 2, width, BADGE)
    painter.setPen(QPen(c.surface, 2))
    painter.setBrush(c.accent)
    painter.drawRoundedRect(QRectF(badge).adjusted(1, 1, -1, -1), BADGE / 2 - 1, BADGE / 2 - 1)
    painter.setFont(font)
    painter.setPen(c.on_accent)
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


MOST_DRAGGED = 2_000  # images: more is a matter for an export


class Dragging(QObject):
    """What other programs get is a local file, never an address: images that are not saved go
    into the tray alone, and it says so."""

    ended = Signal()  # dropped somewhere, or not

    def __init__(
        self,
        services: Services,
        view: GalleryView,
        thumbnails: Thumbnails,
        selected: Callable[[], Sequence[ImageKey]],
        run: Callable[[QDrag], Qt.DropAction] = run_drag,
    ) -> None:
        super().__init__(view)
        self._services = services
        self._view = view
        self._thumbnails = thumbnails
        self._selected = selected
        self._run = run
        self._is_going_on = False

    def start(self) -> None:
        """With what is selected, as soon as that is read, if the button is still held then."""
        keys = list(self._selected())
        if len(keys) > MOST_DRAGGED:
            self._services.messages.say(
                f"{counted(len(keys), 'image')} are too many to drag: {MOST_DRAGGED:,} at most."
            )
        elif keys:
            # A drag is a nested event loop: it is begun by an event of Qt, in no task.
            with_jobs(
                self._services,
                (key.number for key in keys),
                lambda jobs: QTimer.singleShot(0, lambda: self._drag(jobs, keys)),
            )

    def _drag(self, jobs: Sequence[Job], keys: Sequence[ImageKey]) -> None:
        if not shiboken6.isValid(self) or self._is_going_on or not self._view.is_grabbed:
            return
        images = [self._as_it_is(image) for image in images_among(jobs, keys)]
        if not images:
            return
        drag = QDrag(self._view)
        drag.setMimeData(DraggedImages(jobs, images))
        pixmaps = [self._thumbnails.pixmap(image.key) for image in images[:MOST]]
        drag.setPixmap(drag_pixmap(pixmaps, len(images), self._view.devicePixelRatioF()))
        drag.setHotSpot(HOT_SPOT)
        unsaved = [image.key for image in images if not image.file]
        if len(unsaved) == len(images):
            self._say_nothing_saved(unsaved)
        self._is_going_on = True
        try:
            action = self._run(drag)
        finally:
            self._is_going_on = False
        if not shiboken6.isValid(self):
            return
        self._view.let_go()
        self.ended.emit()
        taken_away = action is Qt.DropAction.CopyAction and _left_the_program(drag)
        if taken_away and unsaved:
            self._say_some_saved(unsaved, len(images))

    def _as_it_is(self, image: Image) -> Image:
        """Without its file, where that is known to be gone or changed."""
        trouble = image.file and self._services.file_watch.trouble(image.key)
        return replace(image, file=None) if trouble else image

    def _say_nothing_saved(self, keys: Sequence[ImageKey]) -> None:
        verb, whose = ("is", "its reference") if len(keys) == 1 else ("are", "their references")
        self._services.messages.say(
            f"{wording.keys(keys)} {verb} not saved: there is no file for other programs. "
            f"The tray takes {whose}."
        )

    def _say_some_saved(self, unsaved: Sequence[ImageKey], total: int) -> None:
        verb = "is" if len(unsaved) == 1 else "are"
        self._services.messages.say(
            f"Dragged {total - len(unsaved)} of {counted(total, 'file')}: "
            f"{wording.keys(unsaved)} {verb} not saved."
        )


def _left_the_program(drag: QDrag) -> bool:
    return shiboken6.isValid(drag) and drag.target() is None
