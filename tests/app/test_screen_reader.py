"""What a screen reader hears of the real window, over AT-SPI."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk import Desk, needs_a_desk, until

SYSTEM_PYTHON = "/usr/bin/python3"


def _has_pyatspi() -> bool:
    asked = subprocess.run(
        (SYSTEM_PYTHON, "-c", "import pyatspi"), check=False, capture_output=True
    )
    return asked.returncode == 0


pytestmark = [
    needs_a_desk,
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon"),
]


@pytest.fixture
def heard(desk: Desk) -> Iterator[list[tuple[str, str]]]:
    """Grows with each event: what happened, and the name of the item that it happened to."""
    if not Path(SYSTEM_PYTHON).exists() or not _has_pyatspi():
        pytest.skip("needs pyatspi")
    daemon = ("dbus-daemon", "--session", "--nofork", "--print-address")
    with _started(desk, *daemon) as bus:
        assert bus.stdout is not None
        desk.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        desk.environment["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
        script = Path(__file__).with_name("screen_reader.py")
        with _started(desk, SYSTEM_PYTHON, str(script)) as reader:
            heard: list[tuple[str, str]] = []
            listening = threading.Thread(target=_listen, args=(reader, heard), daemon=True)
            listening.start()
            until(lambda: heard, "the screen reader")
            yield heard
            reader.kill()
        bus.terminate()


def _started(desk: Desk, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        env=desk.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _listen(reader: subprocess.Popen[str], heard: list[tuple[str, str]]) -> None:
    assert reader.stdout is not None
    for line in reader.stdout:
        what, name = json.loads(line)
        heard.append((what, name))


def test_arrow_keys_say_the_names_of_rows_and_tiles(
    desk: Desk, shared_sandbox: Any, tmp_path: Path, heard: list[tuple[str, str]]
) -> None:
    desk.start(shared_sandbox, tmp_path)
    desk.copy("\n".join(shared_sandbox.jobs["completed"][:2]))
    desk.press("ctrl+v")
    until(lambda: desk.images("saved") and not desk.images("pending"), "their images")
    desk.press("ctrl+1", "Home")
    until(lambda: ("selected", 2) in _numbered(heard), "the first row")
    desk.press("Down")
    until(lambda: {("focused", 1), ("selected", 1)} <= _numbered(heard), "the second row")
    desk.press("Escape", "ctrl+2", "Home")
    until(lambda: any(name.startswith("2-1, saved") for _, name in heard), "the first tile")
    desk.press("Right")
    until(lambda: {"focused", "selected"} <= _of_second_tile(heard), "the second tile")


def _numbered(heard: list[tuple[str, str]]) -> set[tuple[str, int]]:
    """Rows say their job's number first: `2, completed, A red boat`."""
    said = ((what, name.split(",")[0]) for what, name in heard)
    return {(what, int(number)) for what, number in said if number.isdecimal()}


def _of_second_tile(heard: list[tuple[str, str]]) -> set[str]:
    tiles = [(what, name) for what, name in heard if ", saved" in name]
    return {what for what, name in tiles if name != tiles[0][1]}
