"""Start the program when its user logs in, in the way that the system has for it.

Tried on Linux only (docs/background.md).
"""

from __future__ import annotations

import asyncio
import importlib
import os
import plistlib
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

NAME = "io.github.dreamina_desktop.DreaminaDesktop"
RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
# How desktops switch an entry off without removing it.
_SWITCHED_OFF = re.compile(rb"(?mi)^(?:Hidden *= *true|X-GNOME-Autostart-enabled *= *false) *$")


class AutostartFile:
    """Implements services.ports.Autostart: on while a file is there."""

    def __init__(
        self, file: Path, content: bytes, is_off: Callable[[bytes], object] = lambda _: False
    ) -> None:
        """`is_off`: whether what the file holds by now means that it is off."""
        self._file = file
        self._content = content
        self._is_off = is_off

    async def is_on(self) -> bool:
        return await asyncio.to_thread(self._read)

    async def set_on(self, on: bool) -> None:
        await asyncio.to_thread(self._write if on else self._remove)

    def _read(self) -> bool:
        try:
            return not self._is_off(self._file.read_bytes())
        except FileNotFoundError:
            return False

    def _write(self) -> None:
        if not self._file.is_absolute():
            raise FileNotFoundError("This user has no home folder, where it would be written.")
        from dreamina_desktop.files.output import replace_file  # noqa: PLC0415 - rarely

        self._file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._file, self._content)  # which may be a link into a folder of settings

    def _remove(self) -> None:
        self._file.unlink(missing_ok=True)


class AutostartRunKey:
    """Implements services.ports.Autostart with a value in the registry of Windows."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = subprocess.list2cmdline(_without_console(command))

    async def is_on(self) -> bool:
        return await asyncio.to_thread(self._read)

    async def set_on(self, on: bool) -> None:
        await asyncio.to_thread(self._write if on else self._remove)

    def _read(self) -> bool:
        winreg = _winreg()
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, RUN_KEY) as key:
                winreg.QueryValueEx(key, NAME)
        except FileNotFoundError:
            return False
        return True

    def _write(self) -> None:
        winreg = _winreg()
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, RUN_KEY) as key:
            winreg.SetValueEx(key, NAME, 0, winreg.REG_SZ, self._command)

    def _remove(self) -> None:
        winreg = _winreg()
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, RUN_KEY) as key:
            winreg.DeleteValue(key, NAME)


def system_autostart(command: Sequence[str]) -> AutostartFile | AutostartRunKey:
    """For this system; `command` is what it starts."""
    if sys.platform == "win32":
        return AutostartRunKey(command)
    if sys.platform == "darwin":
        agents = _home() / "Library" / "LaunchAgents"
        return AutostartFile(agents / f"{NAME}.plist", launch_agent(command))
    configuration = Path(os.environ.get("XDG_CONFIG_HOME") or _home() / ".config")
    return AutostartFile(
        configuration / "autostart" / f"{NAME}.desktop",
        desktop_entry(command),
        is_off=_SWITCHED_OFF.search,
    )


def _home() -> Path:
    """Not absolute where this user has none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("~")


def desktop_entry(command: Sequence[str]) -> bytes:
    """A file for `autostart/`, by the Desktop Entry and Autostart specifications."""
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        "Name=Dreamina Desktop",
        "Comment=Save finished Dreamina images in the background",
        f"Exec={' '.join(map(_quoted, command))}",
        f"Icon={NAME}",
        "Terminal=false",
        "",
    )
    return "\n".join(lines).encode(errors="surrogateescape")  # a path may be no text


def launch_agent(command: Sequence[str]) -> bytes:
    """A file for `~/Library/LaunchAgents/`."""
    return plistlib.dumps({"Label": NAME, "ProgramArguments": list(command), "RunAtLoad": True})


def _quoted(argument: str) -> str:
    """Quoted as for a shell, percent signs doubled; then escaped as any value of the file is."""
    inner = re.sub(r'(["`$\\])', r"\\\1", argument).replace("%", "%%")
    return f'"{inner}"'.replace("\\", "\\\\")


def _without_console(command: Sequence[str]) -> list[str]:
    """python.exe would open a console window."""
    windowed = Path(command[0]).with_name("pythonw.exe")
    is_python = Path(command[0]).name.lower() == "python.exe"
    return [str(windowed) if is_python and windowed.exists() else command[0], *command[1:]]


def _winreg() -> Any:
    return importlib.import_module("winreg")
