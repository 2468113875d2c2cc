"""The field for IDs with its button: says what it found while one types, and tracks it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.services.tracking.paste_run import Preview
from dreamina_desktop.services.tracking.tracker import LARGE
from dreamina_desktop.ui.intake.id_edit import IdEdit
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.widgets.overrides import guarded
from dreamina_desktop.ui.widgets.word_break import breakable

PREVIEW_MS = 60
READING = "Reading…"
GAP = 12  # pixels beside the words in the field


@guarded
class IdField(QWidget):
    """`submitted` carries the whole text, however large."""

    submitted = Signal(object)  # str: Qt would copy a large one twice
    anyway = Signal(str)  # one word that does not look like an ID
    files_pasted = Signal(object)  # list[str], their paths

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._maybe: str | None = None
        self._words = ""
        self._reading = 0  # counts large texts: only the last one's answer is shown
        self.edit = IdEdit()
        self.edit.setAccessibleName("Job IDs")
        self.edit.setPlaceholderText("Paste job IDs, a log, or JSON")
        self._found = QLabel(self.edit)
        self._found.setProperty("role", "found")
        self._found.setTextFormat(Qt.TextFormat.PlainText)
        self._found.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        self._found.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._more = QLabel()
        self._more.setProperty("role", "muted")
        self._more.setTextFormat(Qt.TextFormat.PlainText)
        self._more.setWordWrap(True)
        self._more.hide()
        self._button = QPushButton("Track")
        self._button.setProperty("role", "primary")
        self._button.setEnabled(False)
        self._timer = QTimer(self, singleShot=True, interval=PREVIEW_MS)
        self._lay_out()
        self._timer.timeout.connect(self._preview)
        self.edit.textChanged.connect(self._timer.start)
        self.edit.submitted.connect(self._submit)
        self.edit.files_pasted.connect(self.files_pasted)
        self.edit.resized.connect(self._place_words)
        self._button.clicked.connect(self._submit)

    def text(self) -> str:
        """The whole text."""
        return self.edit.whole_text()

    def found_text(self) -> str:
        """What is said about the text, in words; "" for an empty field."""
        return self._words

    def clear(self) -> None:
        self.offer("")

    def offer(self, text: str) -> None:
        """Put `text` in and say at once what it holds."""
        self.edit.set_text(text)
        self._preview()

    def set_busy(self, busy: bool) -> None:
        """While its text is being tracked, it cannot be changed or sent again."""
        self._reading += 1
        self.edit.setReadOnly(busy)
        if busy:
            self._button.setEnabled(False)
        else:
            self._preview()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_button()

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(6)
        layout.addWidget(self.edit, 0, 0)
        layout.addWidget(self._button, 0, 1, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._more, 1, 0, 1, 2)
        layout.setColumnStretch(0, 1)
        self._fit_button()

    def _fit_button(self) -> None:
        self._button.setMinimumWidth(self.fontMetrics().horizontalAdvance("Track 5,000") + 24)
        self._button.setFixedHeight(self.edit.line_height())

    def _submit(self) -> None:
        text = self.text()
        if self.edit.isReadOnly() or not text or text.isspace():
            return
        if len(text) <= LARGE:
            self._show(self._services.tracker.preview(text))
        if self._maybe is not None:
            self.anyway.emit(self._maybe)
        else:
            self.submitted.emit(text)

    def _preview(self) -> None:
        self._timer.stop()
        self._reading += 1
        text = self.text()
        if len(text) > LARGE:
            self._maybe = None
            self._say(READING, button="Track", enabled=True)
            self._services.supervisor.spawn(self._preview_large(text), "preview")
        else:
            self._show(self._services.tracker.preview(text))

    async def _preview_large(self, text: str) -> None:
        this = self._reading
        try:
            preview = await self._services.tracker.preview_later(
                text, lambda: this == self._reading
            )
        except DatabaseError:  # tracking it will say so
            preview = None
        if preview is not None:
            self._show(preview)

    def _show(self, preview: Preview) -> None:
        self._maybe = preview.finds.maybe
        words = self._services.accounts.masked(preview.text)
        self._say(words, button=_button_text(preview), enabled=_can_track(preview))

    def _say(self, words: str, *, button: str, enabled: bool) -> None:
        self._words = words
        self.edit.setAccessibleDescription(words)
        self._button.setText(button)
        self._button.setEnabled(enabled and not self.edit.isReadOnly())
        self._place_words()

    def _place_words(self) -> None:
        """What has room goes into the field, at its right; the rest below it."""
        inside, below = self._parted()
        self._found.setText(inside)
        self._found.setVisible(bool(inside))
        self._more.setText(breakable(below))
        self._more.setVisible(bool(below))
        width = self._width(inside)
        x = self.edit.width() - width - GAP - self.edit.scroll_bar_width()
        self._found.setGeometry(x, 0, width, self.edit.line_height())
        self.edit.setViewportMargins(0, 0, width + GAP if inside else 0, 0)

    def _parted(self) -> tuple[str, str]:
        first, _, rest = self._words.partition("; ")
        room = self.edit.width() // 2
        if self._width(self._words) <= room:
            return self._words, ""
        if rest and self._width(first) <= room:
            return first, rest[:1].upper() + rest[1:]
        return "", self._words

    def _width(self, text: str) -> int:
        return self._found.fontMetrics().horizontalAdvance(text) + 4


def _button_text(preview: Preview) -> str:
    if preview.finds.maybe is not None:
        return "Track anyway"
    if preview.new:
        return f"Track {preview.new:,}"
    return "Show" if preview.known else "Track"


def _can_track(preview: Preview) -> bool:
    return bool(preview.finds.jobids) or preview.finds.maybe is not None
