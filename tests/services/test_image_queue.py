"""Images wait for their time, or in a line for their host."""

from __future__ import annotations

import pytest

from dreamina_desktop.core.job import ImageKey
from dreamina_desktop.services.image_queue import ImageQueue

LINE, OTHER = ("host", False), ("other", False)
ONE, TWO, THREE = (ImageKey(number, 0) for number in (1, 2, 3))


@pytest.fixture
def queue() -> ImageQueue:
    """The highest number goes first."""
    return ImageQueue(lambda key, _: (float(-key.number),))


def test_the_first_by_rank_of_those_that_are_due_goes_first(queue: ImageQueue) -> None:
    for key, due_at in ((ONE, 1.0), (TWO, 1.0), (THREE, 5.0)):
        queue.put(key, due_at)
    assert queue.later_than(2.0) == (THREE,)
    assert [queue.pop(2.0, 10) for _ in range(3)] == [TWO, ONE, None]
    assert queue.next_at() == 5.0
    assert len(queue) == 1


def test_of_very_many_those_go_first_that_were_looked_at(queue: ImageQueue) -> None:
    for number in range(1, 100):
        queue.put(ImageKey(number, 0), 0.0)
    assert queue.pop(1.0, 10) == ImageKey(10, 0)
    assert queue.pop(1.0, 10) == ImageKey(20, 0)
    assert {queue.pop(1.0, 10) for _ in range(97)} == {
        ImageKey(number, 0) for number in range(1, 100) if number not in (10, 20)
    }


def test_who_stands_in_a_line_is_there_and_not_due(queue: ImageQueue) -> None:
    for key in (ONE, TWO, THREE):
        queue.stand_in(LINE, key)
    assert ONE in queue
    assert len(queue) == len(queue.keys()) == 3
    assert queue.pop(9.0, 10) is None
    assert queue.next_at() is None
    assert queue.lines() == (LINE,)
    assert [queue.next_in(LINE, 0.0) for _ in range(4)] == [ONE, TWO, THREE, None]
    assert queue.lines() == ()


def test_who_was_in_the_middle_of_a_line_can_go_first(queue: ImageQueue) -> None:
    for key in (ONE, TWO, THREE):
        queue.stand_in(LINE, key)
    assert queue.next_in(LINE, 0.5) == TWO
    assert queue.next_in(LINE, 0.99) == THREE
    assert queue.next_in(LINE, 1.0) == ONE


def test_who_leaves_a_line_is_not_called_from_it(queue: ImageQueue) -> None:
    for key in (ONE, TWO, THREE):
        queue.stand_in(LINE, key)
    queue.discard(ONE)
    queue.put(TWO, 1.0)
    queue.stand_in(OTHER, THREE)
    assert queue.next_in(LINE, 0.0) is None
    assert queue.next_in(OTHER, 0.0) == THREE
    assert queue.pop(2.0, 10) == TWO
    assert len(queue) == 0
