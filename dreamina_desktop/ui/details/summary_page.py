"""What stands in the details while no job is selected, or several jobs or images are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from dreamina_desktop.core.jobs.job import Image
from dreamina_desktop.core.search.library_facts import JobCounts
from dreamina_desktop.core.text.wording import counted, plural
from dreamina_desktop.ui.details.parts import Copying, field_name, heading, muted, wrapped
from dreamina_desktop.ui.services import Services

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
