"""The judge of the fault bench: which tries were too early, by what the servers saw."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# Without packages in tests, the bench's modules are found by their folder; not for good, for some
# have a name that a helper of other tests has too.
sys.path.insert(0, str(Path(__file__).parent))

import gaps
from faults import Effect, Fault
from scripted_server import Exchange
from vendor import ScriptedJob, Vendor

sys.path.pop(0)

INTERVAL_S = 0.2
CUT = Fault("a cut", Effect.CUT, lambda _: [])


class Record:
    """Requests for jobs as the API saw them; none is sent."""

    def __init__(self) -> None:
        self.vendor = Vendor()

    def job(self) -> ScriptedJob:
        return self.vendor.add_job()

    def asked(self, job: ScriptedJob, at: float, note: Fault | None = None) -> None:
        """At that second, and answered 10 ms later."""
        head = f"GET /v1/dreamina/images/{job.jobid} HTTP/1.1\r\n\r\n".encode()
        self.vendor.api.exchanges.append(Exchange(head, at, at + 0.01, note))

    def too_early(self) -> list[str]:
        jobs = list(self.vendor.jobs.values())
        return list(gaps.too_early(self.vendor, jobs, INTERVAL_S))


@pytest.fixture
def record() -> Record:
    return Record()


def cut_three_times(record: Record, at: float) -> ScriptedJob:
    """The first of three jobs whose answers are cut a hundredth of a second apart, at last its."""
    first, second, third = record.job(), record.job(), record.job()
    record.asked(third, at - 0.02, CUT)
    record.asked(second, at - 0.01, CUT)
    record.asked(first, at, CUT)
    return first


def test_a_try_before_its_back_off_is_over_is_too_early(record: Record) -> None:
    job = cut_three_times(record, 10.0)
    record.asked(job, 10.04)
    assert record.too_early() == ["job 1: 0.030 s after a cut, 0.400 s promised"]


def test_a_back_off_that_was_waited_out_is_not(record: Record) -> None:
    job = cut_three_times(record, 10.0)
    record.asked(job, 10.42)
    assert record.too_early() == []


@pytest.mark.parametrize("after_s", [0.015, -0.005, -0.15])
def test_an_answer_that_ends_an_outage_may_have_come_after_a_cut_of_about_that_moment(
    record: Record, after_s: float
) -> None:
    """The server's order is not the client's: what ended here a little earlier came there later."""
    job = cut_three_times(record, 10.0)
    record.asked(record.job(), 10.0 + after_s)
    record.asked(job, 10.04)
    assert record.too_early() == []


def test_a_cut_may_be_known_only_after_many_answers_that_ended_a_moment_later(
    record: Record,
) -> None:
    """Then three cuts in a row are an outage for the client, though good answers lie between."""
    job, silent = record.job(), record.job()
    record.asked(job, 1.57, CUT)
    for number in range(8):
        record.asked(record.job(), 1.575 + number / 500)
    record.asked(silent, 3.17, CUT)
    record.asked(job, 3.18, CUT)
    record.asked(record.job(), 3.2)
    record.asked(job, 3.22)
    assert record.too_early() == []


def test_a_cut_that_was_known_long_before_many_answers_is_none_of_an_outage(
    record: Record,
) -> None:
    job, silent = record.job(), record.job()
    record.asked(job, 1.0, CUT)
    for number in range(8):
        record.asked(record.job(), 2.0 + number / 500)
    record.asked(silent, 3.17, CUT)
    record.asked(job, 3.18, CUT)
    record.asked(record.job(), 3.2)
    record.asked(job, 3.22)
    assert record.too_early() == ["job 1: 0.030 s after a cut, 0.800 s promised"]


def test_an_answer_long_before_the_cut_is_no_reason(record: Record) -> None:
    job = cut_three_times(record, 10.0)
    record.asked(record.job(), 9.7)
    record.asked(job, 10.04)
    assert record.too_early() == ["job 1: 0.030 s after a cut, 0.400 s promised"]


def test_a_single_cut_among_good_answers_is_never_forgiven(record: Record) -> None:
    job = record.job()
    for number in range(6):
        record.asked(record.job(), 9.9 + number / 50)
    record.asked(job, 10.0, CUT)
    record.asked(job, 10.04)
    assert record.too_early() == ["job 1: 0.030 s after a cut, 0.400 s promised"]
