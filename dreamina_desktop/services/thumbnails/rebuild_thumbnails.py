"""Make thumbnails anew, by hand, of some jobs or of very many."""

from __future__ import annotations

from collections.abc import Sequence

from dreamina_desktop.core.jobs.job import ImageState
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.library import Library
from dreamina_desktop.services.session.task_runner import LongWork, Work
from dreamina_desktop.services.thumbnails.thumbnailer import Thumbnailer

AT_ONCE = 12  # jobs: about as long as people wait for *Stop*


class Remake:
    """Beside what is visible, which goes first: it takes one worker, and leaves the other."""

    def __init__(self, library: Library, thumbnailer: Thumbnailer, work: LongWork) -> None:
        self._library = library
        self._thumbnailer = thumbnailer
        self._work = work

    def start(self, numbers: Sequence[int]) -> None:
        """Of the saved images of these jobs."""
        made = 0

        async def step(some: Sequence[int]) -> None:
            nonlocal made
            jobs = await self._library.fetch(some)
            files = {
                image.key: image.file
                for job in jobs
                for image in job.images
                if image.file and image.state is ImageState.SAVED and not job.removed
            }
            await self._thumbnailer.make_anew(files)
            made += len(files)

        async def end() -> str:
            return f"Made {made:,} {'thumbnail' if made == 1 else 'thumbnails'} anew."

        jobs = counted(len(numbers), "job")
        self._work.start(Work(f"Making the thumbnails of {jobs} anew", numbers, AT_ONCE, step, end))
