"""Text that comes from outside: the clipboard, and what is dropped on the window."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from PySide6.QtCore import QFile, QFileInfo, QIODevice, QMimeData, QSysInfo, QUrl
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QSpinBox, QTextEdit

from dreamina_desktop.core.paste.find_ids import find
from dreamina_desktop.core.text.unescape import decoded, says_encoding, text_of_html
from dreamina_desktop.core.text.wording import middle_shortened

MOST_FILES = 2_000  # of a folder
NAME_LENGTH = 60  # characters of a file in a message
MAX_BYTES = 16 * 1024 * 1024  # of a file
MOST_BYTES = 64 * 1024 * 1024  # of all files that come together
_LONGEST_LIST = 200_000  # characters of a text that may be one of addresses
_LONGEST_HEADING = 100
_HEADINGS = ("copy", "cut", "x-special/nautilus-clipboard", "x-special/gnome-copied-files")
_NAMED_BY = 2  # a file's own name, and its folder's
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@dataclass(frozen=True, slots=True)
class Texts:
    """What some files held, and the names of those that could not be read, with the reason."""

    text: str
    unread: tuple[str, ...]


def files_and_text(data: QMimeData) -> tuple[list[str], str]:
    """The paths of the files that `data` names, also as a text of nothing but their addresses; else
    its text, or what a page shows that comes alone. Read once: for each reading the owner of the
    clipboard is asked anew, which takes as long as that likes."""
    urls = data.urls()
    if files := _local(urls):
        return files, ""
    text = data.text()
    if not urls and (files := _local(_urls_in(text))):
        return files, ""
    return [], text if text and not text.isspace() else text_of_html(data.html())


def _local(urls: Sequence[QUrl]) -> list[str]:
    return [_path_of(url) for url in urls if url.isLocalFile()]


def _urls_in(text: str) -> list[QUrl]:
    """Some file managers put addresses behind a heading and the word `copy`."""
    if len(text) > _LONGEST_LIST or "file:" not in text[:_LONGEST_HEADING].lower():
        return []
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if line.lower() not in _HEADINGS]
    return [QUrl(line) for line in lines] if all(map(_is_file_url, lines)) else []


def _is_file_url(line: str) -> bool:
    return line.lower().startswith("file:")


def _path_of(url: QUrl) -> str:
    """`file://localhost/…` and `file://this-machine/…` are files here; of another host, there."""
    here = QSysInfo.machineHostName().lower()
    if url.host().lower() in ("localhost", "127.0.0.1", "::1", here, here.split(".")[0]):
        url = QUrl(url)
        url.setHost("")
    return url.toLocalFile()


def has_something(data: QMimeData) -> bool:
    """Whether there may be IDs in `data`."""
    return data.hasText() or data.hasHtml()  # files are texts to Qt


def files_within(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Files and those within folders, for names of both; and what was left out, in words. Slow, so
    in a thread. Links to folders are not followed; hidden files are left alone."""
    files, left_out = list[str](), list[str]()
    for name in names:
        inner = _files_in(name) if QFileInfo(name).isDir() else iter((name,))
        files += islice(inner, MOST_FILES)
        if next(inner, None) is not None:
            named = middle_shortened(QFileInfo(name).fileName(), NAME_LENGTH)
            left_out.append(f"{named} has more than {MOST_FILES:,} files")
    return files, left_out


def _files_in(folder: str) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        shown = sorted(each for each in files if not each.startswith("."))
        yield from (os.path.join(here, each) for each in shown)


def named_ids(names: Sequence[str]) -> list[str]:
    """The job IDs in the names of files and folders: so the vendor's own script names what it
    saves. Slow, so in a thread."""
    parts = [part for name in names for part in name.replace("\\", "/").split("/")[-_NAMED_BY:]]
    aimed = dict.fromkeys(part for part in parts if "dreamina" in part)
    return [jobid for part in aimed for jobid in find(part).jobids]


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
