"""The pane of details: shows a page, and another one when what it shows has changed; and what
stands there while no job is selected, or several jobs or images are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import shiboken6
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import Image, ImageKey, Job
from dreamina_desktop.core.jobs.lineage import NO_LINEAGE
from dreamina_desktop.core.search.summary import JobCounts
from dreamina_desktop.core.text.wording import counted, plural
from dreamina_desktop.services.library import ChangeSet
from dreamina_desktop.ui.copy.copy_ids import copy_ids
from dreamina_desktop.ui.details.job_page import JobPage
from dreamina_desktop.ui.details.label_edit import LabelEdit
from dreamina_desktop.ui.details.parts import Copying, field_name, heading, muted, wrapped
from dreamina_desktop.ui.details.shown_job import RawRecord, ShownJob, read_raw
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.theme.palette import colors
from dreamina_desktop.ui.views.job_loader import with_jobs
from dreamina_desktop.ui.views.thumbnail_cache import Thumbnails
from dreamina_desktop.ui.widgets.overrides import guarded
from dreamina_desktop.ui.wording import WAITING_FOR

MOST_LISTED = 20  # images, one by one


class SummaryPage(QWidget):
    """How many of which kind; all their IDs to copy."""

    def __init__(
        self, services: Services, jobs: int, counts: JobCounts | None, copy_ids: Callable[[], None]
    ) -> None:
        """`jobs`: how many; `counts`: None while they are counted."""
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(4)
        if jobs:
            column.addWidget(heading(counted(jobs, "job")))
            if counts is not None:
                _add_counts(column, counts, services)
            button = QPushButton("Copy job IDs")
            button.clicked.connect(lambda _checked: copy_ids())
            column.addSpacing(8)
            column.addWidget(button)
        else:
            column.addWidget(heading("Details"))
            column.addWidget(muted("Select a job or an image to see everything about it."))
        column.addStretch()


class ImagesPage(QWidget):
    """Several images that are selected: their references, together and one by one."""

    def __init__(
        self,
        services: Services,
        images: Sequence[Image],
        count: int,
        copy_references: Callable[[], None],
    ) -> None:
        """`images`: the first of so many; `copy_references`: of all of them."""
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(4)
        column.addWidget(heading(counted(count, "image")))
        button = QPushButton(plural(count, "Copy 1 reference", "Copy {n} references"))
        button.clicked.connect(lambda _checked: copy_references())
        column.addSpacing(4)
        column.addWidget(button)
        copying = Copying(services.messages, services.preferences)
        for image in images:
            _add_reference(column, image, copying, services)
        if count > len(images):
            column.addSpacing(8)
            column.addWidget(muted(f"and {count - len(images):,} more"))
        column.addStretch()


def _add_reference(column: QVBoxLayout, image: Image, copying: Copying, services: Services) -> None:
    reference = image.entry.asset_ref
    if not reference:
        column.addWidget(field_name(f"Image {image.key}"))
        column.addWidget(muted("No reference came with it."))
        return
    said = f"Copied 1 reference ({image.key})."
    copying.add_id(
        column,
        f"Image {image.key}: reference",
        services.accounts.masked(reference),
        f"Copy reference {image.key}",
        lambda: copying.copy_reference(reference, said),
    )


def _add_counts(column: QVBoxLayout, counts: JobCounts, services: Services) -> None:
    for word, number in counts.words.items():
        column.addWidget(wrapped(f"{number:,} {services.accounts.masked(word)}"))
    column.addWidget(muted(counted(counts.images, "image")))


TICK_MS = 1000
SOON_MS = 60
KIN_MS = 500  # other jobs change often, and few of them are its kin
WISHES = "details"
FEW = 200  # jobs that are counted at once


@guarded
class DetailsPane(QScrollArea):
    """Scroll position and focus are kept while the same job is shown."""

    image_chosen = Signal(object)  # an ImageKey: of what it was made from, or used in
    prompt_chosen = Signal(str)  # to see all of its images
    references_wanted = Signal()  # of all images that are selected

    def __init__(
        self, services: Services, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._thumbnails = thumbnails
        self._numbers: tuple[int, ...] = ()
        self._index: int | None = None  # of the image that was selected; None: a job was
        self._images: tuple[ImageKey, ...] = ()  # several that are selected: the first of them
        self._image_count = 0
        self._raw: RawRecord | None = None
        self._raw_open = False
        self._lineage = NO_LINEAGE
        self._shown: object = None  # what the page was made of
        self._told_of: tuple[int, ...] | None = None  # the jobs that the page speaks of
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Details")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._show_timing)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._refresh)
        self._kin = QTimer(self, singleShot=True, interval=KIN_MS)
        self._kin.timeout.connect(self._read_lineage)
        services.library.subscribe(self._on_changed)
        services.accounts.subscribe(self._on_accounts_changed)
        services.poller.subscribe(self._on_poller_changed)
        thumbnails.made.connect(self._on_thumbnail_made)
        self._refresh()

    def show_jobs(self, numbers: Sequence[int]) -> None:
        """None, one, or several jobs."""
        self._show(tuple(numbers), None)

    def show_image(self, key: ImageKey | None) -> None:
        """This image first, and its job."""
        if key is not None:
            self._show((key.number,), key.index)

    def show_images(self, keys: Sequence[ImageKey], count: int) -> None:
        """Several images: `keys` are the first of so many."""
        numbers = tuple(dict.fromkeys(key.number for key in keys))
        self._show(numbers, None, tuple(keys), count)

    # -- Qt ---------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_timing()
        self._tick.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()

    # -- pages ------------------------------------------------------------------------------

    def _show(
        self,
        numbers: tuple[int, ...],
        index: int | None,
        images: tuple[ImageKey, ...] = (),
        count: int = 0,
    ) -> None:
        if (index, images) != (self._index, self._images):
            self.verticalScrollBar().setValue(0)
        self._images, self._image_count = images, count
        if numbers != self._numbers:
            self._numbers, self._raw, self._lineage = numbers, None, NO_LINEAGE
            self._read_raw()
            self._read_lineage()
            self.verticalScrollBar().setValue(0)
            if len(numbers) > FEW:
                self._show_counts(None)
        self._index = index
        self._refresh()
        self._leave_others()

    def _leave_others(self) -> None:
        """What is there speaks of other jobs until these are read: nothing of them is to be
        copied."""
        if self._told_of != self._numbers:
            self._show_page(None, QWidget)

    def _refresh(self) -> None:
        """Another page, where the one that is there is out of date; once the jobs are read."""
        numbers = self._numbers
        if len(numbers) <= FEW:
            with_jobs(self._services, numbers, lambda jobs: self._show_read(numbers, jobs))
        else:
            self._services.supervisor.spawn(self._count(numbers), "count jobs")

    def _show_read(self, numbers: tuple[int, ...], jobs: Sequence[Job]) -> None:
        """The pane may be gone by then, or show others."""
        if not shiboken6.isValid(self) or self._numbers != numbers:
            return
        if self._images:
            found = [job.images[key.index] for key in self._images if (job := _of(jobs, key))]
            self._show_page(
                (found, self._image_count, colors().dark),
                lambda: ImagesPage(
                    self._services, found, self._image_count, self.references_wanted.emit
                ),
            )
        elif len(numbers) == len(jobs) == 1:
            shown = self._shown_job(jobs[0])
            self._show_page(shown.content, lambda: self._job_page(shown))
        else:
            self._show_counts(JobCounts.of([job for job in jobs if not job.removed]))

    def _show_counts(self, counts: JobCounts | None) -> None:
        """None while they are counted."""
        jobs = len(self._numbers)
        self._show_page(
            (jobs, counts, colors().dark),
            lambda: SummaryPage(self._services, jobs, counts, self._copy_ids),
        )

    async def _count(self, numbers: tuple[int, ...]) -> None:
        try:
            counts = await self._services.library.counts(numbers)
        except DatabaseError:
            return  # whoever writes says so
        if shiboken6.isValid(self) and self._numbers == numbers:
            self._show_counts(counts)

    def _copy_ids(self) -> None:
        copy_ids(self._services, self._numbers)

    def _show_page(self, content: object, make: Callable[[], QWidget]) -> None:
        if content != self._shown or self.widget() is None:
            self._shown = content
            try:
                page = make()
            except Exception:  # a job that cannot be shown must not leave another's buttons here
                self._put(wrapped("These details cannot be shown."))
                raise
            self._put(page)
        self._told_of = self._numbers

    def _shown_job(self, job: Job) -> ShownJob:
        waiting = WAITING_FOR.get(self._services.poller.status.connection, "")
        dark, lineage = colors().dark, self._lineage
        return ShownJob(
            job,
            self._index or 0,
            self._index is not None,
            waiting,
            self._raw,
            self._raw_open,
            dark,
            lineage,
        )

    def _job_page(self, shown: ShownJob) -> JobPage:
        page = JobPage(self._services, shown)
        page.raw_toggled.connect(self._toggle_raw)
        page.image_chosen.connect(self.image_chosen)
        page.prompt_chosen.connect(self.prompt_chosen)
        key = ImageKey(shown.job.number, shown.index)
        kin = page.kin()
        self._thumbnails.want(WISHES, [key, *(each for each in kin if self._is_here(each))])
        page.show_preview(self._thumbnails.pixmap(key))
        for each in kin:
            page.show_kin(each, self._thumbnails.pixmap(each))
        return page

    def _is_here(self, key: ImageKey) -> bool:
        return self._services.library.peek(key.number) is not None

    def _put(self, page: QWidget) -> None:
        """In the place of the page before: at the same height, with the same button focused."""
        height, focused = self.verticalScrollBar().value(), self._focused_button()
        before, after = self.findChild(LabelEdit), page.findChild(LabelEdit)
        writing = before.writing() if before is not None else None
        self.setWidget(page)
        self.verticalScrollBar().setValue(height)
        if writing is not None and after is not None:
            after.go_on(writing)
        for button in page.findChildren(QAbstractButton) if focused else ():
            if _name(button) == focused:
                button.setFocus()
                break

    def _focused_button(self) -> str:
        """Its name, or "" when the focus is elsewhere."""
        page, focused = self.widget(), QApplication.focusWidget()
        if page is None or not isinstance(focused, QAbstractButton):
            return ""
        return _name(focused) if page.isAncestorOf(focused) else ""

    def _toggle_raw(self) -> None:
        self._raw_open = not self._raw_open
        QTimer.singleShot(0, self._refresh)  # the button that was pressed goes with its page

    def _read_raw(self) -> None:
        if len(self._numbers) == 1:
            self._services.supervisor.spawn(self._take_raw(self._numbers), "raw record")

    async def _take_raw(self, numbers: tuple[int, ...]) -> None:
        try:
            raw = await read_raw(self._services, numbers[0])
        except DatabaseError:
            return  # whoever writes says so
        # The pane may be gone by then, or show another job.
        if shiboken6.isValid(self) and self._numbers == numbers:
            self._raw = raw
            self._refresh()

    def _read_lineage(self) -> None:
        if len(self._numbers) == 1:
            self._services.supervisor.spawn(self._take_lineage(self._numbers), "lineage")

    async def _take_lineage(self, numbers: tuple[int, ...]) -> None:
        try:
            lineage = await self._services.library.lineage(numbers[0])
            kin = {each.key.number for each in lineage.made_from if each.key}
            await self._services.library.fetch(kin | {number for _, number in lineage.used_in})
        except DatabaseError:
            return  # whoever writes says so
        if shiboken6.isValid(self) and self._numbers == numbers and lineage != self._lineage:
            self._lineage = lineage
            self._refresh()

    # -- what changes -----------------------------------------------------------------------

    def _show_timing(self) -> None:
        page = self.widget()
        if isinstance(page, JobPage):
            page.show_timing()

    def _on_changed(self, changes: ChangeSet) -> None:
        if len(self._numbers) == 1 and not self._kin.isActive():
            self._kin.start()
        if changes.jobs.isdisjoint(self._numbers):
            return
        if len(self._numbers) == 1:
            before = self._shown.job.record if isinstance(self._shown, ShownJob) else None
            job = self._services.library.peek(self._numbers[0])
            if job is None or job.record is not before:
                self._read_raw()
        if not self._soon.isActive():
            self._soon.start()

    def _on_accounts_changed(self) -> None:
        self._shown = None
        self._soon.start()

    def _on_poller_changed(self) -> None:
        if len(self._numbers) == 1 and not self._soon.isActive():
            self._soon.start()

    def _on_thumbnail_made(self, key: object) -> None:
        page = self.widget()
        if not isinstance(page, JobPage) or not isinstance(key, ImageKey):
            return
        if key == ImageKey(self._numbers[0], self._index or 0):
            page.show_preview(self._thumbnails.pixmap(key))
        page.show_kin(key, self._thumbnails.pixmap(key))


def _of(jobs: Sequence[Job], key: ImageKey) -> Job | None:
    """The job of an image that it has."""
    return next((j for j in jobs if j.number == key.number and key.index < len(j.images)), None)


def _name(widget: QAbstractButton) -> str:
    return widget.accessibleName() or widget.text()
