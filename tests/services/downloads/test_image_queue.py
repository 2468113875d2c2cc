"""Images wait for their time, and then in a line for their host."""

from __future__ import annotations

import pytest

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.services.downloads.image_queue import ImageQueue

LINE, OTHER = ("host", False), ("other", False)
ONE, TWO, THREE = (ImageKey(number, 0) for number in (1, 2, 3))


@pytest.fixture
def queue() -> ImageQueue:
    """The highest number goes first; images with an index are of the other host."""
    return ImageQueue(
        lambda key: OTHER if key.index else LINE, lambda key: (float(-key.number), key.index)
    )


def test_those_that_are_due_stand_in_line_by_rank(queue: ImageQueue) -> None:
    for key, due_at in ((ONE, 1.0), (TWO, 1.0), (THREE, 5.0)):
        queue.put(key, due_at)
    assert queue.later_than(2.0) == (THREE,)
    assert queue.line_up(2.0, 10) == 2
    assert queue.lines() == (LINE,)
    assert queue.first_rank(LINE) == (-2.0, 0)
    assert [queue.next_in(LINE, 0.0) for _ in range(3)] == [TWO, ONE, None]
    assert queue.next_at() == 5.0
    assert len(queue) == 1


def test_of_very_many_some_stand_in_line_at_a_time(queue: ImageQueue) -> None:
    for number in range(1, 100):
        queue.put(ImageKey(number, 0), 0.0)
    assert queue.line_up(1.0, 10) == 10
    assert queue.next_in(LINE, 0.0) == ImageKey(10, 0)
    assert [queue.line_up(1.0, 80), queue.line_up(1.0, 80)] == [80, 9]
    assert queue.next_in(LINE, 0.0) == ImageKey(99, 0)
    assert len(queue) == 97


def test_who_stands_in_a_line_is_there_and_not_due(queue: ImageQueue) -> None:
    for key in (ONE, TWO, THREE):
        queue.stand_in_line(key)
    assert ONE in queue
    assert len(queue) == len(queue.keys()) == 3
    assert queue.line_up(9.0, 10) == 0
    assert queue.next_at() is None
    assert [queue.next_in(LINE, 0.0) for _ in range(4)] == [THREE, TWO, ONE, None]
    assert queue.lines() == ()


def test_anybody_of_a_line_can_go_first(queue: ImageQueue) -> None:
    for key in (ONE, TWO, THREE):
        queue.stand_in_line(key)
    went = [queue.next_in(LINE, place) for place in (0.5, 0.99, 1.0)]
    assert sorted(key for key in went if key) == [ONE, TWO, THREE]
    assert went[0] != THREE
    assert queue.lines() == ()


def test_who_leaves_a_line_is_not_called_from_it(queue: ImageQueue) -> None:
    other = ImageKey(4, 1)
    for key in (ONE, TWO, THREE, other):
        queue.stand_in_line(key)
    queue.discard(THREE)
    queue.put(TWO, 1.0)
    assert set(queue.lines()) == {LINE, OTHER}
    assert queue.first_rank(LINE) == (-1.0, 0)
    assert queue.next_in(LINE, 0.99) == ONE
    assert queue.next_in(LINE, 0.0) is None
    assert queue.next_in(OTHER, 0.0) == other
    assert queue.line_up(2.0, 10) == 1
    assert queue.next_in(LINE, 0.0) == TWO
    assert len(queue) == 0


def test_a_line_that_many_left_and_joined_again_does_not_grow(queue: ImageQueue) -> None:
    for _ in range(1000):
        for key in (ONE, TWO, THREE):
            queue.put(key, 0.0)
        queue.line_up(1.0, 10)
    assert len(queue._lines[LINE]) < 120
    assert [queue.next_in(LINE, 0.0) for _ in range(4)] == [THREE, TWO, ONE, None]
