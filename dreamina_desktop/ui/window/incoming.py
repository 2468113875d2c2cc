"""Text that comes from outside: the clipboard, and what is dropped on the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QFile, QFileInfo, QIODevice, QMimeData
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QSpinBox, QTextEdit

from dreamina_desktop.core.counting import middle_shortened
from dreamina_desktop.core.wrapped_text import decoded, says_encoding

NAME_LENGTH = 60  # characters of a file in a message
MAX_BYTES = 16 * 1024 * 1024  # of a file
MOST_BYTES = 64 * 1024 * 1024  # of all files that come together
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@dataclass(frozen=True, slots=True)
class Texts:
    """What some files held, and the names of those that could not be read, with the reason."""

    text: str
    unread: tuple[str, ...]


def local_files(data: QMimeData) -> list[str]:
    """The paths of the files that `data` names."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]


def has_something(data: QMimeData) -> bool:
    """Whether there may be IDs in `data`."""
    return data.hasText() or bool(local_files(data))


def pictures_among(files: Sequence[str]) -> list[str]:
    """Those that begin like JPEG, PNG or WebP; slow, so in a thread."""
    return [file for file in files if _begins_like_a_picture(file)]


def _begins_like_a_picture(name: str) -> bool:
    file = QFile(name)
    if not QFileInfo(name).isFile() or not file.open(QIODevice.OpenModeFlag.ReadOnly):
        return False
    head = bytes(file.read(12).data())
    return head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:] == b"WEBP")


def read_texts(files: Sequence[str]) -> Texts:
    """Read text files; slow, so in a thread. Only plain files, at most 16 MB each and 64 MB in
    all."""
    texts, unread = [], []
    left = MOST_BYTES
    for name in files:
        info, file = QFileInfo(name), QFile(name)
        named = middle_shortened(info.fileName(), NAME_LENGTH)
        if not info.isFile():  # a folder, or a pipe that would never end
            unread.append(f"{named} is not a file")
        elif info.size() > MAX_BYTES:
            unread.append(f"{named} is larger than 16 MB")
        elif info.size() > left:
            unread.append(f"{named} is more than the 64 MB that are read at once")
        elif not file.open(QIODevice.OpenModeFlag.ReadOnly):
            unread.append(f"{named} cannot be read")
        else:
            data = bytes(file.readAll().data())
            file.close()
            left -= len(data)
            if _is_text(data):
                texts.append(decoded(data))
            else:
                unread.append(f"{named} is not a text")
    return Texts("\n".join(texts), tuple(unread))


def _is_text(data: bytes) -> bool:
    """Zips, programs and databases have zeros at their beginnings."""
    return says_encoding(data) or b"\0" not in data[:4096]


def editable_has_focus() -> bool:
    """Whether a paste belongs to a text field."""
    widget = QApplication.focusWidget()
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, QSpinBox)
