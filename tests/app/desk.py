"""A display with a window manager, and the program on it: for tests of the real window."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from dreamina_desktop.app.instance.handover import HandoverCall, read_address
from dreamina_desktop.app.instance.request import Assignment
from dreamina_desktop.files.locations import Locations
from dreamina_desktop.library.database import Database
from dreamina_desktop.library.schema import MIGRATIONS
from dreamina_desktop.library.settings import SettingsStore

TOOLS = ("Xvfb", "openbox", "xdotool", "xclip")
# Without -noreset it starts anew, and refuses others, whenever a lone client goes.
XVFB = ("Xvfb", "-displayfd", "1", "-noreset", "-nolisten", "tcp")
LIMIT_S = 60.0  # for anything that is waited for
DESKTOPS = 2  # another number than a window manager begins with

needs_a_desk = pytest.mark.skipif(
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
                [*XVFB, "-screen", "0", "1400x900x24"],
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
        # It is there when it says how many desktops there are; windows before that get no focus.
        until(lambda: self._desktops() > 0, "the window manager")
        # At the first key on a display it reads the keyboard anew, and what is pressed before it
        # has done so is no key of its own: Alt+F4 did nothing then. It answers in order.
        self.press("shift")
        self.run("xdotool", "set_num_desktops", str(DESKTOPS))
        until(lambda: self._desktops() == DESKTOPS, "the keyboard")

    def start(self, sandbox: Any, folder: Path) -> subprocess.Popen[bytes]:
        """The program, with its window in front; it is ended with the test."""
        program = self.start_only(sandbox, folder)
        until(lambda: self.find_window() or program.poll() is not None, "the window")
        assert program.poll() is None, f"the program ended with {program.returncode}"
        self.window = until(self.find_window, "the window")
        # Keys that come before its event loop runs are lost on a busy machine.
        until((folder / "holder.json").exists, "the program to listen")
        self.run("xdotool", "windowactivate", "--sync", self.window)
        return program

    def start_only(self, sandbox: Any, folder: Path, *options: str) -> subprocess.Popen[bytes]:
        """The program, whether it opens a window or not."""
        self.api_url, self.folder = sandbox.api_url, folder
        self.program_options = ("--api-url", sandbox.api_url, "--data-dir", str(folder))
        self.environment |= {"USEAPI_TOKEN": sandbox.token}
        command = ("-m", "dreamina_desktop", *self.program_options, *options)
        program = self._stack.enter_context(self._start(sys.executable, *command))
        self._stack.callback(program.kill)
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

    def point(self, *way: tuple[int, int]) -> None:
        """Move the mouse from place to place on the screen, as slowly as a hand."""
        for x, y in way:
            self.run("xdotool", "mousemove", "--sync", str(x), str(y), "sleep", "0.1")

    def hold(self, *, down: bool) -> None:
        """The left button."""
        self.run("xdotool", "mousedown" if down else "mouseup", "1")

    def place_window(self, x: int, y: int, width: int, height: int) -> None:
        """Where it lies on the screen."""
        self.run("xdotool", "windowsize", "--sync", self.window, str(width), str(height))
        self.run("xdotool", "windowmove", self.window, str(x), str(y))

    def open_drop_target(self, *geometry: int) -> subprocess.Popen[str]:
        """Another program's window; what is dropped on it comes on its output."""
        target = self._stack.enter_context(
            subprocess.Popen(
                [
                    sys.executable,
                    str(Path(__file__).with_name("drop_target.py")),
                    *map(str, geometry),
                ],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        self._stack.callback(target.kill)
        until(lambda: self.find_window("Another program"), "the other program's window")
        return target

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
        """What the program in the window knows, asked as a second start asks."""
        jobs: list[dict[str, Any]] = json.loads(until(self._export, "the program to answer"))
        return jobs

    def _export(self) -> bytes:
        """Its jobs as JSON; nothing as long as it does not answer."""
        address = read_address(self.folder / "holder.json")
        if address is None:
            return b""
        wish = Assignment(exports=True, api_url=self.api_url)
        with contextlib.suppress(OSError), contextlib.closing(HandoverCall(address)) as call:
            return b"".join(reply.export or b"" for reply in call.send(wish))
        return b""

    def images(self, state: str) -> list[dict[str, Any]]:
        return [image for job in self.jobs() for image in job["images"] if image["state"] == state]

    def _desktops(self) -> int:
        return int(self.run("xdotool", "get_num_desktops") or 0)

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL)

    def find_window(self, name: str = "Dreamina Desktop") -> str:
        """A window that is seen; "" where there is none."""
        found = self.run("xdotool", "search", "--onlyvisible", "--name", f"^{name}")
        return found.split("\n")[0]


def keep_setting(folder: Path, name: str, value: Any) -> None:
    """As a former run would have left it in the data folder."""

    async def keep() -> None:
        locations = Locations.at(folder)
        locations.create()
        database = Database(locations.database, MIGRATIONS)
        await database.open()
        await SettingsStore(database).save_setting(name, value)
        await database.aclose()

    asyncio.run(keep())


def kept_setting(folder: Path, name: str) -> Any:
    """What the last run left."""

    async def read() -> Any:
        database = Database(Locations.at(folder).database, MIGRATIONS)
        await database.open()
        values = await SettingsStore(database).load_settings()
        await database.aclose()
        return values.get(name)

    return asyncio.run(read())
