"""Images leave the library as copies: for others the pictures alone, for their owner with all that
is known of them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

from dreamina_desktop.core.export.request import ExportWish, JobsForm
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.ports import ExportTarget, Fingerprints, Imaging
from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.services.session.task_runner import Course, LongWork, Progress


class Exporter:
    """One export after the other, with progress and *Stop*."""

    def __init__(
        self,
        library: Library,
        imaging: Imaging,
        open_target: Callable[[str], ExportTarget],
        fingerprints: Fingerprints,
        work: LongWork,
    ) -> None:
        """`open_target`: by a place."""
        self._library = library
        self._imaging = imaging
        self._open_target = open_target
        self._fingerprints = fingerprints
        self._work = work
        self.last_place = ""  # where the last finished one is

    def start(self, wish: ExportWish) -> None:
        """What came of it is said."""
        from dreamina_desktop.services.export.image_export import (  # noqa: PLC0415 - no start needs it
            ImageExport,
        )

        target = self._open_target(wish.place)
        export = ImageExport(wish, self._library, self._imaging, target, self._fingerprints)

        def end() -> str:
            self.last_place = export.place
            return export.words()

        course = Course(export.doing, export.steps, end, export.so_far, Remedy.SHOW_EXPORT)
        self._work.start(course)

    def start_jobs(self, form: JobsForm, numbers: Sequence[int], file: str) -> None:
        """These jobs in this order, as a table or as records; where `file` is there already, beside
        it. What came of it is said."""
        jobs = counted(len(numbers), "job")
        doing = f"Exporting {jobs}"

        def end() -> str:
            return f"Exported {jobs} to {self.last_place}."

        self._work.start(
            Course(
                doing,
                lambda: self._write_jobs(doing, form, numbers, Path(file)),
                end,
                lambda: "Stopped. No file was written.",
                Remedy.SHOW_EXPORT,
            )
        )

    async def _write_jobs(
        self, doing: str, form: JobsForm, numbers: Sequence[int], file: Path
    ) -> AsyncGenerator[Progress, None]:
        from dreamina_desktop.services.export.jobs_as_text import AT_ONCE, jobs_as  # noqa: PLC0415

        target = self._open_target(str(file.parent))
        await target.begin()
        growing = await target.new_file(file.stem, form.value.lower())
        try:
            done = 0
            async for piece in jobs_as(form, self._library, numbers):
                await growing.write(piece)
                done += AT_ONCE
                yield Progress(doing, min(1.0, done / len(numbers)))
            self.last_place = str(file.parent / await growing.close())
        finally:
            await growing.discard()
