"""Drags selected images out of the gallery: into the tray, and to other programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QDrag

from dreamina_desktop.core.jobs.job import Image, ImageKey, Job
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.ui import words
from dreamina_desktop.ui.copy.mime import DraggedImages
from dreamina_desktop.ui.gallery.drag_pixmap import HOT_SPOT, MOST, drag_pixmap
from dreamina_desktop.ui.gallery.gallery_view import GalleryView
from dreamina_desktop.ui.gallery.run_drag import run_drag
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.job_loader import images_among, with_jobs
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails

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
            f"{words.keys(keys)} {verb} not saved: there is no file for other programs. "
            f"The tray takes {whose}."
        )

    def _say_some_saved(self, unsaved: Sequence[ImageKey], total: int) -> None:
        verb = "is" if len(unsaved) == 1 else "are"
        self._services.messages.say(
            f"Dragged {total - len(unsaved)} of {counted(total, 'file')}: "
            f"{words.keys(unsaved)} {verb} not saved."
        )


def _left_the_program(drag: QDrag) -> bool:
    return shiboken6.isValid(drag) and drag.target() is None
