"""When to ask again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.schedule import MAX_BACKOFF_S, backoff, next_check_in

INTERVALS = st.floats(0.05, 300)
JITTERS = st.floats(0, 1)


@pytest.mark.parametrize(
    ("age_s", "expected_s"), [(0, 10), (180, 10), (180.1, 20), (900, 20), (900.1, 60), (1e9, 60)]
)
def test_a_job_is_asked_less_often_as_it_grows_old(age_s: float, expected_s: float) -> None:
    assert next_check_in(10, age_s, jitter=0) == expected_s


@given(INTERVALS, st.floats(0, 1e6), JITTERS)
def test_jitter_lengthens_by_at_most_a_tenth(
    interval_s: float, age_s: float, jitter: float
) -> None:
    least = next_check_in(interval_s, age_s, 0)
    assert least <= next_check_in(interval_s, age_s, jitter) <= least * 1.1 + 1e-9


@pytest.mark.parametrize(
    ("failures", "expected_s"), [(1, 20), (2, 40), (3, 80), (4, 160), (5, 300), (6, 300)]
)
def test_troubles_double_the_wait_up_to_five_minutes(failures: int, expected_s: float) -> None:
    assert backoff(10, failures, jitter=0) == expected_s


@given(INTERVALS, st.integers(1, 10**6), JITTERS)
def test_backing_off_never_takes_more_than_five_minutes(
    interval_s: float, failures: int, jitter: float
) -> None:
    least = backoff(interval_s, failures, 0)
    assert least <= backoff(interval_s, failures, jitter) <= MAX_BACKOFF_S


def test_a_long_interval_backs_off_no_longer() -> None:
    assert backoff(300, 1, 1) == 300
