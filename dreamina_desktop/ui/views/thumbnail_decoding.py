"""Decode thumbnails off the GUI thread: half a millisecond each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from PySide6.QtGui import QImage, QImageReader

from dreamina_desktop.core.jobs.job import ImageKey
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
