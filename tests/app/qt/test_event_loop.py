"""asyncio's promises on Qt's loop, and Qt's own events among them."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from dreamina_desktop.app.qt import event_loop
from dreamina_desktop.app.qt.event_loop import EventLoop


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[EventLoop]:
    loop = EventLoop(qapp)
    asyncio.set_event_loop(loop)
    yield loop
    loop.close()
    asyncio.set_event_loop(None)


def test_callbacks_run_in_their_order_and_what_they_add_comes_after(loop: EventLoop) -> None:
    ran: list[str] = []

    async def main() -> None:
        loop.call_soon(lambda: (ran.append("a"), loop.call_soon(ran.append, "c")))
        loop.call_soon(ran.append, "b")
        await asyncio.sleep(0.01)

    loop.run_until_complete(main())
    assert ran == ["a", "b", "c"]


def test_timers_come_in_their_order_and_never_early(loop: EventLoop) -> None:
    came: list[tuple[int, float]] = []

    async def main() -> None:
        began = loop.time()
        for delay_ms in (30, 0, 12, 7, 3):
            when = began + delay_ms / 1000
            loop.call_at(when, lambda d=delay_ms: came.append((d, loop.time() - began)))
        await asyncio.sleep(0.05)

    loop.run_until_complete(main())
    assert [delay for delay, _ in came] == [0, 3, 7, 12, 30]
    assert all(seconds >= delay / 1000 for delay, seconds in came)


def test_a_cancelled_timer_does_not_run(loop: EventLoop) -> None:
    async def main() -> None:
        loop.call_later(0.001, pytest.fail).cancel()
        loop.call_soon(pytest.fail).cancel()
        await asyncio.sleep(0.01)

    loop.run_until_complete(main())


def test_time_outs_that_were_not_needed_are_let_go_of(loop: EventLoop) -> None:
    class Held:
        """What a time-out refers to."""

        def note(self) -> None: ...

    async def main() -> list[weakref.ref[Held]]:
        held = []
        for _ in range(5_000):
            one = Held()
            held.append(weakref.ref(one))
            loop.call_later(3600, one.note).cancel()
        return held

    # A handle forgets its callback when it is cancelled; the handles are what must not pile up.
    before = sum(isinstance(one, asyncio.TimerHandle) for one in gc.get_objects())
    held = loop.run_until_complete(main())
    after = sum(isinstance(one, asyncio.TimerHandle) for one in gc.get_objects())
    assert not any(one() for one in held)
    assert after - before < 500


def test_events_of_qt_are_handled_while_callbacks_go_on(
    loop: EventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many callbacks that are ready take several turns."""
    monkeypatch.setattr(event_loop, "TURN_S", 0.0)
    ran: list[object] = []

    class Painted(QObject):
        def event(self, event: QEvent) -> bool:
            ran.append("painted")
            return super().event(event)

    async def main() -> None:
        painted = Painted()
        for number in range(50):
            loop.call_soon(ran.append, number)
        QApplication.postEvent(painted, QEvent(QEvent.Type.UpdateRequest))
        await asyncio.sleep(0.05)

    loop.run_until_complete(main())
    assert ran.index("painted") < ran.index(49)
    assert [one for one in ran if isinstance(one, int)] == list(range(50))


def test_a_loop_inside_a_callback_does_not_stop_the_others(loop: EventLoop) -> None:
    """A menu or a dialog that somebody opens."""
    ran: list[str] = []

    def open_menu() -> None:
        inner = QEventLoop()
        QTimer.singleShot(100, inner.quit)
        loop.call_later(0.01, lambda: ran.append("timer"))
        loop.call_soon(ran.append, "added inside")
        inner.exec()
        ran.append("closed")

    async def main() -> None:
        loop.call_soon(open_menu)
        loop.call_soon(ran.append, "ready before")
        loop.call_later(0.02, ran.append, "timer before")
        await asyncio.sleep(0.2)

    loop.run_until_complete(main())
    assert ran == ["ready before", "added inside", "timer", "timer before", "closed"]


