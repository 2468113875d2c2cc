"""Owns every task: each has a name, a reference that is kept, and a place where its error goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from dreamina_desktop.services.holds import Hold, OpenWork, Work

AGAIN_AFTER_S = 5.0
LONGEST_REST_S = 300.0


class Supervisor:
    """Starts tasks and ends them; an error in one is told once and never lost."""

    def __init__(self, on_error: Callable[[str, BaseException], None]) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_closed = False
        self._resting: dict[str, Work] = {}  # kept work that raised

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run `work` as a task that this object owns. Once it is closed, nothing is begun: a window
        may still ask for something when what it asks is gone."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        if self._is_closed:
            task.cancel()
        return task

    def keep(
        self,
        work: Callable[[], Coroutine[Any, Any, Any]],
        name: str,
        stops: Work = Work.NONE,
    ) -> None:
        """Run `work` as such a task, and anew when it ended in an error: the error is told, and
        the program goes on. `stops`: of what nothing is done meanwhile."""
        self.spawn(self._again_and_again(work, name, stops), name)

    def holds(self, left: OpenWork) -> Iterator[Hold]:
        """Implements HoldSource: kept work that raised, and waits to begin anew."""
        for name, stops in self._resting.items():
            if stops & left.kinds:
                yield Hold(f"Something went wrong in Dreamina Desktop ({name}).", stops)

    async def _again_and_again(
        self, work: Callable[[], Coroutine[Any, Any, Any]], name: str, stops: Work
    ) -> None:
        """After each error in a row it rests for longer; what ran for long ran well."""
        loop, rest_s = asyncio.get_running_loop(), AGAIN_AFTER_S
        while True:
            began_at = loop.time()
            try:
                await work()
                return
            except Exception as error:  # whatever it is: nothing may stop for good
                self._on_error(name, error)
            if loop.time() - began_at > LONGEST_REST_S:
                rest_s = AGAIN_AFTER_S
            self._resting[name] = stops
            await asyncio.sleep(rest_s)
            del self._resting[name]
            rest_s = min(2 * rest_s, LONGEST_REST_S)

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
