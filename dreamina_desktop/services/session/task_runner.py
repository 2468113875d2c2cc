"""Work on very many jobs, by hand: in slices, told how far it is, given up on request."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.session.messages import Condition, Messages, Remedy
from dreamina_desktop.services.session.supervisor import Supervisor

SHOWN_AFTER_S = 0.5  # what is done sooner needs no word but its end


@dataclass(frozen=True, slots=True)
class Work:
    """`doing`: "Looking at the files of 40 jobs"; `step` does some of the jobs, `at_once` of them;
    `end` does what is left when all are done, and says in words what came of it. Both may raise
    OSError. `things`: what the numbers are of."""

    doing: str
    numbers: Sequence[int]
    at_once: int
    step: Callable[[Sequence[int]], Awaitable[None]]
    end: Callable[[], Awaitable[str]]
    things: str = "jobs"


@dataclass(frozen=True, slots=True)
class Progress:
    """`share`: how much is done of it, from 0 to 1."""

    doing: str
    share: float


@dataclass(frozen=True, slots=True)
class Course:
    """Work whose extent only shows when it is under way. `steps` does it, and tells after each
    step how far it is; it is closed where it is stopped, and cleans up after itself then. What
    came of it say `end`, "" where it was said already, and, where it was stopped, `stopped`.
    `steps` may raise OSError."""

    doing: str
    steps: Callable[[], AsyncGenerator[Progress, None]]
    end: Callable[[], str]
    stopped: Callable[[], str]
    remedy: Remedy | None = None  # the button beside what `end` says


class LongWork:
    """One after the other, in the order of asking."""

    def __init__(self, messages: Messages, supervisor: Supervisor, clock: Clock) -> None:
        self._messages = messages
        self._supervisor = supervisor
        self._clock = clock
        self._waiting = deque[tuple[Work | Course, asyncio.Event]]()
        self._is_running = False
        self._is_stopped = False

    def start(self, work: Work | Course) -> asyncio.Event:
        """At once, or when what was begun before is done. What is returned is set when the work is
        over, or was given up before it began."""
        over = asyncio.Event()
        self._waiting.append((work, over))
        if not self._is_running:
            self._is_running, self._is_stopped = True, False
            self._supervisor.spawn(self._run(), "long work")
        return over

    def stop(self) -> None:
        """After the slice that is being done; what waits is not begun."""
        self._is_stopped = True

    async def _run(self) -> None:
        try:
            while self._waiting:
                work, over = self._waiting.popleft()
                try:
                    await self._do(work)
                finally:
                    over.set()
        finally:
            self._is_running = False
            self._drop_waiting()

    def _drop_waiting(self) -> None:
        while self._waiting:
            self._waiting.popleft()[1].set()

    async def _do(self, work: Work | Course) -> None:
        remedy: Remedy | None = None
        try:
            if isinstance(work, Course):
                words, remedy = await self._follow(work)
            else:
                words = await self._slices(work)
        except OSError as error:
            words = f"{work.doing} was given up. {error}"
        finally:
            self._messages.lift(Condition.LONG_WORK)
        if words:
            self._messages.say(words, remedy)

    async def _slices(self, work: Work) -> str:
        done = await self._steps(work)
        if done == len(work.numbers):
            return await work.end()
        self._drop_waiting()
        return f"Stopped after {done:,} of {len(work.numbers):,} {work.things}."

    async def _follow(self, course: Course) -> tuple[str, Remedy | None]:
        began = self._clock.monotonic()
        async with aclosing(course.steps()) as steps:
            async for progress in steps:
                if self._is_stopped:
                    self._drop_waiting()
                    break
                self._show(began, progress.doing, round(100 * progress.share))
                await asyncio.sleep(0)  # the window's turn
            else:
                return course.end(), course.remedy
        return course.stopped(), None

    async def _steps(self, work: Work) -> int:
        """How many jobs were done."""
        began, total = self._clock.monotonic(), len(work.numbers)
        for start in range(0, total, work.at_once):
            if self._is_stopped:
                return start
            self._show(began, work.doing, 100 * start // total)
            await work.step(work.numbers[start : start + work.at_once])
            await asyncio.sleep(0)  # the window's turn
        return total

    def _show(self, began: float, doing: str, percent: int) -> None:
        """How far it is, with its *Stop*; not of what is soon done."""
        if self._clock.monotonic() - began >= SHOWN_AFTER_S:
            text = f"{doing}: {percent} % done."
            self._messages.hold(Condition.LONG_WORK, text, Remedy.STOP)
