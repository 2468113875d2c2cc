"""Images leave the library as copies: for others the pictures alone, for their owner with all that
is known of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.services.jobs_as_text import AT_ONCE as JOBS_AT_ONCE
from dreamina_desktop.services.jobs_as_text import JobsForm, jobs_as
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.long_work import LongWork, Work
from dreamina_desktop.services.messages import Remedy
from dreamina_desktop.services.ports import ExportTarget, Fingerprints, GrowingFile, Imaging

AT_ONCE = 4  # images between two looks at whether to go on


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What is to be written, and where. `keys`: in the order of the names and of the sheet."""

    keys: Sequence[ImageKey]
    place: str  # a folder, or a file that ends in .zip
    for_others: bool  # no account, job ID, reference, link or prompt in name, file or beside it
    pattern: str  # of names: core.export_name
    has_pictures: bool = True
    has_sheet: bool = False
    has_prompts: bool = False  # in the sheet
    title: str = "Images"  # of the sheet


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
        from dreamina_desktop.services.image_export import (  # noqa: PLC0415 - no start needs it
            ImageExport,
        )

        target = self._open_target(wish.place)
        export = ImageExport(wish, self._library, self._imaging, target, self._fingerprints)

        async def end() -> str:
            self.last_place = await export.finish()
            return export.words(self.last_place)

        self._work.start(
            Work(
                export.doing,
                range(len(wish.keys)),
                AT_ONCE,
                export.step,
                end,
                "images",
                export.give_up,
                Remedy.SHOW_EXPORT,
            )
        )

    def start_jobs(self, form: JobsForm, numbers: Sequence[int], file: str) -> None:
        """These jobs in this order, as a table or as records; where `file` is there already, beside
        it. What came of it is said."""
        place = Path(file)
        target = self._open_target(str(place.parent))
        pieces = jobs_as(form, self._library, numbers)
        growing: GrowingFile | None = None

        async def step(_: Sequence[int]) -> None:
            nonlocal growing
            if growing is None:
                await target.begin()
                growing = await target.new_file(place.stem, form.value.lower())
            await growing.write(await anext(pieces, b""))

        async def end() -> str:
            assert growing is not None
            async for piece in pieces:
                await growing.write(piece)
            self.last_place = str(place.parent / await growing.close())
            return f"Exported {jobs} to {self.last_place}."

        async def give_up() -> None:
            if growing is not None:
                await growing.discard()

        jobs = "1 job" if len(numbers) == 1 else f"{len(numbers):,} jobs"
        self._work.start(
            Work(
                f"Exporting {jobs}",
                numbers,
                JOBS_AT_ONCE,
                step,
                end,
                give_up=give_up,
                remedy=Remedy.SHOW_EXPORT,
            )
        )
