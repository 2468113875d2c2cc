from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.jobs.job import ImageKey
from dreamina_desktop.core.search.results import Listing
from dreamina_desktop.ui.gallery.image_order import ImageOrder

jobs = st.dictionaries(st.integers(1, 12), st.integers(0, 4), max_size=12).flatmap(
    lambda counts: st.permutations(list(counts.items()))
)


def order_of(pairs: list[tuple[int, int]]) -> ImageOrder:
    return ImageOrder([number for number, _ in pairs], [count for _, count in pairs])


def keys_of(pairs: list[tuple[int, int]]) -> list[ImageKey]:
    return [ImageKey(number, index) for number, count in pairs for index in range(count)]


def test_images_follow_the_jobs_then_their_index() -> None:
    order = ImageOrder([217, 216, 214], [2, 0, 1])
    assert [str(key) for key in order] == ["217-1", "217-2", "214-1"]
    assert str(order[-1]) == "214-1"
    assert order.row(ImageKey(214, 0)) == 2
    assert order.row(ImageKey(216, 0)) is None
    assert order.row(ImageKey(99, 0)) is None


def test_an_image_beyond_the_end_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        ImageOrder([1], [2])[2]


@given(jobs)
def test_every_key_is_found_at_its_row(pairs: list[tuple[int, int]]) -> None:
    order, keys = order_of(pairs), keys_of(pairs)
    assert list(order) == keys
    assert [order.row(key) for key in keys] == list(range(len(keys)))
    assert [order.index(key) for key in keys] == list(range(len(keys)))


@given(jobs, st.slices(12))
def test_a_slice_has_the_keys_of_its_rows(pairs: list[tuple[int, int]], rows: slice) -> None:
    assert order_of(pairs)[rows] == keys_of(pairs)[rows]


@given(jobs, jobs)
def test_a_replacement_leads_from_one_order_to_the_other(
    before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    one, other = order_of(before), order_of(after)
    change = one.replacement(other)
    kept, new = list(one), list(other)
    del kept[change.start : change.start + change.removed]
    assert kept == list(change.kept)
    kept[change.start : change.start] = new[change.start : change.start + change.inserted]
    assert kept == new


def test_a_job_that_gets_its_images_moves_no_other_image() -> None:
    before = ImageOrder([5, 4, 3], [2, 0, 1])
    change = before.replacement(before.with_counts({4: 4}))
    assert (change.start, change.removed, change.inserted) == (2, 0, 4)


def test_membership_needs_no_walk_through_all_images() -> None:
    order = ImageOrder(range(10**5), [4] * 10**5)
    assert ImageKey(99_999, 3) in order
    assert ImageKey(99_999, 4) not in order
    assert "217-1" not in order
    with pytest.raises(ValueError, match="not shown"):
        order.index(ImageKey(1, 9))


some = st.dictionaries(st.integers(1, 12), st.integers(0, 15), max_size=8).flatmap(
    lambda masks: st.permutations(list(masks.items()))
)


def some_of(pairs: list[tuple[int, int]]) -> ImageOrder:
    numbers = [number for number, _ in pairs]
    return ImageOrder.of(Listing.of_some(numbers, [mask for _, mask in pairs]))


def some_keys(pairs: list[tuple[int, int]]) -> list[ImageKey]:
    return [ImageKey(n, index) for n, mask in pairs for index in range(4) if mask >> index & 1]


@given(some)
def test_images_that_are_left_out_have_no_row(pairs: list[tuple[int, int]]) -> None:
    order, keys = some_of(pairs), some_keys(pairs)
    assert list(order) == keys == [order[row] for row in range(len(keys))]
    every = [ImageKey(number, index) for number, _ in pairs for index in range(5)]
    rows = {key: row for row, key in enumerate(keys)}
    assert {key: order.row(key) for key in every} == {key: rows.get(key) for key in every}


@given(some, some, jobs)
def test_replacements_among_parts_and_wholes(
    before: list[tuple[int, int]], after: list[tuple[int, int]], whole: list[tuple[int, int]]
) -> None:
    orders = [some_of(before), some_of(after), order_of(whole)]
    for one in orders:
        for other in orders:
            change = one.replacement(other)
            kept, new = list(one), list(other)
            del kept[change.start : change.start + change.removed]
            assert kept == list(change.kept)
            kept[change.start : change.start] = new[change.start : change.start + change.inserted]
            assert kept == new
