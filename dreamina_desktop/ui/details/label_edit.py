"""A job's label, to be read and written in its place."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import LABEL_LENGTH, Job, clean_label
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.overrides import guarded


@dataclass(frozen=True, slots=True)
class Writing:
    """What is being written, and where."""

    number: int
    text: str
    cursor: int


@guarded
class LabelEdit(QLineEdit):
    """Enter keeps what is written, and so does leaving it; Esc gives it up."""

    def __init__(self, services: Services, job: Job) -> None:
        super().__init__(job.label)
        self._services = services
        self._number = job.number
        self._kept = job.label
        self._is_replaced = False
        self.setAccessibleName("Label")
        self.setPlaceholderText("What you call this job")
        self.setMaxLength(LABEL_LENGTH)
        self.setCursorPosition(0)
        self.editingFinished.connect(self._keep)

    def writing(self) -> Writing | None:
        """What another field of the same job is to go on with, which takes this one's place."""
        if not self.hasFocus():
            return None
        self._is_replaced = True
        return Writing(self._number, self.text(), self.cursorPosition())

    def go_on(self, writing: Writing) -> None:
        """With what was being written when the page was made anew."""
        if writing.number == self._number:
            self.setText(writing.text)
            self.setCursorPosition(writing.cursor)
            self.setFocus()

    def event(self, event: QEvent) -> bool:
        """Keys that are typed here are no shortcuts: digits are stars elsewhere."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if plain and (event.text() or event.key() == Qt.Key.Key_Escape):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._kept)
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def _keep(self) -> None:
        label = clean_label(self.text())
        if self._is_replaced or label == self._kept:
            return
        self._kept = label
        self._services.supervisor.spawn(self._write(label), "label")

    async def _write(self, label: str) -> None:
        try:
            await self._services.tracker.label(self._number, label)
        except DatabaseError as error:
            self._services.messages.say(f"The label was not kept. {error}")
