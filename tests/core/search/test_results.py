"""Where the numbers of a listing stand."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.search.results import Positions

NUMBERS = st.lists(st.integers(1, 30), unique=True)


@given(NUMBERS | NUMBERS.map(sorted) | NUMBERS.map(lambda each: sorted(each, reverse=True)))
def test_each_number_is_found_where_it_stands(numbers: list[int]) -> None:
    positions = Positions(array("q", numbers))
    for number in range(32):
        place = numbers.index(number) if number in numbers else None
        assert positions.get(number) == place
