"""Pillow in two processes of its own: a bomb, a crash or 268 MB stay out of the window's.

The workers are spawned, and a spawned process imports the program's main module anew: keep
`dreamina_desktop.__main__` light, and this package free of Qt.
"""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, ParamSpec, TypeVar

from dreamina_desktop.core.answer import Verdict
from dreamina_desktop.imaging.thumbnail import (
    LONGER_SIDE,
    PREVIEW_SIDE,
    TOO_LARGE,
    Made,
    thumbnails,
)
from dreamina_desktop.imaging.verify import pixels, verify
from dreamina_desktop.imaging.worker_process import serve

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
        return await self._small(files, LONGER_SIDE)

    async def previews(self, files: Sequence[Path]) -> Sequence[bytes | None]:
        """The same, at most 640 px on the longer side: for paper."""
        return await self._small(files, PREVIEW_SIDE)

    async def _small(self, files: Sequence[Path], longer_side: int) -> Sequence[bytes | None]:
        made = await self._thumbnails(files, LARGE_PIXELS, longer_side)
        for place, one in enumerate(made):
            if one is TOO_LARGE:
                async with self._one_large:
                    [made[place]] = await self._thumbnails([files[place]], None, longer_side)
        return [one if isinstance(one, bytes) else None for one in made]

    async def _thumbnails(
        self, files: Sequence[Path], most_pixels: int | None, longer_side: int
    ) -> list[Made]:
        try:
            return await self._run(thumbnails, files, most_pixels, longer_side)
        except WorkerDiedError:
            if len(files) == 1:
                return [None]
        # One of them kills: it shall not take the others along.
        return [
            one
            for file in files
            for one in await self._thumbnails([file], most_pixels, longer_side)
        ]

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


_CLOSING = "the program is closing"


class _Worker:
    """One process, and the thread that talks with it: what it is asked goes over a line of its own.

    Not a ProcessPoolExecutor: one whose process dies in the middle of a long answer waits for the
    rest for ever, for it holds the other end of the pipe itself.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imaging")
        self._lock = threading.Lock()  # of what follows
        self._process: SpawnProcess | None = None
        self._line: Connection | None = None
        self._closed = False

    async def run(self, work: Callable[[], _T]) -> _T:
        """`work()` in the process; once more in a new one when it dies."""
        if self._closed:
            raise OSError(_CLOSING)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)

    async def aclose(self) -> None:
        """The process ends at once, and the thread with it."""
        self._closed = True
        with self._lock:
            process = self._process
        if process is not None:
            process.kill()
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        self._let_go()

    # -- the thread -------------------------------------------------------------------------

    def _run(self, work: Callable[[], _T]) -> _T:
        for _ in range(2):
            try:
                has_worked, answer = self._ask(work)
            except (EOFError, OSError, UnpicklingError):
                self._let_go()
                continue
            if has_worked:
                return answer  # type: ignore[no-any-return]
            raise answer
        if self._closed:
            raise OSError(_CLOSING)
        raise WorkerDiedError("the process that decodes images died twice")

    def _ask(self, work: Callable[[], _T]) -> Any:
        """Raises EOFError or OSError where the process has died."""
        line = self._line or self._start()
        line.send(work)
        return line.recv()

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        line, its_line = context.Pipe()
        process = context.Process(target=serve, args=(its_line,), daemon=True)
        with self._lock:
            if self._closed:
                raise OSError(_CLOSING)
            process.start()
            self._process, self._line = process, line
        its_line.close()  # else nobody would learn of its death
        return line

    def _let_go(self) -> None:
        """Its process ends; the next work finds a new one."""
        with self._lock:
            process, line = self._process, self._line
            self._process = self._line = None
        if line is not None:
            line.close()
        if process is not None:
            process.kill()
            process.join()
