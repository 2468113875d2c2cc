"""What was learned from jobs that completed says when to look at one that runs."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.jobs.durations import ENOUGH, Durations, Likely, next_look_in
from dreamina_desktop.core.jobs.record import JobRecord

BEGIN = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)


def record(seconds: float | None, status: str = "completed", model: str = "a") -> JobRecord:
    updated = None if seconds is None else BEGIN + timedelta(seconds=seconds)
    return JobRecord("j", status, "image", model, BEGIN, updated, resolution="2k")


def learned(*seconds: float) -> Durations:
    durations = Durations()
    for one in seconds:
        durations.note(record(one))
    return durations


def test_jobs_like_it_say_when_one_is_likely_done() -> None:
    likely = learned(50, 60, 70, 60).likely(record(None, "created"))
    assert likely is not None
    assert 40 < likely.from_s < 50
    assert 70 < likely.to_s < 120


def test_a_few_that_agree_prove_little() -> None:
    likely = learned(60, 60, 60, 60).likely(record(None, "created"))
    assert likely is not None
    assert likely.from_s < 50
    assert likely.to_s > 80


def test_too_few_say_nothing() -> None:
    assert learned(*[60] * (ENOUGH - 1)).likely(record(None, "created")) is None
    assert Durations().likely(None) is None


@pytest.mark.parametrize(
    "other",
    [record(1, "failed"), record(None), record(0), record(9, model="b"), record(2, "created")],
)
def test_only_completed_jobs_of_the_same_kind_count(other: JobRecord) -> None:
    durations = learned(60, 60, 60)
    durations.note(other)
    assert durations.likely(record(None, "created")) is None


def test_what_changes_is_learned_anew() -> None:
    durations = learned(*[20] * 40, *[100] * 40)
    likely = durations.likely(record(None, "created"))
    assert likely is not None
    assert likely.from_s > 50


LIKELY = Likely(40.0, 100.0)


@pytest.mark.parametrize(
    ("age_s", "expected_s"), [(0, 40), (5, 35), (25, 15), (31, 10), (60, 10), (100, 10)]
)
def test_it_waits_for_the_likely_time_and_then_keeps_the_interval(
    age_s: float, expected_s: float
) -> None:
    assert next_look_in(10, age_s, 0.0, LIKELY) == expected_s


def test_a_late_one_is_left_to_the_schedule() -> None:
    assert next_look_in(10, 100.1, 0.0, LIKELY) is None


@given(
    interval_s=st.floats(0.05, 300),
    age_s=st.floats(0, 5000),
    jitter=st.floats(0, 1),
    from_s=st.floats(1, 2000),
)
def test_it_is_never_asked_more_often_than_the_interval_nor_forgotten(
    interval_s: float, age_s: float, jitter: float, from_s: float
) -> None:
    look_in_s = next_look_in(interval_s, age_s, jitter, Likely(from_s, from_s * 2))
    if look_in_s is not None:
        assert interval_s <= look_in_s <= 6 * interval_s
        assert look_in_s <= max(interval_s, from_s - age_s) + 1e-9 * math.ceil(from_s)
