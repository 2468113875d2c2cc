"""Images for other programs, by clipboard or by drag: docs/clipboard.md has the types."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QByteArray, QMetaType, QMimeData

from dreamina_desktop.core.export.clipboard_list import MIME_TYPE, image_list, listed_keys
from dreamina_desktop.core.jobs.job import Image, ImageKey, Job
from dreamina_desktop.ui.views.image_reading import file_url, opened
from dreamina_desktop.ui.widgets.overrides import guarded

COPIED_FILES = "x-special/gnome-copied-files"
MAX_FILE_BYTES = 32_000_000  # read while a program waits for what was dropped
_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


class ImagesData(QMimeData):
    """Their files and what they are. No text: who is offered text and a picture may take the
    text."""

    def __init__(self, jobs: Sequence[Job], images: Sequence[Image]) -> None:
        """The `images`, at least one, are of these jobs; those without a file are only listed."""
        super().__init__()
        urls = [file_url(image.file) for image in images if image.file]
        if urls:
            self.setUrls(urls)
            # No line feed at the end: some file managers would take it for one more file.
            lines = ["copy", *(bytes(url.toEncoded().data()).decode() for url in urls)]
            self.setData(COPIED_FILES, "\n".join(lines).encode())
        self.setData(MIME_TYPE, image_list(jobs, images))


@guarded
class DraggedImages(ImagesData):
    """One picture is offered too: its file as it is, read when somebody asks for it. Decoding it
    would hold up the window, and so would Qt, which encodes again what was decoded."""

    def __init__(self, jobs: Sequence[Job], images: Sequence[Image]) -> None:
        super().__init__(jobs, images)
        self._file, self._type = "", ""
        first = images[0]
        if len(images) == 1 and first.file and (first.size_bytes or 0) <= MAX_FILE_BYTES:
            self._file, self._type = first.file, image_type(first.file)

    def formats(self) -> list[str]:
        return [*super().formats(), self._type] if self._type else super().formats()

    def hasFormat(self, mime_type: str) -> bool:
        return mime_type in self.formats()

    def retrieveData(self, mime_type: str, preferred: QMetaType | QMetaType.Type) -> Any:
        if mime_type and mime_type == self._type:
            return _content(self._file)
        return super().retrieveData(mime_type, preferred)


def image_type(file: str) -> str:
    """The MIME type that the name of a saved image says; "" where it says none."""
    return _TYPES.get(PurePath(file).suffix.lower(), "")


def image_keys(data: QMimeData) -> tuple[ImageKey, ...]:
    """The images that are listed there. Their numbers are of the library that they come from."""
    return listed_keys(bytes(data.data(MIME_TYPE).data())) if data.hasFormat(MIME_TYPE) else ()


def _content(name: str) -> QByteArray:
    """Nothing where it cannot be read: Qt asks, and an exception would go nowhere."""
    file = opened(name)
    if not file.isOpen():
        return QByteArray()
    content = file.readAll()
    file.close()
    return content
