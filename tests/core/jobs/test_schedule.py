"""When to ask again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.jobs.schedule import (
    LONGEST_NETWORK_PROBE_S,
    LONGEST_PROBE_S,
    MAX_BACKOFF_S,
    backoff,
    next_check_in,
    probe_in,
)

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
    exact = backoff(interval_s, failures, 0)
    assert exact * 0.9 - 1e-9 <= backoff(interval_s, failures, jitter) <= MAX_BACKOFF_S


def test_the_longest_waits_are_not_all_the_same() -> None:
    assert backoff(300, 1, 0) == 300
    assert backoff(300, 1, 1) == pytest.approx(270)
    assert backoff(145, 1, 1) == pytest.approx(281)  # 290, and 29 more, of which 19 are too many


@pytest.mark.parametrize("network", [False, True])
def test_probes_go_further_and_further_apart(network: bool) -> None:
    waits = [probe_in(10, probes, 0, network=network) for probes in range(9)]
    grown = [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert waits == ([min(wait, 30) for wait in grown] if network else grown)


def test_probes_are_as_fast_as_a_short_interval() -> None:
    assert probe_in(0.1, 0, 0, network=True) == 0.1
    assert probe_in(0.1, 3, 0, network=True) == pytest.approx(0.8)


@given(INTERVALS, st.integers(0, 10**6), JITTERS, st.booleans())
def test_no_probe_waits_for_more_than_its_longest(
    interval_s: float, probes: int, jitter: float, network: bool
) -> None:
    longest_s = LONGEST_NETWORK_PROBE_S if network else LONGEST_PROBE_S
    exact = probe_in(interval_s, probes, 0, network=network)
    assert exact * 0.9 - 1e-9 <= probe_in(interval_s, probes, jitter, network=network) <= longest_s
