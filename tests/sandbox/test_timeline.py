"""When sample jobs end: hour-long limit, speed, 30 days."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from dreamina_desktop.sandbox.sample import DAY_S, Fault, SampleJob
from dreamina_desktop.sandbox.timeline import TIMED_OUT, Timeline

START = 1_780_000_000.0
JOB = SampleJob("j", "running", "US:user@example.com", START - 10, 30.0, "seedream-4.6", {})


def test_at_speed_1_a_job_takes_what_it_takes() -> None:
    assert Timeline(START).end(JOB) == START + 20


def test_speed_hastens_only_what_comes_after_the_start() -> None:
    assert Timeline(START, 60).end(JOB) == pytest.approx(START + 20 / 60)
    over = replace(JOB, created=START - 500)
    assert Timeline(START, 60).end(over) == START - 470


def test_a_job_is_over_from_its_end_on() -> None:
    timeline = Timeline(START, 2)
    assert not timeline.is_over(JOB, START + 9.9)
    assert timeline.is_over(JOB, START + 10)


@pytest.mark.parametrize("takes_s", [3600.5, math.inf])
@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_a_job_still_created_after_an_hour_times_out(takes_s: float, speed: float) -> None:
    job = replace(JOB, created=START, takes_s=takes_s)
    timeline = Timeline(START, speed)
    assert timeline.fault(job) == TIMED_OUT
    assert timeline.end(job) == pytest.approx(START + 3600 / speed)


def test_a_job_of_just_an_hour_completes() -> None:
    assert Timeline(START).fault(replace(JOB, takes_s=3600.0)) is None


def test_a_fault_of_its_own_comes_at_its_own_time() -> None:
    job = replace(JOB, fault=Fault(2038, "fail_code: 2038"))
    assert Timeline(START).fault(job) == Fault(2038, "fail_code: 2038")
    assert Timeline(START).end(job) == START + 20


@pytest.mark.parametrize("speed", [1.0, 1e6])
def test_jobs_are_forgotten_after_30_real_days(speed: float) -> None:
    timeline = Timeline(START, speed)
    assert not timeline.is_forgotten(JOB, JOB.created + 30 * DAY_S)
    assert timeline.is_forgotten(JOB, JOB.created + 30 * DAY_S + 1)
