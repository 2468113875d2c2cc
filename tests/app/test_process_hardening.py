"""The token is not in what the program's own processes inherit, nor on their command lines."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dreamina_desktop.app.process_hardening import forbid_core_dumps, take_token

LIMIT_S = 60.0
JOB_ID = "j0302140530123456781i-u12345-US:user@example.com-bot:dreamina"

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


def descendants(pid: int) -> set[int]:
    """Of a process; those that have ended meanwhile are left out."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = {int(word) for word in task.read_text().split()}
        except OSError:
            continue
        for child in children:
            found |= {child} | descendants(child)
    return found


def read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def watch(program: subprocess.Popen[bytes], *enough: str) -> dict[str, str]:
    """Environments by command lines of the processes that a program starts, until it ends; or
    until `enough` of them were seen, by words in their commands: then it is ended."""
    seen: dict[str, str] = {}
    deadline = time.monotonic() + LIMIT_S
    while program.poll() is None:
        if enough and all(any(word in command for command in seen) for word in enough):
            program.terminate()
            program.wait(LIMIT_S)
            break
        assert time.monotonic() < deadline
        for pid in descendants(program.pid):
            command = read(pid, "cmdline")
            environment = read(pid, "environ")
            own = read(program.pid, "cmdline")
            if environment and command not in ("", own):  # else it is not yet itself
                seen[command] = environment
        time.sleep(0.02)
    return seen


@pytest.mark.parametrize("demo", [True, False])
def test_no_process_inherits_the_token(
    demo: bool,
    program_environment: dict[str, str],
    shared_sandbox: Any,
    tmp_path: Path,
) -> None:
    sandbox = shared_sandbox
    where = ["--demo"] if demo else ["--api-url", sandbox.api_url, "--data-dir", str(tmp_path)]
    jobs = [] if demo else sandbox.jobs["completed"]
    program = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "dreamina_desktop",
            *where,
            "--until-idle",
            "--poll-interval",
            "0.1",
            *jobs,
        ],
        env=program_environment | {"USEAPI_TOKEN": sandbox.token},
    )
    # The demo has many pictures to draw, and starts nothing new for the later ones.
    seen = watch(program, *(("sandbox", "spawn_main") if demo else ()))
    assert program.returncode == (3 if demo else 0)
    assert any("multiprocessing" in command for command in seen)
    assert any("sandbox" in command for command in seen) is demo
    for command, environment in seen.items():
        assert "PYTHON_KEYRING_BACKEND=" in environment
        assert sandbox.token not in command + environment, command


def test_the_token_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USEAPI_TOKEN", "user:12345-s3cret")
    assert take_token() == "user:12345-s3cret"
    assert take_token() is None
    assert "USEAPI_TOKEN" not in os.environ


def test_a_running_program_shows_its_token_in_no_environment(
    program_environment: dict[str, str], tmp_path: Path
) -> None:
    token = "user:12345-s3cretInTheEnvironment"
    program = subprocess.Popen(
        [
            *(sys.executable, "-m", "dreamina_desktop", "--until-idle"),
            *("--api-url", "http://127.0.0.1:9", "--data-dir", str(tmp_path), JOB_ID),
        ],
        env=program_environment | {"USEAPI_TOKEN": token},
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + LIMIT_S
        while not (tmp_path / "holder.json").exists():
            assert time.monotonic() < deadline, "the program never listened"
            time.sleep(0.02)
        environment = read(program.pid, "environ")
        soft, _ = resource.prlimit(program.pid, resource.RLIMIT_CORE)
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(LIMIT_S)
    assert "PYTHON_KEYRING_BACKEND=" in environment
    assert "USEAPI_TOKEN=" in environment
    assert token not in environment
    assert "s3cret" not in environment
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    assert soft == (1 if hard != 0 else 0)  # 0 is ignored where cores go to a program


def test_the_process_stays_dumpable() -> None:
    """Desktop portals look at /proc/PID/root of whoever asks them, and refuse who hides it."""
    forbid_core_dumps()
    get_dumpable = 3  # prctl's
    assert ctypes.CDLL(None).prctl(get_dumpable, 0, 0, 0, 0) == 1
