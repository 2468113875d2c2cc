"""What every test may use: the real sandbox, and the real program, as processes."""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

LIMIT_S = 300.0  # for a run of the program
HANGS_S = 600.0  # nothing takes so long, however busy the machine is
ROOM_BYTES = 2_000_000_000  # a run leaves 200 MB, and pytest keeps three

# Widgets need no screen, unless a test asks for a real one.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def _in_memory() -> Path | None:
    """Where temporary folders cost no disk: thousands of flushes of small databases are most of
    what a slow disk makes the tests wait for. None where there is no such place, or little room."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > ROOM_BYTES
    return memory if has_room and os.access(memory, os.W_OK) else None


if (memory := _in_memory()) is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: docs/sandbox.md."""

    api_url: str
    image_url: str
    token: str
    jobs: dict[str, list[str]]
    process: subprocess.Popen[bytes]

    def every_id(self) -> list[str]:
        return list(dict.fromkeys(jobid for ids in self.jobs.values() for jobid in ids))


# Where the run itself was started with nohup or in the background, they are ignored, also by the
# programs that tests start and ask to end. A handler of our own is not inherited.
for number in (signal.SIGINT, *((signal.SIGHUP, signal.SIGQUIT) if os.name != "nt" else ())):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, lambda *_: None)

STANDARD_ERROR = os.dup(2)  # before it is captured


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """Among several workers, a test that hangs ends the run and is named."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        faulthandler.dump_traceback_later(HANGS_S, exit=True, file=STANDARD_ERROR)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


# Files that take longest, longest first: what comes last is short, so that workers end together.
LONG_FIRST = (
    "tests/app/test_background.py",
    "tests/faults/test_small_scale.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in an order that keeps several workers busy to the end; each file as it is written."""
    items.sort(key=lambda item: _place(item.nodeid.partition("::")[0]))


def _place(file: str) -> int:
    return LONG_FIRST.index(file) if file in LONG_FIRST else len(LONG_FIRST)


def pytest_collection_finish() -> None:
    """Four thousand tests are in memory for good: no collection needs to walk through them."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def start_sandbox() -> Iterator[Callable[..., Sandbox]]:
    """Starts sandboxes that end with the test; `small`: with small pictures."""
    with ExitStack() as stack:

        def start(*options: str, small: bool = True) -> Sandbox:
            return _sandbox(stack, *options, *(("--small",) if small else ()))

        yield start


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    """One that finished all its jobs within a second of its start: for tests that only ask it."""
    with ExitStack() as stack:
        yield _sandbox(stack, "--speed", "60", "--small")


@pytest.fixture(scope="session")
def odd_sandbox() -> Iterator[Sandbox]:
    """One that has a finished job for each answer that differs from the documented form."""
    with ExitStack() as stack:
        yield _sandbox(stack, "--small", "--odd")


def _sandbox(stack: ExitStack, *options: str) -> Sandbox:
    command = [sys.executable, "-m", "dreamina_desktop.sandbox", "--end-with-stdin", *options]
    process = stack.enter_context(
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stack.callback(process.stdin.close)
    said: dict[str, Any] = json.loads(process.stdout.readline())
    return Sandbox(**said, process=process)


@pytest.fixture
def program_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a started program: no token, no display, no real keyring, no proxy, no
    session's services, and settings of the user in a folder of its own."""
    return _environment(tmp_path_factory.mktemp("config"))


def _environment(config: Path) -> dict[str, str]:
    hidden = (
        "USEAPI_TOKEN",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "QT_QPA_PLATFORM",
        "DBUS_SESSION_BUS_ADDRESS",
    )
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in hidden and not name.lower().endswith("_proxy")
    }
    return {
        **kept,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "XDG_CONFIG_HOME": str(config),
    }


@dataclass(frozen=True)
class Ended:
    """What a finished program left."""

    code: int
    out: bytes
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its standard output as an export."""
        rows: list[dict[str, Any]] = json.loads(self.out)
        return rows


@pytest.fixture
def run_program(program_environment: dict[str, str]) -> Callable[..., Ended]:
    """Runs `dreamina-desktop` to its end."""
    return _runner(program_environment)


@pytest.fixture(scope="session")
def run_program_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ended]:
    """The same, for what several tests share."""
    return _runner(_environment(tmp_path_factory.mktemp("config")))


def _runner(program_environment: dict[str, str]) -> Callable[..., Ended]:
    def run(*options: str | Path, token: str | None = None, text: str = "") -> Ended:
        environment = program_environment | ({"USEAPI_TOKEN": token} if token else {})
        ended = subprocess.run(
            [sys.executable, "-m", "dreamina_desktop", *map(str, options)],
            input=text.encode(),
            capture_output=True,
            env=environment,
            timeout=LIMIT_S,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr.decode())

    return run
