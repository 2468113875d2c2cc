from __future__ import annotations

import platform
import time

import pytest

from dreamina_desktop.system.clock import SystemClock, _counting_sleep


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="the system has no such clock")
def test_the_schedule_counts_on_while_the_machine_sleeps() -> None:
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    read = SystemClock().monotonic()
    assert before <= read <= time.clock_gettime(time.CLOCK_BOOTTIME)
    assert _counting_sleep() == time.CLOCK_BOOTTIME


def test_on_macos_it_is_another_clock_and_on_windows_the_usual_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    assert _counting_sleep() == time.CLOCK_MONOTONIC
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    assert _counting_sleep() is None
