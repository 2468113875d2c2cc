"""What an empty gallery shows: an icon, and in a few words why there is no image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from dreamina_desktop.core.jobs.failure import explain
from dreamina_desktop.core.jobs.job import Job, Tracking
from dreamina_desktop.core.jobs.status import status_words, why_without_images
from dreamina_desktop.core.text.wording import counted, middle_shortened, plural
from dreamina_desktop.ui import wording
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme import icons
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.widgets.overrides import guarded
from dreamina_desktop.ui.wording import WAITING_FOR

MOST_COUNTED = 10_000  # jobs, each time that something changes
TEXT_LENGTH = 600  # characters: the details have the rest
VIDEOS = "Videos are not saved here."
MOST_TAKE = "Most take 15 to 120 s."


@dataclass(frozen=True, slots=True)
class Absence:
    """What stands in the empty gallery; `ticks`: it names a time that goes on."""

    icon: str
    color: str  # the name of one of the palette's colours
    title: str
    text: str = ""
    ticks: bool = False


def absence(services: Services, numbers: Sequence[int], *, filtered: bool) -> Absence:
    """For the jobs whose images would be shown."""
    if not numbers:
        return _without_jobs(filtered=filtered)
    if len(numbers) == 1:
        return _of_one(services, services.library.job(numbers[0]))
    return _of_many(services, numbers)


def _without_jobs(*, filtered: bool) -> Absence:
    if filtered:
        return Absence("search", "muted", "No images found", "Clear the search to see all images.")
    return Absence(
        "image", "muted", "Images appear here", "Paste job IDs. They look like j0302…:dreamina"
    )


def _of_one(services: Services, job: Job) -> Absence:
    masked = services.accounts.masked
    note = middle_shortened(wording.sentence(masked(job.note)), TEXT_LENGTH)
    match job.tracking:
        case Tracking.NOT_FOUND:
            return Absence("question", "muted", f"Job {job.number} was not found", note)
        case Tracking.STOPPED:
            return Absence("stop", "muted", f"Job {job.number} is not asked for any more", note)
        case Tracking.POLLING if waiting := WAITING_FOR.get(services.poller.status.connection):
            return Absence("pause", "pending", f"Job {job.number} is waiting", _why(waiting))
        case Tracking.POLLING if job.record is None:
            return Absence(
                "ring", "pending", f"Waiting for the first answer on job {job.number}", note
            )
        case Tracking.POLLING:
            title = f"Running for {wording.duration(running_for(services, job))}"
            return Absence("ring", "pending", title, f"{MOST_TAKE} {note}".strip(), ticks=True)
    return _of_done(services, job)


def _of_done(services: Services, job: Job) -> Absence:
    if job.record is None or job.status != "failed":
        return _of_completed(job)
    failure = explain(job.record)
    text = " ".join(part for part in (failure.cause, failure.remedy) if part)
    code = f"Code {failure.code}" if failure.code else ""
    text = "\n".join(part for part in (text or failure.short, code) if part)
    title = f"Job {job.number} failed"
    said = middle_shortened(services.accounts.masked(text), TEXT_LENGTH)
    return Absence("failed", "failed", title, said)


def _of_completed(job: Job) -> Absence:
    if job.images:  # they come in a moment, or are not among those that are wanted
        waiting = plural(
            len(job.images),
            "Its image is not among those shown.",
            "Its {n} images are not among those shown.",
        )
        return Absence("image", "muted", f"Job {job.number} is completed", waiting)
    if job.record is not None and job.record.is_video:
        return Absence("image", "muted", f"Job {job.number} is a video", VIDEOS)
    title = f"Job {job.number} is completed, but no image was found"
    return Absence("image", "muted", title, why_without_images(job))


def _of_many(services: Services, numbers: Sequence[int]) -> Absence:
    if len(numbers) > MOST_COUNTED:
        return Absence("image", "muted", f"{len(numbers):,} jobs have no images yet", MOST_TAKE)
    peeked = map(services.library.peek, numbers)
    jobs = [job for job in peeked if job is not None]
    counts = Counter(map(_state, jobs))
    running = counts.pop("running", 0)
    others = [f"{count:,} {state}" for state, count in sorted(counts.items())]
    listed = wording.sentence(", ".join(others)) if others else ""
    waiting = WAITING_FOR.get(services.poller.status.connection)
    if running and waiting:
        verb = "is" if running == 1 else "are"
        title = f"{counted(running, 'job')} {verb} waiting"
        return Absence("pause", "pending", title, f"{_why(waiting)} {listed}".strip())
    if running:
        title = f"{counted(running, 'job')} {'is' if running == 1 else 'are'} running"
        return Absence("ring", "pending", title, f"{MOST_TAKE} {listed}".strip())
    have_some = any(job.images for job in jobs)
    title = "No image of these jobs is shown" if have_some else "These jobs have no images"
    return Absence("image", "muted", title, listed)


def _why(waiting: str) -> str:
    """Why nothing is asked, as a sentence."""
    return wording.sentence(f"{waiting[0].upper()}{waiting[1:]}")


def _state(job: Job) -> str:
    match job.tracking:
        case Tracking.POLLING:
            return "running"
        case Tracking.NOT_FOUND:
            return "not found"
        case Tracking.STOPPED:
            return "stopped"
    return status_words(job).word if job.status == "completed" else job.status or "done"


def running_for(services: Services, job: Job) -> float:
    """Seconds since the job was created, by the server's clock; else since it was tracked."""
    created = job.record.created if job.record else None
    if created is None:
        return max(0.0, services.clock.time() - job.tracked_at)
    return max(0.0, services.server_clock.time() - created.timestamp())


ICON = 28
MAX_TEXT_WIDTH = 360


@guarded
class EmptyPage(QWidget):
    """Lies over `parent`, lets the mouse through, and shows nothing until it is told to."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._under = parent
        self._absence: Absence | None = None
        self._icon = QLabel(self)
        self._title = QLabel(self)
        self._text = QLabel(self, wordWrap=True)
        for label in (self._icon, self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setForegroundRole(QPalette.ColorRole.WindowText)  # a viewport's is another
        self._title.setWordWrap(True)
        self._title.setProperty("role", "heading")
        self._text.setProperty("role", "muted")
        self._lay_out()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        self.hide()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        for label in (self._icon, self._title, self._text):
            layout.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    @property
    def words(self) -> str:
        """What stands here now; "" while it is hidden."""
        if self._absence is None:
            return ""
        return f"{self._absence.title}\n{self._absence.text}".strip()

    def show_absence(self, absence: Absence | None) -> None:
        """None: there are images."""
        if absence == self._absence:
            return
        self._absence = absence
        self.setVisible(absence is not None)
        if absence is not None:
            self.setGeometry(self._under.rect())
            self._fill(absence)

    def _fill(self, absence: Absence) -> None:
        c = colors()
        scale = self.devicePixelRatioF()
        color = getattr(c, absence.color)
        self._icon.setPixmap(icons.pixmap(absence.icon, color, ICON, scale))
        self._title.setText(absence.title)
        self._text.setText(absence.text)
        self._text.setVisible(bool(absence.text))
        width = min(MAX_TEXT_WIDTH, max(120, self.width() - 48))
        for label in (self._title, self._text):
            label.setMinimumHeight(0)  # else a styled label is never less high than before
            label.setFixedSize(width, label.heightForWidth(width))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._absence is not None:
            self._fill(self._absence)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and self._absence is not None:
            self.setGeometry(self._under.rect())
            self._fill(self._absence)
        return False
