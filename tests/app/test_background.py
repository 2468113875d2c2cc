"""The window is closed in the middle of work: on a real display, answered by keyboard."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desk import LIMIT_S, Desk, keep_setting, kept_setting, needs_a_desk, until

pytestmark = needs_a_desk

CLOSE = "alt+F4"  # the window manager closes the window as its button does
OFFER = "Keep saving"
# Two seconds to the end are promised, and measured by the bench (S17).
END_CPU_S = 2.0


@pytest.fixture
def sandbox(start_sandbox: Callable[..., Any]) -> Any:
    """Its jobs end one after another, the last one after half a minute."""
    return start_sandbox("--speed", "2")


def cpu_s(pid: int) -> float:
    """What a process has used so far; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_cpu_s(program: subprocess.Popen[bytes]) -> float:
    """Wait for its end; what it has used in all."""
    _, status, usage = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def autostart_file(desk: Desk) -> Path:
    (file,) = (Path(desk.environment["XDG_CONFIG_HOME"]) / "autostart").iterdir()
    return file


def start_with_jobs(desk: Desk, sandbox: Any, folder: Path) -> subprocess.Popen[bytes]:
    """The window, with jobs that run."""
    program = desk.start(sandbox, folder)
    desk.copy("\n".join(sandbox.jobs["running"]))
    desk.press("ctrl+v")
    until(lambda: running(desk), "jobs that run")
    return program


def running(desk: Desk) -> set[int]:
    return {job["number"] for job in desk.jobs() if job["tracking"] == "polling"}


def wait_until_one_is_saved(desk: Desk, numbers: set[int]) -> None:
    """Of these jobs, with all its images."""

    def is_saved(job: Any) -> bool:
        states = {image["state"] for image in job["images"]}
        return job["number"] in numbers and states == {"saved"}

    until(lambda: any(map(is_saved, desk.jobs())), "a job to be saved")


def close_and_wait_for_the_offer(desk: Desk) -> None:
    desk.press(CLOSE)
    window = until(lambda: desk.find_window(OFFER), "the offer")
    desk.run("xdotool", "windowactivate", "--sync", window)


def test_kept_in_the_background_it_saves_on_and_a_second_start_brings_the_window_back(
    desk: Desk, sandbox: Any, tmp_path: Path
) -> None:
    program = start_with_jobs(desk, sandbox, tmp_path)
    close_and_wait_for_the_offer(desk)
    left = running(desk)
    desk.press("Return")
    until(lambda: not desk.find_window(), "the window to go")
    assert not desk.find_window(OFFER)
    wait_until_one_is_saved(desk, left)
    assert not desk.find_window()
    assert program.poll() is None
    second = desk.start_only(sandbox, tmp_path)
    assert second.wait(LIMIT_S) == 0
    until(desk.find_window, "the window to come back")
    desk.press(CLOSE)
    until(lambda: not desk.find_window(), "the window to go without a question")
    assert program.poll() is None
    program.send_signal(signal.SIGTERM)
    assert program.wait(LIMIT_S) == 0
    assert kept_setting(tmp_path, "background") is True


def test_declined_it_ends_at_once_and_the_next_start_completes_what_was_open(
    desk: Desk, sandbox: Any, tmp_path: Path
) -> None:
    program = start_with_jobs(desk, sandbox, tmp_path)
    close_and_wait_for_the_offer(desk)
    left = running(desk)
    desk.press("shift+Tab")
    before_s = cpu_s(program.pid)
    desk.press("space")
    assert wait_for_cpu_s(program) - before_s < END_CPU_S
    assert program.returncode == 0
    assert kept_setting(tmp_path, "background") is False
    again = desk.start(sandbox, tmp_path)
    wait_until_one_is_saved(desk, left)
    # It is never asked again.
    desk.press(CLOSE)
    assert again.wait(LIMIT_S) == 0


def test_escape_decides_nothing_and_the_window_stays(
    desk: Desk, sandbox: Any, tmp_path: Path
) -> None:
    program = start_with_jobs(desk, sandbox, tmp_path)
    close_and_wait_for_the_offer(desk)
    desk.press("Escape")
    until(lambda: not desk.find_window(OFFER), "the offer to go")
    assert desk.find_window()
    program.send_signal(signal.SIGTERM)
    assert program.wait(LIMIT_S) == 0
    assert kept_setting(tmp_path, "background") is None


def test_a_signal_ends_it_while_the_offer_stands(desk: Desk, sandbox: Any, tmp_path: Path) -> None:
    program = start_with_jobs(desk, sandbox, tmp_path)
    close_and_wait_for_the_offer(desk)
    before_s = cpu_s(program.pid)
    program.send_signal(signal.SIGTERM)
    assert wait_for_cpu_s(program) - before_s < END_CPU_S
    assert program.returncode == 0


@pytest.mark.parametrize("asked_first", [False, True])
def test_ctrl_q_always_ends_it(desk: Desk, sandbox: Any, tmp_path: Path, asked_first: bool) -> None:
    if not asked_first:
        keep_setting(tmp_path, "background", True)
    program = start_with_jobs(desk, sandbox, tmp_path)
    if asked_first:
        close_and_wait_for_the_offer(desk)
    desk.press("ctrl+q")
    assert program.wait(LIMIT_S) == 0
    assert kept_setting(tmp_path, "background") is (None if asked_first else True)


def test_with_nothing_open_closing_just_ends_it(desk: Desk, sandbox: Any, tmp_path: Path) -> None:
    program = desk.start(sandbox, tmp_path)
    desk.press(CLOSE)
    assert program.wait(LIMIT_S) == 0
    assert kept_setting(tmp_path, "background") is None


def test_start_at_login_starts_it_without_its_window(
    desk: Desk, sandbox: Any, tmp_path: Path
) -> None:
    program = start_with_jobs(desk, sandbox, tmp_path)
    close_and_wait_for_the_offer(desk)
    left = running(desk)
    desk.press("Tab", "space", "Return")
    until(lambda: not desk.find_window(), "the window to go")
    program.send_signal(signal.SIGTERM)
    assert program.wait(LIMIT_S) == 0
    (line,) = (
        line.removeprefix("Exec=")
        for line in autostart_file(desk).read_text().splitlines()
        if line.startswith("Exec=")
    )
    # What it quotes, a shell quotes alike.
    login = subprocess.Popen(["sh", "-c", f"exec {line}"], env=desk.environment)
    try:
        until((tmp_path / "holder.json").exists, "the start at login")
        wait_until_one_is_saved(desk, left)
        assert not desk.find_window()
        second = desk.start_only(sandbox, tmp_path, "--background")
        assert second.wait(LIMIT_S) == 0
        assert not desk.find_window()
        assert desk.start_only(sandbox, tmp_path).wait(LIMIT_S) == 0
        until(desk.find_window, "the window")
    finally:
        os.kill(login.pid, signal.SIGTERM)
        assert login.wait(LIMIT_S) == 0


def test_background_opens_the_window_where_it_was_not_wanted(
    desk: Desk, sandbox: Any, tmp_path: Path
) -> None:
    desk.start_only(sandbox, tmp_path, "--background")
    until(desk.find_window, "the window")
