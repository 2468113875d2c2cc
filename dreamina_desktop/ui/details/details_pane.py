"""One job in full: why it is as it is, every field, and everything to copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import shiboken6
from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.core.failure import explain
from dreamina_desktop.core.job import Image, ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.status_words import runs, seconds_run, status_words
from dreamina_desktop.services.library import ChangeSet
from dreamina_desktop.ui import formats, icons
from dreamina_desktop.ui.connection_words import WAITING_FOR
from dreamina_desktop.ui.details.record_fields import pretty, record_fields
from dreamina_desktop.ui.jobs.jobs_model import title
from dreamina_desktop.ui.palette import colors
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.thumbnails import Thumbnails

TICK_MS = 1000
PREVIEW_HEIGHT = 150
SHOWN_ID = 26


class DetailsPane(QScrollArea):
    """Built anew when another job is shown or this one changes; only its clock ticks in place."""

    def __init__(
        self, services: Services, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._thumbnails = thumbnails
        self._numbers: tuple[int, ...] = ()
        self._key: ImageKey | None = None
        self._raw: tuple[int, bytes] | None = None
        self._raw_open = False
        self._timing: QLabel | None = None
        self._preview: QLabel | None = None
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Details")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._show_timing)
        self._tick.start()
        self._soon = QTimer(self, singleShot=True, interval=60)
        self._soon.timeout.connect(self._rebuild)
        services.library.subscribe(self._on_changed)
        thumbnails.made.connect(self._on_thumbnail_made)
        self._rebuild()

    def show_job(self, number: int | None) -> None:
        self.show_jobs(() if number is None else (number,))

    def show_jobs(self, numbers: Sequence[int]) -> None:
        """None, one, or several jobs."""
        if tuple(numbers) == self._numbers and self._key is None:
            return
        self._numbers, self._key, self._raw = tuple(numbers), None, None
        self._rebuild()

    def show_image(self, key: ImageKey | None) -> None:
        """The job of this image, with this image in front."""
        if key is None or (key == self._key and self._numbers == (key.number,)):
            return
        if self._numbers != (key.number,):
            self._raw = None
        self._numbers, self._key = (key.number,), key
        self._rebuild()

    # -- building ---------------------------------------------------------------------------

    def _rebuild(self) -> None:
        place = self.verticalScrollBar().value()
        self._timing = self._preview = None
        page = QWidget()
        page.setAutoFillBackground(False)
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(4)
        if len(self._numbers) == 1:
            self._add_job(column, self._services.library.job(self._numbers[0]))
        else:
            self._add_summary(column)
        column.addStretch()
        self.setWidget(page)
        self.verticalScrollBar().setValue(place)

    def _add_summary(self, column: QVBoxLayout) -> None:
        if not self._numbers:
            column.addWidget(_heading("Details"))
            column.addWidget(_muted("Select a job or an image to see everything about it."))
            return
        jobs = [self._services.library.job(number) for number in self._numbers]
        column.addWidget(_heading(formats.count(len(jobs), "job")))
        for word, number in Counter(status_words(job).word for job in jobs).most_common():
            column.addWidget(QLabel(f"{number:,} {word}"))
        images = sum(len(job.images) for job in jobs)
        column.addWidget(_muted(formats.count(images, "image")))
        ids = "\n".join(job.jobid for job in jobs)
        column.addSpacing(8)
        column.addWidget(self._copy_button("Copy job IDs", ids, "Copied the job IDs."))

    def _add_job(self, column: QVBoxLayout, job: Job) -> None:
        heading = QHBoxLayout()
        heading.addWidget(_heading(f"Job {job.number}"))
        heading.addStretch()
        check = QPushButton("Check now")
        check.clicked.connect(lambda: self._services.poller.check_now([job.number]))
        heading.addWidget(check)
        column.addLayout(heading)
        self._add_preview(column, job)
        self._add_status(column, job)
        if job.record is not None and job.record.prompt:
            self._add_text(column, "Prompt", job.record.prompt, "Copied the prompt.")
        self._add_request(column, job)
        for image in job.images:
            self._add_image(column, image)
        shown = self._services.accounts.masked(job.jobid)
        self._add_copyable(column, "Job ID", shown, job.jobid, "Copied 1 job ID.")
        self._add_times(column, job)
        self._add_raw(column, job)

    def _add_preview(self, column: QVBoxLayout, job: Job) -> None:
        image = self._front(job)
        if image is None or not image.file:
            return
        self._preview = QLabel()
        self._preview.setFixedHeight(PREVIEW_HEIGHT)
        self._preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addSpacing(4)
        column.addWidget(self._preview)
        self._thumbnails.want("details", [image.key])
        self._show_preview(self._thumbnails.pixmap(image.key))

    def _front(self, job: Job) -> Image | None:
        index = self._key.index if self._key else 0
        return job.images[index] if index < len(job.images) else None

    def _show_preview(self, pixmap: QPixmap | None) -> None:
        if self._preview is not None and pixmap is not None:
            room = self.viewport().width() - 32
            self._preview.setPixmap(
                pixmap.scaled(
                    room,
                    PREVIEW_HEIGHT,
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )

    def _add_status(self, column: QVBoxLayout, job: Job) -> None:
        waiting = WAITING_FOR.get(self._services.poller.status.connection, "")
        words = status_words(job, waiting=waiting)
        color = getattr(colors(), words.role)
        row = QHBoxLayout()
        row.setSpacing(6)
        icon = QLabel()
        icon.setPixmap(icons.pixmap(words.icon, color, 16, self.devicePixelRatioF()))
        row.addWidget(icon)
        label = QLabel(words.word[:1].upper() + words.word[1:])
        label.setStyleSheet(f"color: {color.name()}; font-weight: 600;")
        row.addWidget(label, 1)
        column.addSpacing(4)
        column.addLayout(row)
        if job.status == "failed" and job.record is not None:
            failure = explain(job.record)
            column.addWidget(_wrapped(f"{failure.cause} {failure.remedy}".strip()))
            if failure.code:
                guess = " (meaning inferred)" if failure.inferred else ""
                column.addWidget(_muted(f"Code {failure.code}{guess}"))
        elif job.note:
            column.addWidget(_wrapped(self._services.accounts.masked(job.note)))
        if job.record_source == "paste":
            column.addWidget(_muted("This record is from a paste."))
        self._timing = _muted("")
        column.addWidget(self._timing)
        self._show_timing()

    def _show_timing(self) -> None:
        if self._timing is None or len(self._numbers) != 1:
            return
        job = self._services.library.job(self._numbers[0])
        self._timing.setText(self._timing_words(job))

    def _timing_words(self, job: Job) -> str:
        seconds = seconds_run(job, self._services.clock.time())
        if not runs(job):
            return f"Took {formats.duration(seconds)}." if seconds is not None else ""
        ran = f"Running for {formats.duration(seconds)}. " if seconds is not None else ""
        due_in = self._services.poller.due_in(job.number)
        waiting = WAITING_FOR.get(self._services.poller.status.connection)
        if waiting and waiting not in ("no network",):
            return f"{ran}Not asked: {waiting}."
        if due_in is None:
            return ran
        return f"{ran}Asked again in {formats.roughly(due_in)}." if due_in >= 1 else f"{ran}Asking."

    def _add_request(self, column: QVBoxLayout, job: Job) -> None:
        record = job.record
        label = self._services.accounts.label(job.jobid)
        parts = [record.model, record.ratio, record.resolution] if record else []
        account = f"account {label.name}" if label else None
        words = " · ".join(part for part in (*parts, account) if part)
        if record is not None and record.source_jobid:
            words = f"{title(job, self._services)} · {words}"
        if words:
            column.addWidget(_label("Request"))
            column.addWidget(_wrapped(words))

    def _add_image(self, column: QVBoxLayout, image: Image) -> None:
        reference = image.entry.asset_ref
        name = f"Image {image.key}"
        if image.file_width and image.file_height:
            name += f" · {formats.pixels(image.file_width, image.file_height)}"
        if image.size_bytes:
            name += f" · {formats.file_size(image.size_bytes)}"
        if reference:
            shown = self._services.accounts.masked(reference)
            said = f"Copied 1 reference ({image.key})."
            self._add_copyable(column, f"{name}: reference", shown, reference, said)
        else:
            column.addWidget(_label(name))
            column.addWidget(_wrapped("No reference came with it."))
        if image.file:
            self._add_file(column, image.file)
        elif image.state is not ImageState.PENDING:
            column.addWidget(_wrapped(f"Not saved. {image.note}"))

    def _add_file(self, column: QVBoxLayout, file: str) -> None:
        row = QHBoxLayout()
        path = Path(file)
        words = _muted(formats.middle_elided(f"{path.parent.name}/{path.name}", 34))
        words.setToolTip(file)
        row.addWidget(words, 1)
        row.addWidget(
            self._tool(
                "folder",
                "Open folder",
                lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))),
            )
        )
        column.addLayout(row)

    def _add_times(self, column: QVBoxLayout, job: Job) -> None:
        record = job.record
        if record is not None and record.created:
            column.addWidget(_label("Created"))
            column.addWidget(QLabel(formats.moment(record.created)))
        if record is not None and record.updated:
            column.addWidget(_label("Updated"))
            column.addWidget(QLabel(formats.moment(record.updated)))
        column.addWidget(_label("Tracked since"))
        column.addWidget(QLabel(formats.moment(datetime.fromtimestamp(job.tracked_at, UTC))))
        if job.tracking is Tracking.STOPPED:
            resume = QPushButton("Resume checking")
            resume.clicked.connect(
                lambda: self._services.supervisor.spawn(
                    self._services.tracker.resume([job.number]), "resume"
                )
            )
            column.addWidget(resume)

    def _add_raw(self, column: QVBoxLayout, job: Job) -> None:
        if self._raw is None or self._raw[0] != job.number:
            self._services.supervisor.spawn(self._load_raw(job.number), "raw record")
            return
        raw = self._raw[1]
        if not raw:
            return
        for name, value in record_fields(raw):
            column.addWidget(_label(name))
            column.addWidget(_wrapped(self._services.accounts.masked(value)))
        column.addSpacing(8)
        row = QHBoxLayout()
        toggle = QPushButton("Hide raw JSON" if self._raw_open else "Show raw JSON")
        toggle.clicked.connect(self._toggle_raw)
        row.addWidget(toggle)
        copied = "Copied the raw JSON."
        row.addWidget(self._copy_button("Copy raw JSON", raw.decode(errors="replace"), copied))
        column.addLayout(row)
        if self._raw_open:
            text = QPlainTextEdit(pretty(raw))
            text.setReadOnly(True)
            text.setAccessibleName("Raw JSON")
            text.setFixedHeight(280)
            text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            text.setStyleSheet("font-family: monospace;")
            column.addWidget(text)

    def _toggle_raw(self) -> None:
        self._raw_open = not self._raw_open
        self._rebuild()

    async def _load_raw(self, number: int) -> None:
        raw = await self._services.library.raw_record(number)
        # The pane may be gone by then, or show another job.
        if shiboken6.isValid(self) and self._numbers == (number,):
            self._raw = (number, raw or b"")
            if raw:
                self._rebuild()

    # -- small parts ------------------------------------------------------------------------

    def _add_text(self, column: QVBoxLayout, name: str, text: str, said: str) -> None:
        row = QHBoxLayout()
        row.addWidget(_label(name), 1)
        row.addWidget(self._tool("copy", f"Copy {name.lower()}", lambda: self._copy(text, said)))
        column.addLayout(row)
        column.addWidget(_wrapped(self._services.accounts.masked(text), selectable=True))

    def _add_copyable(
        self, column: QVBoxLayout, name: str, shown: str, text: str, said: str
    ) -> None:
        column.addWidget(_label(name))
        row = QHBoxLayout()
        words = QLabel(formats.middle_elided(shown, SHOWN_ID))
        words.setStyleSheet("font-family: monospace;")
        words.setToolTip(shown)
        row.addWidget(words, 1)
        row.addWidget(self._tool("copy", f"Copy {name.lower()}", lambda: self._copy(text, said)))
        column.addLayout(row)

    def _tool(self, icon: str, name: str, work: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon, colors().text))
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.clicked.connect(lambda _=False: work())
        return button

    def _copy_button(self, name: str, text: str, said: str) -> QPushButton:
        button = QPushButton(name)
        button.clicked.connect(lambda: self._copy(text, said))
        return button

    def _copy(self, text: str, said: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._services.messages.say(said)

    def _on_changed(self, changes: ChangeSet) -> None:
        if not self._soon.isActive() and changes.jobs & set(self._numbers):
            self._raw = None
            self._soon.start()

    def _on_thumbnail_made(self, key: object) -> None:
        if len(self._numbers) == 1 and self._preview is not None:
            image = self._front(self._services.library.job(self._numbers[0]))
            if image is not None and image.key == key:
                self._show_preview(self._thumbnails.pixmap(image.key))


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def _label(text: str) -> QLabel:
    label = _muted(text)
    label.setContentsMargins(0, 8, 0, 0)
    return label


def _muted(text: str) -> QLabel:
    label = _wrapped(text)
    label.setProperty("role", "muted")
    return label


def _wrapped(text: str, *, selectable: bool = False) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if selectable:
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        label.setFrameShape(QFrame.Shape.NoFrame)
    return label
