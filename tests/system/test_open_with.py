"""Other programs are really started, and a file manager on a real bus is really asked."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dreamina_desktop.core.desktop_entry import DesktopEntry
from dreamina_desktop.system.open_with import SystemPrograms

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="tried on Linux only")
WRITE = """
import json, os, sys, pathlib
part = pathlib.Path(sys.argv[1] + ".part")
part.write_text(json.dumps([sys.argv[2:], os.environ.get("LD_LIBRARY_PATH")]))
part.rename(sys.argv[1])
"""


def read(file: Path) -> Any:
    """What the started program wrote."""
    deadline = time.monotonic() + 30
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return json.loads(file.read_text())


def test_a_program_is_started_with_the_files_as_they_are_called(tmp_path: Path) -> None:
    script, out = tmp_path / "a script.py", tmp_path / "out.json"
    script.write_text(WRITE)
    odd = [str(tmp_path / "a b; $(touch x) %F.jpg"), str(tmp_path / "ü'\".png")]
    program = DesktopEntry("Write", (sys.executable, str(script), str(out), "--", "%F"))
    asyncio.run(SystemPrograms().open_with(program, odd))
    assert read(out)[0] == ["--", *odd]
    assert not (tmp_path / "x").exists()


def test_a_frozen_program_keeps_its_libraries_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, out = tmp_path / "write.py", tmp_path / "out.json"
    script.write_text(WRITE)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path / "bundle"))
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", str(tmp_path))
    program = DesktopEntry("Write", (sys.executable, str(script), str(out), "%f"))
    asyncio.run(SystemPrograms().open_with(program, ["/x.png"]))
    assert read(out) == [["/x.png"], str(tmp_path)]


def test_a_program_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    program = DesktopEntry("Gone", (str(tmp_path / "gone"), "%F"))
    with pytest.raises(OSError, match="could not be started"):
        asyncio.run(SystemPrograms().open_with(program, ["/x.png"]))


class FileManager:
    """Answers ShowItems on a bus of its own, once it is told how."""

    def __init__(self, address: str) -> None:
        jeepney = pytest.importorskip("jeepney")
        blocking = pytest.importorskip("jeepney.io.blocking")
        self.shown: list[tuple[list[str], str]] = []
        self.fails = False
        self._jeepney = jeepney
        self._connection = blocking.open_dbus_connection(address)
        name = "org.freedesktop.FileManager1"
        self._connection.send_and_get_reply(jeepney.message_bus.RequestName(name))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        j = self._jeepney
        while True:
            try:
                message = self._connection.receive()
            except OSError:
                return
            if message.header.fields.get(j.HeaderFields.member) != "ShowItems":
                continue
            assert message.header.fields[j.HeaderFields.signature] == "ass"
            self.shown.append(message.body)
            error = j.new_error(message, "org.freedesktop.DBus.Error.Failed")
            self._connection.send(error if self.fails else j.new_method_return(message))


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileManager]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("needs dbus-daemon")
    with subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as bus:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        manager = FileManager(address)
        yield manager
        manager._connection.close()
        bus.terminate()


def test_the_file_manager_is_told_which_files_to_select(manager: FileManager) -> None:
    files = ["/tmp/a b#1.jpg", "/tmp/ü.png"]
    assert asyncio.run(SystemPrograms().show_in_folder(files))
    assert manager.shown == [(["file:///tmp/a%20b%231.jpg", "file:///tmp/%C3%BC.png"], "")]
    manager.fails = True
    assert not asyncio.run(SystemPrograms().show_in_folder(files))


@pytest.mark.parametrize("address", ["", "unix:path=/nowhere/bus", "rubbish"])
def test_without_a_bus_nothing_is_shown(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    assert not asyncio.run(SystemPrograms().show_in_folder(["/tmp/a.jpg"]))
