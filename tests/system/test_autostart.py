"""What makes the system start the program at login, written and taken back."""

from __future__ import annotations

import asyncio
import plistlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from dreamina_desktop.system import autostart
from dreamina_desktop.system.autostart import (
    NAME,
    AutostartFile,
    AutostartRunKey,
    desktop_entry,
    launch_agent,
    system_autostart,
)

COMMAND = ["/opt/my tools/python", "-m", "dreamina_desktop", "--background"]
HOSTILE = ["/opt/a b/py", 'say "so"', "50%", "$HOME `id`", "back\\slash", "ünï", "", "a;b&c|d'e"]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Linux desktops look."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "autostart" / f"{NAME}.desktop"


def test_it_is_switched_on_and_off_again(file: Path) -> None:
    system = system_autostart(COMMAND)
    assert not asyncio.run(system.is_on())
    asyncio.run(system.set_on(False))
    asyncio.run(system.set_on(True))
    assert asyncio.run(system.is_on())
    assert file.read_bytes() == desktop_entry(COMMAND)
    assert "--background" in file.read_text()
    asyncio.run(system.set_on(False))
    assert not asyncio.run(system.is_on())
    assert not file.exists()


async def test_without_xdg_config_home_it_is_below_the_home_folder(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    await system_autostart(COMMAND).set_on(True)
    assert (tmp_path / ".config" / "autostart" / f"{NAME}.desktop").exists()


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_what_the_desktop_switched_off_is_off(file: Path, line: str) -> None:
    system = system_autostart(COMMAND)
    asyncio.run(system.set_on(True))
    file.write_text(f"{file.read_text()}{line}\n")
    assert not asyncio.run(system.is_on())
    asyncio.run(system.set_on(True))
    assert asyncio.run(system.is_on())


async def test_a_folder_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file")
    system = AutostartFile(tmp_path / "in the way" / "x.desktop", b"")
    with pytest.raises(OSError, match="in the way"):
        await system.set_on(True)


def test_the_desktops_own_tool_accepts_the_entry(tmp_path: Path) -> None:
    if not shutil.which("desktop-file-validate"):
        pytest.skip("desktop-file-validate is not installed")
    entry = tmp_path / "x.desktop"
    entry.write_bytes(desktop_entry(HOSTILE))
    checked = subprocess.run(
        ["desktop-file-validate", entry], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_every_argument_arrives_as_it_is() -> None:
    (value,) = (
        line.removeprefix("Exec=")
        for line in desktop_entry(HOSTILE).decode().splitlines()
        if line.startswith("Exec=")
    )
    # A value's own escapes go first; within its quotes the rules are those of a shell.
    command = value.replace("\\\\", "\\").replace("%%", "%")
    said = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {command}"], capture_output=True, text=True, check=True
    )
    assert said.stdout.split("\n")[:-1] == HOSTILE


async def test_macos_gets_a_launch_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    system = system_autostart(COMMAND)
    await system.set_on(True)
    agent = tmp_path / "Library" / "LaunchAgents" / f"{NAME}.plist"
    assert agent.read_bytes() == launch_agent(COMMAND)
    assert plistlib.loads(agent.read_bytes()) == {
        "Label": NAME,
        "ProgramArguments": COMMAND,
        "RunAtLoad": True,
    }
    await system.set_on(False)
    assert not await system.is_on()


class Registry(SimpleNamespace):
    """As much of winreg as is used, in memory."""

    HKEY_CURRENT_USER = "HKCU"
    REG_SZ = 1

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    @contextmanager
    def OpenKey(self, root: str, path: str) -> Iterator[str]:  # noqa: N802
        yield f"{root}\\{path}"

    CreateKey = OpenKey

    def QueryValueEx(self, key: str, name: str) -> tuple[str, int]:  # noqa: N802
        try:
            return self.values[f"{key}\\{name}"], self.REG_SZ
        except KeyError:
            raise FileNotFoundError(name) from None

    def SetValueEx(self, key: str, name: str, _: int, kind: int, value: str) -> None:  # noqa: N802
        self.values[f"{key}\\{name}"] = value

    def DeleteValue(self, key: str, name: str) -> None:  # noqa: N802
        del self.values[f"{key}\\{name}"]


async def test_windows_gets_a_value_in_the_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(autostart, "_winreg", lambda: registry)
    (tmp_path / "pythonw.exe").touch()
    system = system_autostart([str(tmp_path / "python.exe"), "-m", "dreamina_desktop", "a b"])
    assert isinstance(system, AutostartRunKey)
    assert not await system.is_on()
    await system.set_on(True)
    assert await system.is_on()
    (value,) = registry.values.values()
    assert value == f'{tmp_path / "pythonw.exe"} -m dreamina_desktop "a b"'
    await system.set_on(False)
    assert not await system.is_on()


def test_without_a_home_it_is_off_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pwd = pytest.importorskip("pwd")

    def unknown(_user: int) -> None:
        raise KeyError("no such user")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    system = system_autostart(COMMAND)
    assert not asyncio.run(system.is_on())
    with pytest.raises(OSError, match="no home folder"):
        asyncio.run(system.set_on(True))
    assert list(tmp_path.iterdir()) == []


async def test_a_link_into_a_folder_of_settings_stays(tmp_path: Path) -> None:
    """As those have it who keep their settings in one folder."""
    kept = tmp_path / "settings" / "entry"
    kept.parent.mkdir()
    kept.write_bytes(b"Hidden=true")
    kept.chmod(0o600)
    link = tmp_path / "autostart" / "entry"
    link.parent.mkdir()
    link.symlink_to(kept)
    await AutostartFile(link, b"new").set_on(True)
    assert link.is_symlink()
    assert (kept.read_bytes(), kept.stat().st_mode & 0o777) == (b"new", 0o600)
