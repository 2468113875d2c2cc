"""The studio draws each picture once, and first what is waited for."""

from __future__ import annotations

import asyncio
import threading

import pytest

from dreamina_desktop.sandbox.sample import Picture
from dreamina_desktop.sandbox.studio import WORKERS, Studio


def picture(index: int) -> Picture:
    return Picture("A boat", index, 64, 36)


class Painter:
    """Draws when it is let; notes the order."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.order: list[int] = []

    def draw(self, wanted: Picture) -> bytes:
        assert self.gate.wait(60)
        self.order.append(wanted.index)
        return b"%d" % wanted.index


async def test_a_picture_is_drawn_once_for_all_who_ask() -> None:
    painter = Painter()
    studio = Studio(painter.draw)
    waiting = [asyncio.create_task(studio.file(picture(1))) for _ in range(3)]
    await asyncio.sleep(0)
    painter.gate.set()
    assert await asyncio.gather(*waiting) == [b"1", b"1", b"1"]
    assert painter.order == [1]


async def test_what_is_waited_for_comes_before_what_is_drawn_ahead() -> None:
    pictures_to_draw, drawn = threading.Semaphore(0), []

    def draw(wanted: Picture) -> bytes:
        assert pictures_to_draw.acquire(timeout=60)
        drawn.append(wanted.index)
        return b""

    studio = Studio(draw)
    ahead = [studio.order(picture(index), urgent=False) for index in range(8)]
    waiting = asyncio.create_task(studio.file(picture(7)))
    await asyncio.sleep(0)
    # Each worker may have begun with another one; then it is this one's turn.
    pictures_to_draw.release(WORKERS + 1)
    await asyncio.wait_for(waiting, 30)
    assert len(drawn) <= WORKERS + 1
    pictures_to_draw.release(8)
    await asyncio.gather(*map(asyncio.wrap_future, ahead))
    assert sorted(drawn) == list(range(8))


async def test_one_who_gives_up_does_not_take_the_picture_from_the_others() -> None:
    painter = Painter()
    studio = Studio(painter.draw)
    impatient = asyncio.create_task(studio.file(picture(1)))
    patient = asyncio.create_task(studio.file(picture(1)))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.wait([impatient])
    painter.gate.set()
    assert await patient == b"1"
    assert impatient.cancelled()


async def test_a_failure_to_draw_reaches_who_waits_and_stops_nothing() -> None:
    def draw(wanted: Picture) -> bytes:
        if wanted.index == 0:
            raise MemoryError
        return b"fine"

    studio = Studio(draw)
    for _ in range(WORKERS + 1):
        with pytest.raises(MemoryError):
            await studio.file(picture(0))
    assert await studio.file(picture(1)) == b"fine"
