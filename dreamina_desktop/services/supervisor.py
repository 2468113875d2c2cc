"""Owns every task: each has a name, a reference that is kept, and a place where its error goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

AGAIN_AFTER_S = 5.0


class Supervisor:
    """Starts tasks and ends them; an error in one is told once and never lost."""

    def __init__(self, on_error: Callable[[str, BaseException], None]) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_closed = False

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run `work` as a task that this object owns. Once it is closed, nothing is begun: a window
        may still ask for something when what it asks is gone."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        if self._is_closed:
            task.cancel()
        return task

    def keep(self, work: Callable[[], Coroutine[Any, Any, Any]], name: str) -> None:
        """Run `work` as such a task, and anew when it ended in an error: the error is told, and
        the program goes on."""

        async def again_and_again() -> None:
            while True:
                try:
                    await work()
                    return
                except Exception as error:  # whatever it is: nothing may stop for good
                    self._on_error(name, error)
                await asyncio.sleep(AGAIN_AFTER_S)

        self.spawn(again_and_again(), name)

    async def aclose(self, timeout_s: float) -> None:
        """Cancel what still runs and wait for its end, at most `timeout_s`."""
        self._is_closed = True
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=timeout_s)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_error(task.get_name(), error)
