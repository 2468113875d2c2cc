"""The few decoded pictures that the viewer keeps: those at hand small, one of them whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.ui.views.image_reading import ImageReading


@dataclass(frozen=True, slots=True)
class Wish:
    """A file to decode; `fit`: no larger than this, None: whole; `size_bytes`: as verified."""

    key: ImageKey
    file: str
    fit: QSize | None
    size_bytes: int | None = None

    @property
    def id(self) -> tuple[ImageKey, str, int, int]:
        size = self.fit or QSize(0, 0)
        return self.key, self.file, size.width(), size.height()


class PictureCache(QObject):
    """Works off the wishes in their order, one at a time, and forgets what nobody wishes for.

    Memory is bounded by the wishes: the viewer wishes for at most three fitted pictures and one
    whole one, and `read_image` caps each.
    """

    ready = Signal(object, QImage)  # a Wish; a null image where the file cannot be read

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wishes: dict[tuple[ImageKey, str, int, int], Wish] = {}
        self._images: dict[tuple[ImageKey, str, int, int], QImage] = {}
        self._asked: set[tuple[ImageKey, str, int, int]] = set()
        self._reading = ImageReading(self)
        self._reading.read.connect(self._on_image_read)

    def want(self, wishes: Sequence[Wish]) -> None:
        """Replaces the wishes before, most wanted first; `get` has those that are here."""
        self._wishes = {wish.id: wish for wish in wishes}
        self._images = {name: image for name, image in self._images.items() if name in self._wishes}
        self._asked &= self._wishes.keys()
        self._ask()

    def get(self, wish: Wish) -> QImage | None:
        """The image, null where the file could not be read; None while it is not here."""
        return self._images.get(wish.id)

    @property
    def size_bytes(self) -> int:
        return sum(image.sizeInBytes() for image in self._images.values())

    def _ask(self) -> None:
        """One at a time: a wish that comes later may be more urgent than what waits."""
        if self._asked:
            return
        wish = next((each for name, each in self._wishes.items() if name not in self._images), None)
        if wish is not None:
            self._asked.add(wish.id)
            is_wanted = partial(self._is_wanted, wish)
            self._reading.start(wish, wish.file, wish.fit, is_wanted, wish.size_bytes)

    def _is_wanted(self, wish: Wish) -> bool:
        """Asked from the reading thread; both mappings are only ever replaced or added to."""
        return wish.id in self._wishes and wish.id not in self._images

    def _on_image_read(self, wish: Wish, image: QImage) -> None:
        self._asked.discard(wish.id)
        if wish.id in self._wishes:
            self._images[wish.id] = image
            self.ready.emit(wish, image)
        self._ask()
