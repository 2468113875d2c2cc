"""Pillow in two processes of its own: a bomb, a crash or 268 MB stay out of the window's.

The workers are spawned, and a spawned process imports the program's main module anew: keep
`dreamina_desktop.__main__` light, and this package free of Qt.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from dreamina_desktop.core.answer import Verdict
from dreamina_desktop.imaging.leash import set_up_worker
from dreamina_desktop.imaging.thumbnail import thumbnail
from dreamina_desktop.imaging.verify import pixels, verify

WORKERS = 2
LARGE_PIXELS = 40_000_000  # an image of more takes the memory of several

_T = TypeVar("_T")


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
        return await self._alone_if_large(verify, file)

    async def thumbnail(self, file: Path) -> bytes:
        """A JPEG at most 320 px on its longer side, upright. Raises OSError or ValueError."""
        return await self._alone_if_large(thumbnail, file)

    async def aclose(self) -> None:
        """End the processes at once; work under way ends in OSError."""
        await asyncio.gather(*(worker.aclose() for worker in self._workers))

    async def _alone_if_large(self, work: Callable[[Path], _T], file: Path) -> _T:
        done = await self._run(partial(_unless_large, work), file)
        if not isinstance(done, _Large):
            return done
        async with self._one_large:
            return await self._run(work, file)

    async def _run(self, work: Callable[[Path], _T], file: Path) -> _T:
        worker = await self._free.get()
        try:
            return await worker.run(work, file)
        finally:
            self._free.put_nowait(worker)


class _Large:
    """The answer of a worker that did nothing: the image is too large to be one of two."""


def _unless_large(work: Callable[[Path], _T], file: Path) -> _T | _Large:
    return _Large() if pixels(file) > LARGE_PIXELS else work(file)


class _Worker:
    """One process. Each is a pool of its own, so that one that dies takes only its own work
    along. It holds the leash's other end, which no child inherits."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._leash: Connection | None = None
        self._closed = False

    async def run(self, work: Callable[[Path], _T], file: Path) -> _T:
        """`work(file)` in the process; once more in a new one when it dies."""
        try:
            return await self._submit(work, file)
        except BrokenProcessPool:
            self._replace()
        try:
            return await self._submit(work, file)
        except BrokenProcessPool as error:
            self._replace()
            raise OSError("the process that decodes images died twice") from error

    async def aclose(self) -> None:
        """Waits for the pool's own thread: where that is still at it when the interpreter ends,
        the standard library wakes it by a pipe that it is just closing, and fails."""
        self._closed = True
        if (pool := self._let_go()) is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def _submit(self, work: Callable[[Path], _T], file: Path) -> _T:
        if self._closed:
            raise OSError("the program is closing")
        if self._pool is None:
            self._start()
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, file)

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
