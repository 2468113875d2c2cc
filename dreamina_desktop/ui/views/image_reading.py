"""Read a saved image off the GUI thread. Only files that Pillow has passed come here."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import (
    QCoreApplication,
    QFile,
    QIODevice,
    QObject,
    QRunnable,
    QSize,
    QThreadPool,
    QUrl,
    Signal,
)
from PySide6.QtGui import QColorSpace, QImage, QImageIOHandler, QImageReader

from dreamina_desktop.core.export.file_name import is_text, path_as_text
from dreamina_desktop.ui.widgets.overrides import guarded

MAX_IMAGE_BYTES = 300_000_000  # an 8192 x 8192 image takes 268 MB; larger ones are scaled down
SRGB = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
_TURNED = QImageIOHandler.Transformation.TransformationRotate90


def read_image(file: str, fit: QSize | None = None, size_bytes: int | None = None) -> QImage:
    """The image, upright; scaled down while decoding where it is larger than `fit`, and always
    to at most MAX_IMAGE_BYTES. A null image when the file cannot be read, or has not the
    `size_bytes` that were verified. Any thread."""
    source = opened(file)
    if size_bytes is not None and source.size() != size_bytes:
        return QImage()
    QImageReader.setAllocationLimit(0)  # what is allowed was decided when it was verified
    reader = QImageReader(source)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid():
        scaled = _scaled(size, _before_turning(reader, fit))
        if scaled != size:
            reader.setScaledSize(scaled)
    image = reader.read()
    if image.isNull():
        return image
    image = in_srgb(image)
    alpha = image.hasAlphaChannel()
    wanted = QImage.Format.Format_ARGB32_Premultiplied if alpha else QImage.Format.Format_RGB32
    return image.convertToFormat(wanted)


def opened(file: str) -> QFile:
    """A file that is read, also one whose name is no text: Qt knows no such names. Not open where
    it cannot be. Any thread."""
    source = QFile(file)
    if is_text(file):
        source.open(QIODevice.OpenModeFlag.ReadOnly)
        return source
    with suppress(OSError):
        handle = os.open(file, os.O_RDONLY)
        source.open(handle, QIODevice.OpenModeFlag.ReadOnly, QFile.FileHandleFlag.AutoCloseHandle)
    return source


def file_url(file: str) -> QUrl:
    """For other programs, whatever its name is."""
    return QUrl.fromLocalFile(file) if is_text(file) else QUrl(path_as_text(file))


def in_srgb(image: QImage) -> QImage:
    """A file with a colour profile has other numbers for the colours that screens show. Any
    thread."""
    space = image.colorSpace()
    if space.isValid() and space != SRGB:
        converted = image.convertedToColorSpace(SRGB)
        return image if converted.isNull() else converted  # a profile that Qt cannot use
    return image


class ImageReading(QObject):
    """Reads in threads of its own, and tells the thread that made this object."""

    read = Signal(object, QImage)  # what was given as `ticket`, and the image

    def __init__(self, parent: QObject | None = None, threads: int = 1) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.finish)

    def start(
        self,
        ticket: object,
        file: str,
        fit: QSize | None,
        is_wanted: Callable[[], bool],
        size_bytes: int | None = None,
    ) -> None:
        """Read `file`; skipped without a signal when it is not wanted by the time of its turn.
        `size_bytes`: what was verified."""

        def read() -> QImage:
            return read_image(file, fit, size_bytes)

        self._pool.start(_Reading(self, ticket, read, is_wanted))

    def finish(self) -> None:
        """Drop what was not begun and wait for what is being read: a thread must not outlive
        the objects it tells."""
        self._pool.clear()
        self._pool.waitForDone()


@guarded
class _Reading(QRunnable):
    def __init__(
        self,
        owner: ImageReading,
        ticket: object,
        read: Callable[[], QImage],
        is_wanted: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._owner = owner
        self._ticket = ticket
        self._read = read
        self._is_wanted = is_wanted

    def run(self) -> None:
        if self._is_wanted():
            image = self._read()
            with suppress(RuntimeError):  # its owner is just being deleted: nobody waits for it
                self._owner.read.emit(self._ticket, image)


def _before_turning(reader: QImageReader, fit: QSize | None) -> QSize | None:
    """Sizes of a reader are those before the EXIF orientation turns the image."""
    turned = bool(reader.transformation().value & _TURNED.value)
    return fit.transposed() if fit is not None and turned else fit


def _scaled(size: QSize, fit: QSize | None) -> QSize:
    width, height = size.width(), size.height()
    factor = min(1.0, (MAX_IMAGE_BYTES / (width * height * 4)) ** 0.5)
    if fit is not None:
        factor = min(factor, max(1, fit.width()) / width, max(1, fit.height()) / height)
    return QSize(max(1, round(width * factor)), max(1, round(height * factor)))
