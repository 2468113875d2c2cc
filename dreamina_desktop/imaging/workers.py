"""Pillow in worker processes: the window never waits, and a broken picture never ends it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from pathlib import Path
from typing import TypeVar

from dreamina_desktop.core.answer import Verdict
from dreamina_desktop.imaging.thumbnail import thumbnail
from dreamina_desktop.imaging.verify import verify

T = TypeVar("T")
WORKERS = 2
LARGE_BYTES = 8_000_000  # such a file may need hundreds of megabytes: one at a time


class ImagingWorkers:
    """Implements services.ports.Imaging. Workers start with the first picture; a killed one is
    replaced, and its picture is tried once more."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._large = asyncio.Semaphore(1)

    async def verify(self, file: Path) -> Verdict:
        size_bytes = await asyncio.to_thread(lambda: file.stat().st_size)
        if size_bytes < LARGE_BYTES:
            return await self._run(verify, file)
        async with self._large:
            return await self._run(verify, file)

    async def thumbnail(self, file: Path) -> bytes:
        return await self._run(thumbnail, file)

    def close(self) -> None:
        """End the workers at once, whatever they do."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        # The pool would wait for its work; what is in a worker can be made again.
        for process in tuple((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[Path], T], file: Path) -> T:
        for attempt in (1, 2):
            pool = self._pool = self._pool or _make_pool()
            try:
                return await asyncio.get_running_loop().run_in_executor(pool, work, file)
            except BrokenProcessPool as error:
                if self._pool is pool:
                    self._pool = None
                if attempt == 2:
                    raise OSError(f"{file.name}: the picture ended its worker.") from error
        raise AssertionError


def _make_pool() -> ProcessPoolExecutor:
    # Spawned, not forked: Qt and its threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(WORKERS, mp_context=context, initializer=_prepare)


def _prepare() -> None:
    """In the worker: stay out of the way, and end with the program, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(5)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)
