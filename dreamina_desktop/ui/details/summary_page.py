"""What stands in the details while no job is selected, or several are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from dreamina_desktop.core.counting import counted
from dreamina_desktop.core.library_facts import JobCounts
from dreamina_desktop.ui.details.parts import heading, muted, wrapped
from dreamina_desktop.ui.services import Services


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


def _add_counts(column: QVBoxLayout, counts: JobCounts, services: Services) -> None:
    for word, number in counts.words.items():
        column.addWidget(wrapped(f"{number:,} {services.accounts.masked(word)}"))
    column.addWidget(muted(counted(counts.images, "image")))
