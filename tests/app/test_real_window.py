"""The real window on a real display: a window manager, keys and a clipboard from outside."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

TOOLS = ("Xvfb", "openbox", "xdotool", "xclip")
LIMIT_S = 60.0  # for anything that is waited for

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in TOOLS), reason=f"needs {', '.join(TOOLS)}"
)


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for what another process does."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    pytest.fail(f"waited in vain for {what}")


class Desk:
    """A display with a window manager, and the program on it."""

    def __init__(self, stack: ExitStack, environment: dict[str, str]) -> None:
        self._stack = stack
        server = stack.enter_context(
            subprocess.Popen(
                ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        stack.callback(server.terminate)
        assert server.stdout is not None
        self.environment = environment | {"DISPLAY": f":{server.stdout.readline().strip()}"}
        manager = stack.enter_context(self._start("openbox"))
        stack.callback(manager.terminate)

    def start(self, sandbox: Any, folder: Path) -> subprocess.Popen[bytes]:
        """The program; it is ended with the test."""
        self.program_options = ("--api-url", sandbox.api_url, "--data-dir", str(folder))
        self.environment |= {"USEAPI_TOKEN": sandbox.token}
        program = self._stack.enter_context(
            self._start(sys.executable, "-m", "dreamina_desktop", *self.program_options)
        )
        self._stack.callback(program.kill)
        self.window = until(self._find_window, "the window")
        self.run("xdotool", "windowactivate", "--sync", self.window)
        return program

    def run(self, *command: str, text: str = "") -> str:
        return subprocess.run(
            command,
            input=text,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            timeout=LIMIT_S,
        ).stdout

    def press(self, *keys: str) -> None:
        self.run("xdotool", "key", "--delay", "60", *keys)

    def copy(self, text: str) -> None:
        # xclip goes on serving the clipboard: its output must not be waited for.
        subprocess.run(
            ["xclip", "-selection", "clipboard", "-i"],
            input=text.encode(),
            env=self.environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def clipboard(self) -> str:
        return self.run("timeout", "5", "xclip", "-selection", "clipboard", "-o")

    def jobs(self) -> list[dict[str, Any]]:
        """What the program in the window knows, asked by a second start."""
        said = self.run(
            sys.executable, "-m", "dreamina_desktop", *self.program_options, "--export", "-"
        )
        jobs: list[dict[str, Any]] = json.loads(said)
        return jobs

    def images(self, state: str) -> list[dict[str, Any]]:
        return [image for job in self.jobs() for image in job["images"] if image["state"] == state]

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL)

    def _find_window(self) -> str:
        found = self.run("xdotool", "search", "--onlyvisible", "--name", "^Dreamina Desktop")
        return found.split("\n")[0]


@pytest.fixture
def desk(program_environment: dict[str, str]) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(stack, program_environment)


def test_paste_three_ids_and_copy_the_first_images_reference(
    desk: Desk, start_sandbox: Callable[..., Any], tmp_path: Path
) -> None:
    sandbox = start_sandbox("--speed", "60")
    ids = [*sandbox.jobs["completed"][:2], sandbox.jobs["running"][0]]
    desk.start(sandbox, tmp_path)
    desk.copy("\n".join(ids))
    desk.press("ctrl+v")
    until(lambda: len(desk.jobs()) == 3, "three jobs")
    until(lambda: all(job["images"] for job in desk.jobs()), "their images")
    until(lambda: not desk.images("pending"), "their files")
    desk.press("ctrl+2", "Home", "ctrl+c")
    # Newest first: the job that was pasted last is on top.
    first = desk.jobs()[-1]["images"][0]["assetRef"]
    assert until(lambda: (text := desk.clipboard()) and text != "\n".join(ids) and text, "a copy")
    assert desk.clipboard() == first


def end_by_signal(_desk: Desk, program: subprocess.Popen[bytes]) -> None:
    program.send_signal(signal.SIGTERM)


def end_by_close_button(desk: Desk, _program: subprocess.Popen[bytes]) -> None:
    # The window manager closes the window as its button does.
    desk.press("alt+F4")


@pytest.mark.parametrize("end", [end_by_signal, end_by_close_button])
def test_ended_in_the_middle_of_downloads_it_goes_on_at_the_next_start(
    desk: Desk,
    start_sandbox: Callable[..., Any],
    tmp_path: Path,
    end: Callable[[Desk, subprocess.Popen[bytes]], None],
) -> None:
    sandbox = start_sandbox("--speed", "60")
    program = desk.start(sandbox, tmp_path)
    desk.copy("\n".join(sandbox.every_id()))
    desk.press("ctrl+v")
    until(lambda: desk.images("pending"), "downloads")
    end(desk, program)
    asked = time.monotonic()
    assert program.wait(LIMIT_S) == 0
    assert time.monotonic() - asked < 2.0  # promised: docs and README name this limit
    desk.start(sandbox, tmp_path)
    assert len(desk.jobs()) == len(sandbox.every_id())
    until(
        lambda: (
            not desk.images("pending") and all(job["tracking"] != "polling" for job in desk.jobs())
        ),
        "everything settled",
    )
    saved = desk.images("saved")
    assert saved
    assert not desk.images("lost")
    assert not desk.images("invalid")
    assert all(Path(image["file"]).stat().st_size for image in saved)
