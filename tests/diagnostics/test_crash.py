"""A process that died of a fault is noticed at the next start, once."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

LIMIT_S = 60.0
CRASHED = "Dreamina Desktop crashed the last time. What it had saved is here."


@pytest.fixture
def start(
    program_environment: dict[str, str], start_sandbox: Callable[..., Any], tmp_path: Path
) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts the program without a window, at work for as long as nobody ends it."""
    sandbox = start_sandbox("--speed", "0.001")
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        home = str(tmp_path)
        options = ("--api-url", sandbox.api_url, "--data-dir", str(tmp_path / "data"))
        program = subprocess.Popen(
            [sys.executable, "-m", "dreamina_desktop", *options, "--until-idle", *jobs],
            env=program_environment | {"USEAPI_TOKEN": sandbox.token, "HOME": home},
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(program)
        wait_for((tmp_path / "data" / "holder.json").exists)
        return program

    jobs = sandbox.jobs["running"]
    yield start
    for program in started:
        program.kill()
        program.wait()
        assert program.stderr is not None
        program.stderr.close()


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def end(program: subprocess.Popen[str], number: signal.Signals) -> str:
    """What it said on standard error."""
    os.kill(program.pid, number)
    _, said = program.communicate(timeout=LIMIT_S)
    return said


@pytest.mark.parametrize("fault", [signal.SIGSEGV, signal.SIGABRT])
def test_the_next_start_says_once_that_the_last_run_crashed(
    start: Callable[[], subprocess.Popen[str]], tmp_path: Path, fault: signal.Signals
) -> None:
    crash, holder = tmp_path / "data" / "crash.txt", tmp_path / "data" / "holder.json"
    program = start()
    assert stat.S_IMODE(crash.stat().st_mode) == 0o600
    end(program, fault)
    # Python's report reads the frames of threads that run: one in many ends in a fault of its own.
    assert program.returncode in {-fault, -signal.SIGSEGV}
    assert "Fatal Python error" in crash.read_text()
    holder.unlink()

    assert CRASHED in end(start(), signal.SIGTERM)
    logged = (tmp_path / "data" / "dreamina-desktop.log").read_text()
    assert "Fatal Python error" in logged
    assert logged.count("the last run crashed") == 1
    assert not crash.exists()

    assert CRASHED not in end(start(), signal.SIGTERM)
    assert not crash.exists()


def test_the_report_in_the_log_does_not_name_the_home_folder(tmp_path: Path) -> None:
    script = """
    import os, signal, sys
    from pathlib import Path
    from dreamina_desktop import diagnostics
    data = Path.home()
    diagnostics.set_up(data / "a.log")
    with diagnostics.crash_watch(data / "crash.txt") as crashed:
        print(crashed)
        if not crashed:
            os.kill(os.getpid(), signal.SIGSEGV)
    """
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(script))

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(program)],
            env=os.environ | {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert run().returncode == -signal.SIGSEGV
    assert str(tmp_path) in (tmp_path / "crash.txt").read_text()
    assert run().stdout == "True\n"
    logged = (tmp_path / "a.log").read_text()
    assert 'File "~/program.py"' in logged
    assert str(tmp_path) not in logged


def test_a_kill_is_no_crash(start: Callable[[], subprocess.Popen[str]], tmp_path: Path) -> None:
    end(start(), signal.SIGKILL)
    (tmp_path / "data" / "holder.json").unlink()
    assert CRASHED not in end(start(), signal.SIGTERM)


def test_a_crash_leaves_no_core_with_the_token_in_it(
    start: Callable[[], subprocess.Popen[str]],
) -> None:
    program = start()
    limits = Path(f"/proc/{program.pid}/limits").read_text()
    (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert line.split()[4] == "1"  # 0 would be ignored where cores go to a program
