"""Draws pictures in threads of its own, each once, what is waited for first."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

from dreamina_desktop.sandbox.sample import Picture

WORKERS = 2


def draw(picture: Picture) -> bytes:
    """The JPEG file of a picture."""
    # Pillow is loaded when the first picture is wanted: the first line of output is not to wait.
    from dreamina_desktop.sandbox.pictures import painter  # noqa: PLC0415

    return painter.draw(picture.prompt, picture.index, picture.width, picture.height)


class Studio:
    """Files by picture, kept in memory. Its threads are daemons: they never delay the exit."""

    def __init__(self, drawn_by: Callable[[Picture], bytes] = draw) -> None:
        self._draw = drawn_by
        self._lock = threading.Lock()
        self._files: dict[Picture, Future[bytes]] = {}
        self._orders: queue.PriorityQueue[tuple[int, int, Picture]] = queue.PriorityQueue()
        self._number = itertools.count()
        self._threads: list[threading.Thread] = []

    def order(self, picture: Picture, *, urgent: bool) -> Future[bytes]:
        """Have a picture drawn; urgent ones before the others."""
        with self._lock:
            file = self._files.get(picture)
            if file is None:
                file = self._files[picture] = Future()
                self._enqueue(picture, urgent)
            elif urgent and not file.running() and not file.done():
                self._enqueue(picture, urgent)
            return file

    async def file(self, picture: Picture) -> bytes:
        """The JPEG file, as soon as it is drawn."""
        # Shielded: who no longer waits must not take the picture from the others.
        return await asyncio.shield(asyncio.wrap_future(self.order(picture, urgent=True)))

    def _enqueue(self, picture: Picture, urgent: bool) -> None:
        self._orders.put((0 if urgent else 1, next(self._number), picture))
        if len(self._threads) < WORKERS:
            thread = threading.Thread(target=self._work, name="studio", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while True:
            picture = self._orders.get()[2]
            with self._lock:
                file = self._files[picture]
                if file.running() or file.done():
                    continue  # ordered twice
                file.set_running_or_notify_cancel()
            try:
                file.set_result(self._draw(picture))
            except Exception as error:
                file.set_exception(error)
