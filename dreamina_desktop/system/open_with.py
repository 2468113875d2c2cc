"""Other programs of this system, for the files of images: shown where they lie, and opened.

Tried on Linux only.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QProcess, QProcessEnvironment

from dreamina_desktop.core.desktop_entry import DesktopEntry

ANSWER_WITHIN_S = 5.0  # a file manager that is started first takes a moment
_LIBRARIES = "LD_LIBRARY_PATH"


class SystemPrograms:
    """Implements services.ports.OtherPrograms. Loads what it needs when it is first asked."""

    async def known_for(self, mime_type: str) -> Sequence[DesktopEntry]:
        if not sys.platform.startswith("linux"):
            return ()
        return await asyncio.to_thread(_known, mime_type)

    async def open_with(self, program: DesktopEntry, files: Sequence[str]) -> None:
        for line in program.with_files(files):
            if not await asyncio.to_thread(_start, line):
                raise OSError(f"{line[0]} could not be started.")

    async def show_in_folder(self, files: Sequence[str]) -> bool:
        if sys.platform == "win32":
            # It takes its one argument as it stands; a name of a file has no quotes there.
            return await asyncio.to_thread(_select_in_explorer, files[0])
        if sys.platform == "darwin":
            return await asyncio.to_thread(_start, ["open", "-R", *files])
        return await asyncio.to_thread(_ask_file_manager, files)


def _known(mime_type: str) -> Sequence[DesktopEntry]:
    from dreamina_desktop.system.known_programs import known_programs  # noqa: PLC0415

    return known_programs(mime_type, os.environ)


def _start(line: Sequence[str]) -> bool:
    """By itself, through no shell: it goes on when we end, and leaves no process to wait for."""
    process = QProcess()
    process.setProgram(line[0])
    process.setArguments(list(line[1:]))
    process.setWorkingDirectory(_home())
    process.setStandardInputFile(QProcess.nullDevice())
    process.setStandardOutputFile(QProcess.nullDevice())
    process.setStandardErrorFile(QProcess.nullDevice())
    process.setProcessEnvironment(_environment())
    started = process.startDetached()
    return bool(started[0] if isinstance(started, tuple) else started)


def _home() -> str:
    home = os.path.expanduser("~")
    return home if os.path.isdir(home) else os.sep


def _environment() -> QProcessEnvironment:
    """In a frozen program without the path to its own libraries, which others must not load."""
    environment = QProcessEnvironment.systemEnvironment()
    if getattr(sys, "frozen", False):
        before = environment.value(f"{_LIBRARIES}_ORIG", "")
        if before:
            environment.insert(_LIBRARIES, before)
        else:
            environment.remove(_LIBRARIES)
    return environment


def _select_in_explorer(file: str) -> bool:
    try:
        subprocess.Popen(f'explorer /select,"{os.path.normpath(file)}"')  # no shell
    except OSError:
        return False
    return True


def _ask_file_manager(files: Sequence[str]) -> bool:
    """Over D-Bus, which file managers of all desktops answer; PySide's QtDBus sends wrong types."""
    try:
        from jeepney import DBusAddress, MessageType, new_method_call  # noqa: PLC0415
        from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415

        name = "org.freedesktop.FileManager1"
        manager = DBusAddress("/org/freedesktop/FileManager1", name, name)
        uris = [Path(file).as_uri() for file in files]
        call = new_method_call(manager, "ShowItems", "ass", (uris, ""))
        with open_dbus_connection("SESSION") as connection:
            answer = connection.send_and_get_reply(call, timeout=ANSWER_WITHIN_S)
    except Exception:  # there is no bus, it does not answer, or it says what nobody expects
        return False
    return bool(answer.header.message_type is MessageType.method_return)
