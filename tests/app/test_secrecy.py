"""The token is not in what the program's own processes inherit, nor on their command lines."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dreamina_desktop.app.secrecy import take_token

LIMIT_S = 60.0

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


def watch(program: subprocess.Popen[bytes]) -> dict[str, str]:
    """Environments by command lines of the processes that a program starts, until it ends."""
    seen: dict[str, str] = {}
    deadline = time.monotonic() + LIMIT_S
    while program.poll() is None:
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
    start_sandbox: Callable[..., Any],
    tmp_path: Path,
) -> None:
    sandbox = start_sandbox("--speed", "60")
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
    seen = watch(program)
    assert program.returncode == 0
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
