from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.search.grouping import Grouped
from dreamina_desktop.core.search.results import Listing


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("abc")), max_size=12))
def test_groups_keep_the_order_of_their_first_jobs_and_within(
    jobs: list[tuple[int, str]],
) -> None:
    numbers = list(range(100, 100 + len(jobs)))
    listing = Listing.of(numbers, [count for count, _ in jobs])
    keys = [key for _, key in jobs]
    grouped = Grouped.by(listing, keys)
    order = list(dict.fromkeys(keys))
    wanted = sorted(numbers, key=lambda number: (order.index(keys[number - 100]), number))
    assert list(grouped.listing.numbers) == wanted
    first = [wanted.index(next(n for n in wanted if keys[n - 100] == key)) for key in order]
    assert list(grouped.starts) == first


def test_parts_of_jobs_stay_parts() -> None:
    grouped = Grouped.by(Listing.of_some([1, 2, 3], [1, 2, 6]), ["a", "b", "a"])
    assert list(grouped.listing.numbers) == [1, 3, 2]
    assert list(grouped.listing.masks or ()) == [1, 6, 2]
