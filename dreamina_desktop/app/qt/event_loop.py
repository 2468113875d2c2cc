"""asyncio's loop on Qt's: qasync, with its callbacks in a queue and a heap as asyncio keeps them.

qasync gives each callback a Qt timer of its own. A time-out that was not needed stays until its
time is over, with all that it refers to: at 200 requests a second those are thousands of timers,
and each new one is sorted in among them (docs/architecture.md).
"""

from __future__ import annotations

import asyncio
import heapq
import math
import sys
import time
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

import qasync
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

T = TypeVar("T")
TURN_S = 0.004  # then it is Qt's turn: what is to be painted waits no longer
_MANY = 100  # cancelled ones, before they are looked for
_LONGEST_MS = 24 * 3600 * 1000


class EventLoop(qasync.QEventLoop):  # type: ignore[misc]
    """Runs callbacks in their order, some milliseconds at a time, between Qt's own events."""

    def __init__(self, application: QApplication) -> None:
        self._turns = _Turns(self.is_running)
        super().__init__(application)

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._turns.add(handle)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        self._check_closed()
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._turns.add_later(handle)
        return handle

    def _timer_handle_cancelled(self, _handle: asyncio.TimerHandle) -> None:
        self._turns.note_cancelled()

    def run_until_complete(self, future: Coroutine[Any, Any, T] | asyncio.Future[T]) -> T:
        """qasync handles Qt's events once more when the loop does not run any longer: a slot that
        begins a task then finds none."""
        task = asyncio.ensure_future(future, loop=self)
        task.add_done_callback(self._on_done)
        try:
            self.run_forever()
        finally:
            task.remove_done_callback(self._on_done)
        if not task.done():
            raise RuntimeError("The loop was stopped before its coroutine was over.")
        return task.result()

    def _on_done(self, _task: object) -> None:
        self.stop()

    def run_forever(self) -> object:
        """As asyncio does and qasync does not: an asynchronous generator that was left half-way is
        closed in a task, and not where its last reference goes, where it cannot wait."""
        self._turns.arm()
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(self._asyncgen_firstiter_hook, self._asyncgen_finalizer_hook)
        try:
            return super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*hooks)

    def close(self) -> None:
        self._turns.forget_all()
        super().close()


class _Turns(QObject):
    """Callbacks that are ready, and those whose time comes."""

    def __init__(self, is_running: Callable[[], bool]) -> None:
        super().__init__()
        self._is_running = is_running
        self._ready: deque[asyncio.Handle] = deque()
        self._later: list[asyncio.TimerHandle] = []  # a heap
        self._cancelled = 0  # of these, at most
        self._is_next = False  # the timer is set for the next turn
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._turn)

    def add(self, handle: asyncio.Handle) -> None:
        self._ready.append(handle)
        if not self._is_next:
            self.arm()

    def add_later(self, handle: asyncio.TimerHandle) -> None:
        handle._scheduled = True  # type: ignore[attr-defined] # its cancellation is told
        heapq.heappush(self._later, handle)
        if self._later[0] is handle and not self._is_next:
            self.arm()

    def note_cancelled(self) -> None:
        """Once they are many, they are let go of, and all that they refer to."""
        self._cancelled += 1
        if self._cancelled > max(_MANY, len(self._later) // 2):
            self._later = [handle for handle in self._later if not handle.cancelled()]
            heapq.heapify(self._later)
            self._cancelled = 0

    def arm(self) -> None:
        """Set the timer for what comes next."""
        self._is_next = bool(self._ready)
        if self._ready:
            self._timer.start(0)
        elif self._later:
            left_ms = math.ceil((self._later[0].when() - time.monotonic()) * 1000)
            self._timer.start(min(max(0, left_ms), _LONGEST_MS))
        else:
            self._timer.stop()

    def forget_all(self) -> None:
        self._ready.clear()
        self._later.clear()
        self._timer.stop()

    def _turn(self) -> None:
        if not self._is_running():  # Qt's events after the end, or before another run
            return
        began = time.monotonic()
        while self._later and self._later[0].when() <= began:
            self._ready.append(heapq.heappop(self._later))
        # Now already: a callback with a loop of its own (a menu, a dialog) must not stop the rest.
        self.arm()
        try:
            for _ in range(len(self._ready)):  # what they add is the next turn's
                if not self._ready:
                    break  # such a loop has run them
                handle = self._ready.popleft()
                if not handle.cancelled():
                    handle._run()
                if time.monotonic() - began > TURN_S:
                    break
        finally:
            self.arm()
