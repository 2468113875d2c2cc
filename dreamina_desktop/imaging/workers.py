"""Pillow in two processes of its own: a bomb, a crash or 268 MB stay out of the window's.

The workers are spawned, and a spawned process imports the program's main module anew: keep
`dreamina_desktop.__main__` light, and this package free of Qt.
"""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ParamSpec, TypeVar

from dreamina_desktop.core.answer import Verdict
from dreamina_desktop.imaging.leash import set_up_worker
from dreamina_desktop.imaging.thumbnail import TOO_LARGE, Made, thumbnails
from dreamina_desktop.imaging.verify import pixels, verify

WORKERS = 2
LARGE_PIXELS = 40_000_000  # an image of more takes the memory of several

_T = TypeVar("_T")
_P = ParamSpec("_P")


class ImagingWorkers:
    """Implements services.ports.Imaging. A process is started when it is first needed, and
    anew when it was killed. `aclose` ends them at once."""

    def __init__(self) -> None:
        self._workers = [_Worker() for _ in range(WORKERS)]
        self._free: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        for worker in self._workers:
            self._free.put_nowait(worker)
        self._one_large = asyncio.Lock()

    async def verify(self, file: Path) -> Verdict:
        """Decode every pixel. Raises OSError when the file cannot be read."""
        if await self._run(pixels, file) <= LARGE_PIXELS:
            return await self._run(verify, file)
        async with self._one_large:
            return await self._run(verify, file)

    async def thumbnails(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        """Of each a JPEG at most 320 px on its longer side, upright; None where there is none to be
        made. One process does them all, in one go. Raises OSError while the program closes."""
        made = await self._thumbnails(files)
        for place, one in enumerate(made):
            if one is TOO_LARGE:
                async with self._one_large:
                    [made[place]] = await self._thumbnails([files[place]], None)
        return [one if isinstance(one, bytes) else None for one in made]

    async def _thumbnails(
        self, files: Sequence[Path], most_pixels: int | None = LARGE_PIXELS
    ) -> list[Made]:
        try:
            return await self._run(thumbnails, files, most_pixels)
        except WorkerDiedError:
            if len(files) == 1:
                return [None]
        # One of them kills: it shall not take the others along.
        return [one for file in files for one in await self._thumbnails([file])]

    async def aclose(self) -> None:
        """End the processes at once; work under way ends in OSError."""
        await asyncio.gather(*(worker.aclose() for worker in self._workers))

    async def _run(
        self, work: Callable[_P, _T], /, *arguments: _P.args, **options: _P.kwargs
    ) -> _T:
        worker = await self._free.get()
        try:
            return await worker.run(functools.partial(work, *arguments, **options))
        finally:
            self._free.put_nowait(worker)


class WorkerDiedError(OSError):
    """Twice, of the same work."""


class _Worker:
    """One process. Each is a pool of its own, so that one that dies takes only its own work
    along. It holds the leash's other end, which no child inherits."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._leash: Connection | None = None
        self._closed = False

    async def run(self, work: Callable[[], _T]) -> _T:
        """`work()` in the process; once more in a new one when it dies."""
        try:
            return await self._submit(work)
        except BrokenProcessPool:
            self._replace()
        try:
            return await self._submit(work)
        except BrokenProcessPool as error:
            self._replace()
            raise WorkerDiedError("the process that decodes images died twice") from error

    async def aclose(self) -> None:
        """Waits for the pool's own thread: where that is still at it when the interpreter ends,
        the standard library wakes it by a pipe that it is just closing, and fails."""
        self._closed = True
        if (pool := self._let_go()) is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def _submit(self, work: Callable[[], _T]) -> _T:
        if self._closed:
            raise OSError("the program is closing")
        if self._pool is None:
            self._start()
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        held, self._leash = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(1, context, set_up_worker, (held,))

    def _replace(self) -> None:
        if (pool := self._let_go()) is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _let_go(self) -> ProcessPoolExecutor | None:
        """Its process ends; the next work finds a new one."""
        if self._leash is not None:
            self._leash.close()
        pool, self._pool, self._leash = self._pool, None, None
        return pool
