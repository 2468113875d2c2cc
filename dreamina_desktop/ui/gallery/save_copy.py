"""Save copies of images where the user wants them; the dialog is not modal to the loop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QFile, QIODevice, QObject, QRunnable, QSaveFile, QThreadPool, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from dreamina_desktop.core.jobs.job import Image
from dreamina_desktop.services.session.messages import Messages
from dreamina_desktop.ui.views.image_reading import opened
from dreamina_desktop.ui.widgets.overrides import guarded

_CHUNK_BYTES = 1 << 20


class Saving(QObject):
    """Asks where to, copies off the GUI thread, and says what came of it."""

    _copied = Signal(str)  # what to say

    def __init__(self, messages: Messages, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._dialog: QFileDialog | None = None
        self._copied.connect(messages.say)

    def ask(self, images: Sequence[Image]) -> None:
        """For one image a file name, for several a folder."""
        files = [image.file for image in images if image.file]
        if not files:
            return
        dialog = QFileDialog(self._window)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        if len(files) == 1:
            dialog.setWindowTitle("Save a copy")
            dialog.selectFile(Path(files[0]).name)
        else:
            dialog.setWindowTitle(f"Save {len(files)} copies to a folder")
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptOpen)
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda target: self.copy(files, target))
        dialog.finished.connect(dialog.deleteLater)
        self._dialog = dialog
        dialog.open()

    def copy(self, files: Sequence[str], target: str) -> None:
        """One file to the file `target`; several into the folder `target`, nothing overwritten."""
        self._pool.start(_Copying(self, files, target))

    def wait(self) -> None:
        """Until all copies are done."""
        self._pool.waitForDone()


@guarded
class _Copying(QRunnable):
    def __init__(self, owner: Saving, files: Sequence[str], target: str) -> None:
        super().__init__()
        self._owner = owner
        self._files = files
        self._target = target

    def run(self) -> None:
        trouble = ""
        saved = 0
        for file in self._files:
            target = Path(self._target)
            if len(self._files) > 1:
                target = _free(target / Path(file).name)
            trouble = copy_file(file, str(target))
            if trouble:
                break
            saved += 1
        self._owner._copied.emit(_words(saved, len(self._files), self._target, trouble))


def copy_file(source: str, target: str) -> str:
    """Copy bytes; the target appears whole or not at all. What went wrong, or ""."""
    reading, writing = opened(source), QSaveFile(target)
    if not reading.isOpen():
        return f"{source} cannot be read: {reading.errorString()}"
    if not writing.open(QIODevice.OpenModeFlag.WriteOnly):
        return f"{target} cannot be written: {writing.errorString()}"
    while chunk := reading.read(_CHUNK_BYTES):
        if writing.write(chunk) != chunk.size():
            break
    if reading.error() is not QFile.FileError.NoError:
        writing.cancelWriting()
        return f"{source} cannot be read: {reading.errorString()}"
    return "" if writing.commit() else f"{target} cannot be written: {writing.errorString()}"


def _free(target: Path) -> Path:
    """`target`, or the first free name beside it."""
    candidate, number = target, 2
    while candidate.exists():
        candidate = target.with_stem(f"{target.stem} ({number})")
        number += 1
    return candidate


def _words(saved: int, total: int, target: str, trouble: str) -> str:
    if trouble:
        return trouble if total == 1 else f"Saved {saved} of {total} copies. {trouble}"
    return f"Saved a copy as {target}" if total == 1 else f"Saved {total} copies in {target}"
