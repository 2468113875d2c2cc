"""Jobs that are not in memory, for views that must not wait for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import Image, ImageKey, Job
from dreamina_desktop.core.text.wording import counted
from dreamina_desktop.services.library import SLICE
from dreamina_desktop.services.session.messages import Condition
from dreamina_desktop.ui.services import Services

MANY = 5_000  # jobs: reading them takes long enough to be said


class ReadAhead(QObject):
    """Brings the jobs of a view into memory: always those that it asked for last."""

    came = Signal(object)  # numbers, a set: the library's `peek` has them now

    def __init__(self, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._wanted: list[int] = []
        self._is_reading = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._start)

    def want(self, numbers: Iterable[int]) -> None:
        """What the view shows now, most wanted first; what is in memory costs nothing."""
        peek = self._services.library.peek
        self._wanted = [n for n in dict.fromkeys(numbers) if peek(n) is None]
        if self._wanted and not self._is_reading:
            self._soon.start()

    def _start(self) -> None:
        if self._wanted and not self._is_reading:
            self._is_reading = True
            self._services.supervisor.spawn(self._read(), "read jobs")

    async def _read(self) -> None:
        try:
            while self._wanted and shiboken6.isValid(self):
                numbers, self._wanted = self._wanted, []
                read = await self._services.library.fetch(numbers)
                if read and shiboken6.isValid(self):
                    self.came.emit({job.number for job in read})
        except DatabaseError as error:
            self._services.messages.hold(Condition.DATABASE, str(error))
        finally:
            self._is_reading = False


def with_jobs(
    services: Services, numbers: Iterable[int], work: Callable[[Sequence[Job]], None]
) -> None:
    """Call `work` with these jobs: at once where all of them are in memory, else when they are
    read."""
    wanted = list(dict.fromkeys(numbers))
    here = [job for number in wanted if (job := services.library.peek(number)) is not None]
    if len(here) == len(wanted):
        work(here)
        return
    if len(wanted) > MANY:
        services.messages.say(f"Reading {counted(len(wanted), 'job')}…")

    async def read() -> None:
        try:
            jobs = await services.library.fetch(wanted)
        except DatabaseError as error:
            services.messages.say(str(error))
        else:
            work(jobs)

    services.supervisor.spawn(read(), "read jobs")


def with_images(
    services: Services,
    keys: Sequence[ImageKey],
    take: Callable[[Image], str | None],
    work: Callable[[Sequence[tuple[ImageKey, str]]], None],
) -> None:
    """Call `work` with what `take` finds at these images, in this order: at once where all of them
    are in memory, else when they are read. Of very many no more is kept than that."""
    if len(keys) <= MANY:
        with_jobs(
            services,
            (key.number for key in keys),
            lambda jobs: work(_taken(images_among(jobs, keys), take)),
        )
        return
    services.messages.say(f"Reading {counted(len(keys), 'image')}…")

    async def read() -> None:
        taken: list[tuple[ImageKey, str]] = []
        try:
            for start in range(0, len(keys), SLICE):
                some = keys[start : start + SLICE]
                jobs = await services.library.fetch(key.number for key in some)
                taken += _taken(images_among(jobs, some), take)
                await asyncio.sleep(0)
        except DatabaseError as error:
            services.messages.say(str(error))
        else:
            work(taken)

    services.supervisor.spawn(read(), "read images")


def _taken(
    images: Iterable[Image], take: Callable[[Image], str | None]
) -> list[tuple[ImageKey, str]]:
    return [(image.key, text) for image in images if (text := take(image))]


def images_among(jobs: Iterable[Job], keys: Iterable[ImageKey]) -> Iterator[Image]:
    """The images with these keys, in this order, as far as their jobs have them."""
    images = {job.number: job.images for job in jobs}
    for key in keys:
        if key.index < len(images.get(key.number, ())):
            yield images[key.number][key.index]
