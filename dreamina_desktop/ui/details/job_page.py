"""One job in full: why it is as it is, every field, and everything to copy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.failure import explain
from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job, Tracking
from dreamina_desktop.core.jobs.lineage import Ancestor, Lineage, Source
from dreamina_desktop.core.jobs.link_recovery import rests
from dreamina_desktop.core.jobs.marks import Marks
from dreamina_desktop.core.jobs.status import runs, seconds_run, status_words, why_without_images
from dreamina_desktop.core.text.dates import utc_time
from dreamina_desktop.core.text.wording import counted, plural
from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.details.image_strip import MOST, ImageStrip, Small
from dreamina_desktop.ui.details.label_edit import LabelEdit
from dreamina_desktop.ui.details.parts import (
    Copying,
    Preview,
    field_name,
    heading,
    muted,
    tool,
    wrapped,
)
from dreamina_desktop.ui.details.shown_job import RawRecord, ShownJob
from dreamina_desktop.ui.gallery.open_with import show_in_folder
from dreamina_desktop.ui.jobs.job_actions import check_now
from dreamina_desktop.ui.jobs.jobs_model import title
from dreamina_desktop.ui.marks import mark_actions as mark_words
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.wording import WAITING_FOR, plain_tip

RAW_HEIGHT = 280
MOST_LISTED = 12  # images: a page is built within a frame or two
FILE_LENGTH = 34  # characters of a path that fit into a narrow pane


class JobPage(QWidget):
    """Shows a job as it was when the page was made; only its clock and its preview move."""

    raw_toggled = Signal()
    image_chosen = Signal(object)  # an ImageKey
    prompt_chosen = Signal(str)

    def __init__(self, services: Services, shown: ShownJob) -> None:
        super().__init__()
        self._services = services
        self._number = shown.job.number
        self._copying = Copying(services.messages, services.preferences)
        self._preview: Preview | None = None
        self._strips: list[ImageStrip] = []
        self._timing = muted("")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 16)
        self._column.setSpacing(4)
        self._add(shown)
        self._column.addStretch()
        self.show_timing()

    def show_preview(self, pixmap: QPixmap | None) -> None:
        """The thumbnail of the image in front."""
        if self._preview is not None and pixmap is not None:
            self._preview.show_pixmap(pixmap)

    def kin(self) -> list[ImageKey]:
        """The images in its strips: what it was made from, and what was made from it."""
        return [key for strip in self._strips for key in strip.keys]

    def show_kin(self, key: ImageKey, pixmap: QPixmap | None) -> None:
        """The thumbnail of one of these."""
        for strip in self._strips:
            strip.show_pixmap(key, pixmap)

    def show_timing(self) -> None:
        """How long it has run, and when it is asked next."""
        job = self._services.library.peek(self._number)
        if job is None:
            return  # it rests, or it would be in memory: what is said of it stays
        words = self._timing_words(job)
        self._timing.setText(words)
        self._timing.setVisible(bool(words))

    # -- parts ------------------------------------------------------------------------------

    def _add(self, shown: ShownJob) -> None:
        job, record = shown.job, shown.job.record
        front = job.images[shown.index] if shown.index < len(job.images) else None
        selected = front if shown.is_of_image else None
        self._add_heading(job, f"Image {selected.key}" if selected else f"Job {job.number}")
        if front is not None and front.file:
            self._preview = Preview()
            self._column.addSpacing(4)
            self._column.addWidget(self._preview)
        if selected is not None:
            self._add_image(selected)
            self._add_marks(job.marks_of(selected.key.index))
            self._column.addSpacing(12)
            self._column.addWidget(heading(f"Job {job.number}"))
        self._add_status(job, shown.waiting)
        if record is not None and record.prompt:
            masked = self._services.accounts.masked(record.prompt)
            self._copying.add_text(
                self._column, "Prompt", masked, record.prompt, "Copied the prompt."
            )
            self._add_prompt_search(record.prompt)
        self._column.addWidget(field_name("Label"))
        self._column.addWidget(LabelEdit(self._services, job))
        self._add_request(job)
        self._add_lineage(job, shown.lineage)
        self._add_images(job, [image for image in job.images if image is not selected])
        masked = self._services.accounts.masked(job.jobid)
        copying, jobid = self._copying, job.jobid
        copying.add_id(
            self._column,
            "Job ID",
            masked,
            "Copy job ID",
            lambda: copying.copy(jobid, "Copied 1 job ID."),
        )
        self._add_times(job)
        if shown.raw is not None and shown.raw.raw:
            self._add_raw(shown.raw, is_open=shown.raw_open)

    def _add_heading(self, job: Job, words: str) -> None:
        row = QHBoxLayout()
        row.addWidget(heading(words))
        row.addStretch()
        check = QPushButton("Check now")
        check.clicked.connect(lambda: check_now(self._services, [job.number]))
        row.addWidget(check)
        self._column.addLayout(row)

    def _add_status(self, job: Job, waiting: str) -> None:
        words = status_words(job, waiting=waiting)
        color = getattr(colors(), words.role)
        icon = QLabel()
        icon.setPixmap(icons.pixmap(words.icon, color, 16, self.devicePixelRatioF()))
        said = self._services.accounts.masked(words.word)
        label = wrapped(said[:1].upper() + said[1:])
        label.setStyleSheet(f"color: {color.name()}; font-weight: 600;")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(icon)
        row.addWidget(label, 1)
        self._column.addSpacing(4)
        self._column.addLayout(row)
        self._add_reason(job)
        if job.record_source == "paste":
            self._column.addWidget(muted("This record is from a paste."))
        self._column.addWidget(self._timing)

    def _add_reason(self, job: Job) -> None:
        if job.status != "failed" or job.record is None:
            for reason in filter(None, (job.note, why_without_images(job))):
                self._column.addWidget(wrapped(self._services.accounts.masked(reason)))
            return
        failure = explain(job.record)
        words = self._services.accounts.masked(f"{failure.cause} {failure.remedy}".strip())
        self._column.addWidget(wrapped(words))
        if failure.code:
            guess = " (meaning inferred)" if failure.inferred else ""
            self._column.addWidget(muted(f"Code {failure.code}{guess}"))

    def _timing_words(self, job: Job) -> str:
        seconds = seconds_run(job, self._services.server_clock.time())
        if not runs(job):
            return f"Took {wording.duration(seconds)}." if seconds is not None else ""
        ran = f"Running for {wording.duration(seconds)}. " if seconds is not None else ""
        due_in = self._services.poller.due_in(job.number)
        waiting = WAITING_FOR.get(self._services.poller.status.connection)
        if waiting and waiting != "no network":
            return f"{ran}Not asked: {waiting}."
        if due_in is None:
            return ran
        return f"{ran}Asked again in {wording.roughly(due_in)}." if due_in >= 1 else f"{ran}Asking."

    def _add_request(self, job: Job) -> None:
        record = job.record
        label = self._services.accounts.label(job.jobid)
        parts = [record.model, record.ratio, record.resolution] if record else []
        account = f"account {label.name}" if label else None
        words = " · ".join(part for part in (*parts, account) if part)
        if record is not None and record.source_jobid:
            words = f"{title(job, self._services)} · {words}"
        if words:
            self._column.addWidget(field_name("Request"))
            self._column.addWidget(wrapped(words))

    def _add_prompt_search(self, prompt: str) -> None:
        button = QPushButton("All images of this prompt")
        button.setProperty("role", "quiet")
        button.clicked.connect(lambda: self.prompt_chosen.emit(prompt))
        self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _add_lineage(self, job: Job, lineage: Lineage) -> None:
        known = [each for each in lineage.made_from if each.key is not None]
        if lineage.made_from:
            self._column.addWidget(field_name("Made from"))
            self._add_strip([_ancestor(each) for each in known])
        for each in lineage.made_from:
            if each.key is None:
                self._add_unknown(each.source)
        uses = dict.fromkeys(number for _, number in lineage.used_in)
        if uses:
            self._column.addWidget(field_name("Used in"))
            self._add_strip([self._use(job, number, lineage) for number in uses])
        if len(uses) > MOST:
            self._column.addWidget(muted(f"and {len(uses) - MOST:,} more"))

    def _add_strip(self, images: Sequence[Small]) -> None:
        if images:
            strip = ImageStrip(images)
            strip.chosen.connect(self.image_chosen)
            self._strips.append(strip)
            self._column.addWidget(strip)

    def _use(self, job: Job, number: int, lineage: Lineage) -> Small:
        used = [f"{job.number}-{index + 1}" for index, user in lineage.used_in if user == number]
        return Small(ImageKey(number, 0), str(number), f"Job {number}, made from {', '.join(used)}")

    def _add_unknown(self, source: Source) -> None:
        """A source that is not tracked: an upscale names its job, a reference does not."""
        if source.jobid is None:
            slot = f"imageRef_{source.slot}"
            self._column.addWidget(muted(f"{slot}: an image that is not tracked here."))
            return
        jobid = source.jobid
        track = QPushButton("Track its source")
        track.clicked.connect(lambda: self._track(jobid))
        self._column.addWidget(muted("An image of a job that is not tracked here."))
        self._column.addWidget(track, 0, Qt.AlignmentFlag.AlignLeft)

    def _track(self, jobid: str) -> None:
        async def track() -> None:
            try:
                tracked = await self._services.tracker.track(jobid)
            except DatabaseError as error:
                self._services.messages.say(f"It could not be tracked. {error}")
            else:
                words = self._services.accounts.masked(tracked.text)
                self._services.messages.say(words, Remedy.UNDO if tracked.new else None)

        self._services.supervisor.spawn(track(), "track a source")

    def _add_images(self, job: Job, images: Sequence[Image]) -> None:
        """One by one, and of hundreds the first."""
        for image in images[:MOST_LISTED]:
            self._add_image(image)
            self._add_marks(job.marks_of(image.key.index))
        if more := len(images[MOST_LISTED:]):
            words = plural(
                more,
                "1 more image is in the gallery: select it to see it here.",
                "{n} more images are in the gallery: select one to see it here.",
            )
            self._column.addSpacing(8)
            self._column.addWidget(muted(words))

    def _add_image(self, image: Image) -> None:
        reference = image.entry.asset_ref
        name = f"Image {image.key}"
        if image.file_width and image.file_height:
            name += f" · {wording.pixels(image.file_width, image.file_height)}"
            told = (image.entry.width, image.entry.height)
            if None not in told and told != (image.file_width, image.file_height):
                name += f" (its record says {told[0]} × {told[1]})"
        if image.size_bytes:
            name += f" · {wording.file_size(image.size_bytes)}"
        if reference:
            masked = self._services.accounts.masked(reference)
            said, copying = f"Copied 1 reference ({image.key}).", self._copying
            copying.add_id(
                self._column,
                f"{name}: reference",
                masked,
                f"Copy reference {image.key}",
                lambda: copying.copy_reference(reference, said),
            )
        else:
            self._column.addWidget(field_name(name))
            self._column.addWidget(wrapped("No reference came with it."))
        if image.file:
            self._add_file(image.file)
        elif rests(image):
            self._column.addWidget(wrapped(image.note))
        elif image.state is not ImageState.PENDING:
            self._column.addWidget(wrapped(f"Not saved. {image.note}"))

    def _add_marks(self, marks: Marks) -> None:
        if line := mark_words.line(marks):
            self._column.addWidget(wrapped(line))
        if marks.note:
            self._column.addWidget(wrapped(marks.note, selectable=True))

    def _add_file(self, file: str) -> None:
        path = Path(file)
        words = muted(wording.middle_elided(f"{path.parent.name}/{path.name}", FILE_LENGTH))
        words.setToolTip(plain_tip(file))
        row = QHBoxLayout()
        row.addWidget(words, 1)
        show = tool("folder", "Show in folder", lambda: show_in_folder(self._services, [file]))
        row.addWidget(show)
        self._column.addLayout(row)

    def _add_times(self, job: Job) -> None:
        record = job.record
        tracked = utc_time(job.tracked_at)
        for name, at in (
            ("Created", record.created if record else None),
            ("Updated", record.updated if record else None),
            ("Tracked since", tracked),
        ):
            if at is not None:
                self._column.addWidget(field_name(name))
                self._column.addWidget(QLabel(wording.moment(at)))
        if job.tracking is Tracking.STOPPED:
            resume = QPushButton("Resume checking")
            resume.clicked.connect(self._resume)
            self._column.addWidget(resume)

    def _resume(self) -> None:
        resuming = self._services.tracker.resume([self._number])
        self._services.supervisor.spawn(resuming, "resume checking")

    def _add_raw(self, record: RawRecord, *, is_open: bool) -> None:
        for name, value in record.fields:
            self._column.addWidget(field_name(name))
            self._column.addWidget(wrapped(self._services.accounts.masked(value), selectable=True))
        if record.more:
            words = f"{counted(record.more, 'more field')} in the raw JSON."
            self._column.addWidget(field_name(words))
        toggle = QPushButton("Hide raw JSON" if is_open else "Show raw JSON")
        toggle.setAccessibleName("Raw JSON")
        toggle.clicked.connect(self.raw_toggled)
        text = record.raw.decode(errors="replace")
        row = QHBoxLayout()
        row.addWidget(toggle)
        row.addWidget(self._copying.button("Copy raw JSON", text, "Copied the raw JSON."))
        self._column.addSpacing(8)
        self._column.addLayout(row)
        if is_open:
            self._column.addWidget(_raw_text(record.pretty))


def _ancestor(each: Ancestor) -> Small:
    assert each.key is not None
    how = "upscaled" if each.source.slot == 0 else f"imageRef_{each.source.slot}"
    return Small(each.key, str(each.key), f"{each.key}, {how}")


def _raw_text(text: str) -> QPlainTextEdit:
    view = QPlainTextEdit(text)
    view.setReadOnly(True)
    view.setAccessibleName("Raw JSON text")
    view.setFixedHeight(RAW_HEIGHT)
    view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    view.setProperty("role", "code")
    return view
