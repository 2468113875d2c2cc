"""What stands where a picture would be: why it cannot be shown."""

from __future__ import annotations

from dreamina_desktop.core.jobs.job import Image, ImageState
from dreamina_desktop.ui import words
from dreamina_desktop.ui.gallery.absence import Absence
from dreamina_desktop.ui.gallery.empty_state import EmptyPage

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
        reason = words.reason(image, trouble)
        self.show_absence(Absence("failed", "failed", words.TROUBLES[trouble], reason))

    def show_unreadable(self, file: str) -> None:
        text = f"It may have been moved or deleted: {file}"
        self.show_absence(Absence("failed", "failed", "The file cannot be read", text))
