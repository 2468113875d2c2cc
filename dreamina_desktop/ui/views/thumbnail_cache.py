"""Thumbnails as pixmaps: decoded off the GUI thread, half a millisecond each, and kept by image
within a limit of memory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QObject,
    QRunnable,
    QThreadPool,
    Signal,
)
from PySide6.QtGui import QImage, QImageReader, QPixmap

from dreamina_desktop.core.jobs.job import ImageKey, ImageState
from dreamina_desktop.services.library import ChangeSet, Library
from dreamina_desktop.services.thumbnails.thumbnailer import Thumbnailer
from dreamina_desktop.ui.views.image_reading import in_srgb
from dreamina_desktop.ui.widgets.overrides import guarded

Decoded = tuple[ImageKey, bytes, QImage]  # of which JPEG; a null image: it is none
THREADS = 2
AT_ONCE = 6  # told together: a screen fills in a few repaints


class ThumbnailDecoding(QObject):
    """Decodes in threads of its own, and tells the thread that made this object."""

    decoded = Signal(object)  # a list of Decoded

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)
        self._pool.setExpiryTimeout(-1)  # each new thread would begin a heap of its own
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.finish)

    def start(self, jpegs: Mapping[ImageKey, bytes]) -> None:
        """Decode these, the first ones first."""
        pairs = list(jpegs.items())
        for start in range(0, len(pairs), AT_ONCE):
            self._pool.start(_Decoding(self, pairs[start : start + AT_ONCE]))

    def finish(self) -> None:
        """Drop what was not begun and wait for the rest: a thread must not outlive the objects it
        tells."""
        self._pool.clear()
        self._pool.waitForDone()


@guarded
class _Decoding(QRunnable):
    def __init__(self, owner: ThumbnailDecoding, jpegs: Sequence[tuple[ImageKey, bytes]]) -> None:
        super().__init__()
        self._owner = owner
        self._jpegs = jpegs

    def run(self) -> None:
        self._owner.decoded.emit([(key, jpeg, _image(jpeg)) for key, jpeg in self._jpegs])


def _image(jpeg: bytes) -> QImage:
    """By a reader: unlike QImage.fromData it lets go of Python meanwhile."""
    buffer = QBuffer()
    buffer.setData(QByteArray(jpeg))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    image = in_srgb(QImageReader(buffer, QByteArray(b"jpeg")).read())
    wanted = QImage.Format.Format_RGB32
    return image if image.isNull() or image.format() == wanted else image.convertToFormat(wanted)


LIMIT_BYTES = 24_000_000  # some 100 thumbnails: what is shown, and the screens around it


class Thumbnails(QObject):
    """What the views paint. What one of them wants stays; of the others the last used, within the
    limit: the rest is read again from the store, which takes a moment."""

    made = Signal(object)  # an ImageKey: `pixmap` or `failed` answers otherwise than before

    def __init__(
        self,
        thumbnailer: Thumbnailer,
        library: Library,
        parent: QObject | None = None,
        limit_bytes: int = LIMIT_BYTES,
    ) -> None:
        super().__init__(parent)
        self._thumbnailer = thumbnailer
        self._library = library
        self._pixmaps = _Pixmaps(limit_bytes)
        self._decoding = ThumbnailDecoding(self)
        self._under_way: dict[ImageKey, bytes] = {}  # being decoded
        self._files: dict[ImageKey, str] = {}  # what is here or under way, and was made of which
        self._failed: set[ImageKey] = set()
        self._wanted: dict[str, frozenset[ImageKey]] = {}
        self._decoding.decoded.connect(self._on_decoded)
        thumbnailer.subscribe(self._on_thumbnails_made)
        library.subscribe(self._on_library_changed)

    @property
    def size_bytes(self) -> int:
        """The memory of the pixmaps."""
        return self._pixmaps.size_bytes

    def pixmap(self, key: ImageKey) -> QPixmap | None:
        """The thumbnail, at most 320 px, where there is one. GUI thread only."""
        return self._pixmaps.get(key)

    def failed(self, key: ImageKey) -> bool:
        """Whether the saved file could not be made into a thumbnail."""
        return key in self._failed

    def want(self, view: str, keys: Sequence[ImageKey]) -> None:
        """What `view` shows now, most wanted first; what is here already is not asked for."""
        self._wanted[view] = frozenset(keys)
        self._thumbnailer.want(view, [key for key in keys if self._is_missing(key)])

    def _is_missing(self, key: ImageKey) -> bool:
        if key in self._pixmaps or key in self._under_way or key in self._failed:
            return False
        image = self._library.peek_image(key)
        return image is not None and image.state in (ImageState.SAVED, ImageState.TRASHED)

    def _on_thumbnails_made(self, jpegs: Mapping[ImageKey, bytes | None]) -> None:
        to_decode: dict[ImageKey, bytes] = {}
        for key, jpeg in jpegs.items():
            image = self._library.image(key)
            if image is None or not (image.file or image.state is ImageState.TRASHED):
                continue  # its file went away while the thumbnail was made
            self._forget(key)
            self._files[key] = image.file or ""
            if jpeg is None:
                self._fail(key)
            else:
                to_decode[key] = jpeg
        self._under_way.update(to_decode)
        self._decoding.start(to_decode)

    def _on_decoded(self, images: Sequence[Decoded]) -> None:
        wanted = frozenset[ImageKey]().union(*self._wanted.values())
        for key, jpeg, image in images:
            if self._under_way.get(key) is not jpeg:
                continue  # its file was replaced meanwhile
            del self._under_way[key]
            if image.isNull():
                self._fail(key)
                continue
            for evicted in self._pixmaps.put(key, QPixmap.fromImage(image), wanted):
                self._files.pop(evicted, None)
            self.made.emit(key)

    def _fail(self, key: ImageKey) -> None:
        self._failed.add(key)
        self.made.emit(key)

    def _on_library_changed(self, change: ChangeSet) -> None:
        for key in change.images & self._files.keys():
            image = self._library.image(key)
            if image is None or (image.file or "") != self._files[key]:
                self._forget(key)

    def _forget(self, key: ImageKey) -> None:
        self._pixmaps.drop(key)
        self._under_way.pop(key, None)
        self._failed.discard(key)
        self._files.pop(key, None)


class _Pixmaps:
    """By image, the least recently used ones dropped above a limit."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self.size_bytes = 0
        self._pixmaps: OrderedDict[ImageKey, QPixmap] = OrderedDict()

    def __contains__(self, key: ImageKey) -> bool:
        return key in self._pixmaps

    def get(self, key: ImageKey) -> QPixmap | None:
        if key not in self._pixmaps:
            return None
        self._pixmaps.move_to_end(key)
        return self._pixmaps[key]

    def put(
        self, key: ImageKey, pixmap: QPixmap, wanted: Collection[ImageKey]
    ) -> Sequence[ImageKey]:
        """Keep a pixmap; the keys that had to go for it. The `wanted` and the newest stay."""
        self.drop(key)
        evicted = []
        self.size_bytes += _bytes(pixmap)
        if self.size_bytes > self._limit_bytes:
            for oldest in [each for each in self._pixmaps if each not in wanted]:
                self.drop(oldest)
                evicted.append(oldest)
                if self.size_bytes <= self._limit_bytes:
                    break
        self._pixmaps[key] = pixmap
        return evicted

    def drop(self, key: ImageKey) -> None:
        if key in self._pixmaps:
            self.size_bytes -= _bytes(self._pixmaps.pop(key))


def _bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
