"""Thumbnails as pixmaps: kept by image, within a limit of memory, decoded when painted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from dreamina_desktop.core.job import ImageKey, ImageState
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.thumbnailer import Thumbnailer

T = TypeVar("T")

JPEG_LIMIT_BYTES = 24_000_000  # some 1,200 thumbnails
PIXMAP_LIMIT_BYTES = 72_000_000  # some 300 of them decoded


class Thumbnails(QObject):
    """What the views paint. The JPEGs of many are kept, the pixmaps of the last painted."""

    made = Signal(object)  # an ImageKey: `pixmap` or `failed` answers otherwise than before

    def __init__(
        self,
        thumbnailer: Thumbnailer,
        library: Library,
        parent: QObject | None = None,
        jpeg_limit_bytes: int = JPEG_LIMIT_BYTES,
        pixmap_limit_bytes: int = PIXMAP_LIMIT_BYTES,
    ) -> None:
        super().__init__(parent)
        self._thumbnailer = thumbnailer
        self._library = library
        self._jpegs = _Kept[bytes](jpeg_limit_bytes)
        self._pixmaps = _Kept[QPixmap](pixmap_limit_bytes)
        self._files: dict[ImageKey, str] = {}  # what was made from which file
        self._failed: set[ImageKey] = set()
        thumbnailer.subscribe(self._on_thumbnail_made)
        library.subscribe(self._on_library_changed)

    def pixmap(self, key: ImageKey) -> QPixmap | None:
        """The thumbnail, at most 320 px, where there is one. GUI thread only."""
        pixmap = self._pixmaps.get(key)
        if pixmap is None and (jpeg := self._jpegs.get(key)) is not None:
            pixmap = self._decoded(key, jpeg)
        return pixmap

    def failed(self, key: ImageKey) -> bool:
        """Whether the saved file could not be made into a thumbnail."""
        return key in self._failed

    def want(self, view: str, keys: Sequence[ImageKey]) -> None:
        """What `view` shows now, most wanted first; what is here already is not asked for."""
        self._thumbnailer.want(view, [key for key in keys if self._is_missing(key)])

    def _is_missing(self, key: ImageKey) -> bool:
        if key in self._jpegs or key in self._failed:
            return False
        image = self._library.peek_image(key)
        return image is not None and image.state is ImageState.SAVED

    def _decoded(self, key: ImageKey, jpeg: bytes) -> QPixmap | None:
        pixmap = QPixmap()
        if not pixmap.loadFromData(jpeg):
            self._jpegs.drop(key)
            self._failed.add(key)
            return None
        self._pixmaps.put(key, pixmap, pixmap.width() * pixmap.height() * 4)
        return pixmap

    def _on_thumbnail_made(self, key: ImageKey, jpeg: bytes | None) -> None:
        image = self._library.image(key)
        if image is None or image.file is None:
            return  # its file went away while the thumbnail was made
        self._forget(key)
        self._files[key] = image.file
        if jpeg is None:
            self._failed.add(key)
        else:
            for evicted in self._jpegs.put(key, jpeg, len(jpeg)):
                self._files.pop(evicted, None)
        self.made.emit(key)

    def _on_library_changed(self, change: ChangeSet) -> None:
        for key in change.images & self._files.keys():
            image = self._library.image(key)
            if image is None or image.file != self._files[key]:
                self._forget(key)

    def _forget(self, key: ImageKey) -> None:
        self._jpegs.drop(key)
        self._pixmaps.drop(key)
        self._failed.discard(key)
        self._files.pop(key, None)


class _Kept(Generic[T]):
    """Values by image, the least recently used ones dropped above a limit."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self.size_bytes = 0
        self._values: OrderedDict[ImageKey, tuple[T, int]] = OrderedDict()

    def __contains__(self, key: ImageKey) -> bool:
        return key in self._values

    def get(self, key: ImageKey) -> T | None:
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def put(self, key: ImageKey, value: T, size_bytes: int) -> list[ImageKey]:
        """Keep a value; the keys that had to go for it. The newest always stays."""
        self.drop(key)
        self._values[key] = (value, size_bytes)
        self.size_bytes += size_bytes
        evicted = []
        while self.size_bytes > self._limit_bytes and len(self._values) > 1:
            oldest = next(iter(self._values))
            self.drop(oldest)
            evicted.append(oldest)
        return evicted

    def drop(self, key: ImageKey) -> None:
        if key in self._values:
            self.size_bytes -= self._values.pop(key)[1]
