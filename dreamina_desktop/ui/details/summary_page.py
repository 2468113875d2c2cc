"""What stands in the details while no job is selected, or several are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from dreamina_desktop.core.job import Job
from dreamina_desktop.core.status_words import status_words
from dreamina_desktop.ui import formats
from dreamina_desktop.ui.details.parts import Copying, heading, muted, wrapped
from dreamina_desktop.ui.services import Services


class SummaryPage(QWidget):
    """How many of which kind; all their IDs to copy."""

    def __init__(self, services: Services, jobs: Sequence[Job]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(4)
        if jobs:
            _add_counts(column, jobs, services)
            ids = "\n".join(job.jobid for job in jobs)
            said = f"Copied {formats.count(len(jobs), 'job ID')}."
            column.addSpacing(8)
            column.addWidget(Copying(services.messages).button("Copy job IDs", ids, said))
        else:
            column.addWidget(heading("Details"))
            column.addWidget(muted("Select a job or an image to see everything about it."))
        column.addStretch()


def _add_counts(column: QVBoxLayout, jobs: Sequence[Job], services: Services) -> None:
    column.addWidget(heading(formats.count(len(jobs), "job")))
    for word, number in Counter(status_words(job).word for job in jobs).most_common():
        column.addWidget(wrapped(f"{number:,} {services.accounts.masked(word)}"))
    images = sum(len(job.images) for job in jobs)
    column.addWidget(muted(formats.count(images, "image")))