def test_tasks_go_on_during_a_loop_that_an_event_of_qt_begins(loop: EventLoop) -> None:
    """A drag: what runs meanwhile is entered once, and nothing waits for its end."""
    ran: list[str] = []
    running: list[object] = []

    def drag() -> None:
        running.append(asyncio.current_task())
        inner = QEventLoop()
        QTimer.singleShot(5_000, inner.quit)
        drops.append(inner.quit)
        inner.exec()
        running.append(asyncio.current_task())
        ran.append("dropped")

    drops: list[Callable[[], object]] = []

    async def work(name: str) -> None:
        for step in range(3):
            await asyncio.sleep(0.002)
            await loop.run_in_executor(None, pow, 2, step)
        ran.append(name)

    async def main() -> None:
        before = asyncio.create_task(work("before"))
        QTimer.singleShot(0, drag)
        while not drops:  # noqa: ASYNC110 - Qt has no event to await
            await asyncio.sleep(0.001)
        await asyncio.gather(work("during"), asyncio.create_task(work("during")), before)
        ran.append("all")
        drops[0]()
        after = asyncio.create_task(work("after"))
        while "dropped" not in ran:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        await after

    loop.run_until_complete(main())
    assert sorted(ran[:3]) == ["before", "during", "during"]
    assert ran[3] == "all"
    assert sorted(ran[4:]) == ["after", "dropped"]
    assert running == [None, None]  # in no task's way


def test_the_end_of_the_program_ends_such_a_loop_too(loop: EventLoop) -> None:
    ended: list[str] = []

    def drag() -> None:
        inner = QEventLoop()
        begun.set()
        inner.exec()
        ended.append("drag")

    begun = asyncio.Event()

    async def main() -> str:
        QTimer.singleShot(0, drag)
        await begun.wait()
        await asyncio.sleep(0.01)
        return "done"

    assert loop.run_until_complete(main()) == "done"
    assert ended == ["drag"]


def test_other_threads_are_heard(loop: EventLoop) -> None:
    async def main() -> list[int]:
        return [await loop.run_in_executor(None, pow, 2, each) for each in range(20)]

    assert loop.run_until_complete(main()) == [2**each for each in range(20)]


def test_a_callback_that_fails_is_told_and_the_next_one_runs(loop: EventLoop) -> None:
    told: list[dict[str, Any]] = []
    ran: list[int] = []
    loop.set_exception_handler(lambda _, context: told.append(context))

    async def main() -> None:
        loop.call_soon(lambda: 1 / 0)
        loop.call_soon(ran.append, 1)
        await asyncio.sleep(0.01)

    loop.run_until_complete(main())
    assert isinstance(told[0]["exception"], ZeroDivisionError)
    assert ran == [1]


def test_nothing_runs_between_two_runs(loop: EventLoop, qapp: QApplication) -> None:
    ran: list[str] = []
    loop.run_until_complete(asyncio.sleep(0))
    loop.call_later(0.001, ran.append, "later")
    time.sleep(0.005)
    qapp.processEvents()
    assert not ran
    loop.run_until_complete(asyncio.sleep(0.01))
    assert ran == ["later"]


def test_no_event_is_handled_when_the_loop_does_not_run(loop: EventLoop) -> None:
    running: list[bool] = []

    async def leave_timers() -> str:
        for late_ms in range(5):
            QTimer.singleShot(late_ms, lambda: running.append(loop.is_running()))
        time.sleep(0.01)  # noqa: ASYNC251 - all of them are due by now
        return "done"

    assert loop.run_until_complete(leave_timers()) == "done"
    loop.run_until_complete(asyncio.sleep(0.05))
    assert running == [True] * 5


def test_what_a_coroutine_raises_comes_out_and_a_stopped_loop_says_so(loop: EventLoop) -> None:
    async def fail() -> None:
        raise ValueError("x")

    async def stop() -> None:
        loop.stop()
        await asyncio.sleep(60)

    with pytest.raises(ValueError, match="x"):
        loop.run_until_complete(fail())
    stopped = loop.create_task(stop())
    with pytest.raises(RuntimeError, match="stopped"):
        loop.run_until_complete(stopped)
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(stopped)


def test_a_generator_that_is_left_half_way_is_closed_and_can_wait_for_that(
    loop: EventLoop,
) -> None:
    closed: list[str] = []

    async def count() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            closed.append("closed")

    async def main() -> None:
        async for _ in count():
            break
        await asyncio.sleep(0.01)

    loop.run_until_complete(main())
    assert closed == ["closed"]
