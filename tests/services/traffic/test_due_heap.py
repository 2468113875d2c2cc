from __future__ import annotations

from dreamina_desktop.services.traffic.due_heap import DueHeap


def newest_first() -> DueHeap[int]:
    return DueHeap(lambda number, _: (-number,))


def test_among_the_due_ones_the_first_by_rank_goes_first() -> None:
    heap = newest_first()
    for number, due_at in ((1, 5.0), (2, 1.0), (3, 3.0), (4, 99.0)):
        heap.put(number, due_at)
    assert [heap.pop(10.0) for _ in range(4)] == [3, 2, 1, None]
    assert len(heap) == 1


def test_what_is_not_due_stays() -> None:
    heap = newest_first()
    heap.put(1, 5.0)
    assert heap.pop(4.999) is None
    assert heap.next_at() == 5.0


def test_a_new_plan_makes_the_old_one_void() -> None:
    heap = newest_first()
    heap.put(1, 5.0)
    heap.put(1, 50.0)
    assert heap.pop(10.0) is None
    assert heap.next_at() == 50.0


def test_a_plan_that_comes_back_to_an_old_time_goes_out_once() -> None:
    heap = newest_first()
    heap.put(1, 5.0)
    heap.put(1, 50.0)
    heap.put(1, 5.0)
    assert [heap.pop(60.0), heap.pop(60.0)] == [1, None]


def test_a_discarded_one_does_not_hide_the_others_that_are_ready() -> None:
    heap = newest_first()
    for number in (1, 2, 3):
        heap.put(number, float(number))
    assert heap.pop(10.0) == 3
    heap.discard(2)
    assert heap.next_at() == 1.0
    assert heap.pop(10.0) == 1
    assert heap.next_at() is None
