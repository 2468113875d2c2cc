"""What one can do with the selected jobs, by key and by menu; *Check now* asks, or says why
nothing is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.export.request import JobsForm
from dreamina_desktop.core.jobs.job import Job, Tracking
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.ui.copy.copy_ids import copy_ids
from dreamina_desktop.ui.copy.copy_rows import copy_paste, copy_rows
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.job_loader import with_jobs
from dreamina_desktop.ui.widgets.actions import view_action


def check_now(services: Services, numbers: Sequence[int]) -> None:
    """Ask for these jobs first. While paused they are asked when checking goes on."""
    services.recheck.start(numbers)
    if services.poller.paused:
        services.messages.say("Checking is paused; then these go first.", Remedy.RESUME)


MENU_READS = 50  # jobs that are looked at to see what a menu can do


class JobActions:
    """Copy and Remove belong to the list: a shortcut of the window would steal from read-only
    text."""

    def __init__(
        self,
        services: Services,
        view: QWidget,
        selected: Callable[[], Sequence[int]],
        select_batch: Callable[[int], None],
    ) -> None:
        """`selected`: the numbers of the selected jobs."""
        self._services = services
        self._view = view
        self._selected = selected
        self._select_batch = select_batch
        self._copy = self._action("Copy job IDs", QKeySequence.StandardKey.Copy, self.copy_ids)
        self._copy_paste = view_action(
            view, "Copy this paste as rows", self.copy_paste, "Ctrl+Shift+R"
        )
        self._remove = self._action(
            "Remove", QKeySequence.StandardKey.Delete, lambda: self.remove(list(selected()))
        )

    def copy_ids(self) -> None:
        """The job IDs, one a line."""
        if numbers := self._selected():
            copy_ids(self._services, numbers)

    def copy_rows(self) -> None:
        """For a spreadsheet: a job a line, between tabs, in the list's order."""
        if numbers := self._selected():
            copy_rows(self._services, numbers)

    def copy_paste(self) -> None:
        """The same for the whole paste of the first selected job, in the order of the paste. Where
        nothing is selected: of the job that came last."""
        number = next(iter(self._selected()), self._services.library.last_number)
        if number:
            copy_paste(self._services, number)

    def copy_prompts(self) -> None:
        """The prompts, one a line; of failed jobs too."""
        with_jobs(self._services, self._selected(), self._copy_prompts)

    def _copy_prompts(self, jobs: Sequence[Job]) -> None:
        prompts = [job.record.prompt for job in jobs if job.record and job.record.prompt]
        if prompts:
            QGuiApplication.clipboard().setText("\n".join(prompts))
            what = "the prompt" if len(prompts) == 1 else counted(len(prompts), "prompt")
            self._services.messages.say(f"Copied {what}.")

    def remove(self, numbers: Sequence[int]) -> None:
        """Hide these jobs, with an Undo."""
        if not numbers:
            return
        tracker, words = self._services.tracker, f"Removed {counted(len(numbers), 'job')}. "
        self._do(
            lambda: tracker.remove(numbers),
            said=f"{words}Their files stay where they are."
            if len(numbers) > 1
            else f"{words}Its files stay where they are.",
            remedy=Remedy.UNDO,
        )

    def popup(self, at: QPoint) -> None:
        """The context menu, at a point of the screen; nothing where nothing is selected."""
        numbers = self._selected()
        jobs = [self._services.library.job(number) for number in numbers[:MENU_READS]]
        if not jobs:
            return
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self._copy)
        prompt = menu.addAction("Copy prompt" if len(numbers) == 1 else "Copy prompts")
        prompt.triggered.connect(lambda _=False: self.copy_prompts())
        menu.addAction("Copy as rows", self.copy_rows)
        menu.addAction(self._copy_paste)
        for form in JobsForm:
            menu.addAction(f"Export as {form.value}…", partial(self._export, form, numbers))
        has_prompts = any(job.record and job.record.prompt for job in jobs)
        prompt.setEnabled(has_prompts or len(jobs) < len(numbers))
        menu.addSeparator()
        self._add_checking(menu, numbers, jobs)
        menu.addSeparator()
        batch = jobs[0].batch
        menu.addAction("Select all of this paste", lambda: self._select_batch(batch))
        menu.addAction(self._remove)
        menu.popup(at)

    def _export(self, form: JobsForm, numbers: Sequence[int]) -> None:
        """Ask for a file; nothing waits for the answer, and nothing is overwritten."""
        kind = form.value.lower()
        dialog = QFileDialog(self._view, f"Export {counted(len(numbers), 'job')} as {form.value}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setNameFilter(f"{form.value} files (*.{kind})")
        dialog.setDefaultSuffix(kind)
        dialog.selectFile(f"jobs.{kind}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        start = self._services.exporter.start_jobs
        dialog.fileSelected.connect(lambda file: start(form, numbers, file))
        dialog.open()

    def _add_checking(self, menu: QMenu, numbers: Sequence[int], jobs: Sequence[Job]) -> None:
        """`jobs`: those of them that were looked at; the others may be of any kind."""
        tracker = self._services.tracker
        trackings = {job.tracking for job in jobs}
        if len(jobs) < len(numbers):
            trackings |= set(Tracking)
        menu.addAction("Check now", lambda: check_now(self._services, numbers))
        menu.addAction("Download again", lambda: self._services.refetch.start(numbers))
        menu.addAction("Make thumbnails anew", lambda: self._services.remake.start(numbers))
        if Tracking.POLLING in trackings:
            menu.addAction("Stop checking", lambda: self._do(lambda: tracker.stop(numbers)))
        if trackings & {Tracking.STOPPED, Tracking.NOT_FOUND}:
            menu.addAction("Resume checking", lambda: self._do(lambda: tracker.resume(numbers)))

    def _do(
        self, work: Callable[[], Awaitable[None]], said: str = "", remedy: Remedy | None = None
    ) -> None:
        async def do() -> None:
            try:
                await work()
            except DatabaseError as error:
                self._services.messages.say(f"Nothing was changed. {error}")
            else:
                if said:
                    self._services.messages.say(said, remedy)

        self._services.supervisor.spawn(do(), "jobs")

    def _action(
        self, text: str, key: QKeySequence.StandardKey, work: Callable[[], object]
    ) -> QAction:
        action = QAction(text, self._view)
        action.setShortcut(key)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda _=False: work())
        self._view.addAction(action)
        return action
