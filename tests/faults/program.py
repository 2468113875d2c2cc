"""The installed program as a process: started, fed, ended, killed, and looked at afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LIMIT_S = 120.0  # for anything that is waited for; what takes longer hangs
_HIDDEN = ("USEAPI_TOKEN", "DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@dataclass(frozen=True)
class Ended:
    """What a finished program left."""

    code: int  # negative: the signal that ended it
    out: bytes
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its standard output as an export; [] where there is none."""
        try:
            rows: list[dict[str, Any]] = json.loads(self.out)
        except ValueError:
            return []
        return rows


@dataclass
class Folder:
    """A home of its own: a data folder, and whatever else the program might write to."""

    root: Path
    token: str
    api_url: str
    interval_s: float = 0.05
    variables: Mapping[str, str] = field(default_factory=dict)
    wrapper: Sequence[str] = ()  # a command that starts the program, as strace does
    program: Sequence[str] = ("-m", "dreamina_desktop")

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def images(self) -> list[Path]:
        """Every file in the folder of images but those whose bytes are still coming."""
        folder = self.data / "images"
        files = (file for file in folder.rglob("*") if file.is_file() and file.suffix != ".part")
        return [file for file in files if not file.name.startswith(".")]  # the folder's marker

    @property
    def log(self) -> str:
        files = sorted(self.data.glob("*.log*"))
        return "".join(file.read_text("utf-8", "replace") for file in files)

    def environment(self) -> dict[str, str]:
        """No display, no real keyring, no proxy; every place to write to is below the root."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in _HIDDEN and not name.lower().endswith("_proxy")
        }
        for name in ("home", "tmp"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        return {
            **kept,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "XDG_CACHE_HOME": str(self.root / "home"),
            "USEAPI_TOKEN": self.token,
            **self.variables,
        }

    def start(self, *options: str, text: str | None = None) -> Running:
        """Without waiting for its end; `text` is its standard input, read where an option is -."""
        command = [sys.executable, *self.program, "--api-url", self.api_url]
        command += ["--data-dir", str(self.data), "--poll-interval", str(self.interval_s)]
        environment = self.environment()
        with tempfile.TemporaryFile(dir=self.root) as said:
            said.write((text or "").encode())
            said.seek(0)
            process = subprocess.Popen(
                [*self.wrapper, *command, *options],
                stdin=said,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=self.root,
                start_new_session=True,
            )
        return Running(process)

    def run(self, *options: str, text: str | None = None, limit_s: float = LIMIT_S) -> Ended:
        """To its end."""
        return self.start(*options, text=text).wait(limit_s)

    def work(
        self,
        text: str | None,
        *options: str,
        give_up_s: float = 30.0,
        limit_s: float = LIMIT_S,
    ) -> Ended:
        """Track, wait until nothing is left to do, export."""
        waits = ("--until-idle", "--give-up", str(give_up_s), "--export", "-")
        return self.run(*(["-"] if text else []), *waits, *options, text=text, limit_s=limit_s)


class Running:
    """A process in a session of its own. Its output is read while it runs."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._parts: dict[str, bytes] = {}
        assert process.stdout is not None
        assert process.stderr is not None
        self._readers = [
            threading.Thread(target=self._read, args=(name, stream.read), daemon=True)
            for name, stream in (("out", process.stdout), ("err", process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait(self, limit_s: float = LIMIT_S) -> Ended:
        """Its end; one that hangs is killed by a signal upon which it tells where it was."""
        try:
            self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.kill(signal.SIGABRT)
        return self._collect()

    def kill(self, number: signal.Signals = signal.SIGKILL) -> Ended:
        """The main process only: its workers have to notice by themselves."""
        self.process.send_signal(number)
        self.process.wait(LIMIT_S)
        return self._collect()

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, without waiting."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def family(self) -> list[int]:
        """Every living process of its session, workers of a killed program too."""
        entries = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return sorted(int(entry.name) for entry in entries if _session_of(entry) == self.pid)

    def bury(self) -> int:
        """Kill what is left of its session after a while; how many there were."""
        wait_until(lambda: not self.family(), 10.0)
        left = self.family()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(left)

    def _read(self, name: str, read: Callable[[], bytes]) -> None:
        self._parts[name] = read()

    def _collect(self) -> Ended:
        for reader in self._readers:
            reader.join(10.0)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        err = self._parts.get("err", b"").decode("utf-8", "replace")
        return Ended(self.process.returncode, self._parts.get("out", b""), err)


def _session_of(entry: Path) -> int | None:
    """The session's ID of a living process; a zombie counts as dead."""
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[3])


def wait_until(condition: Callable[[], object], limit_s: float = LIMIT_S) -> bool:
    """Look again and again; False when it never came true."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


# -- what this machine allows -------------------------------------------------------------------

_MOUNTED = 'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/nsswitch.conf && shift 2 && '


def own_names(folder: Path) -> tuple[Path, Sequence[str]] | None:
    """A file of host names that only the wrapped program sees, and the wrapper; None where this
    machine does not let us."""
    names, switch = folder / "hosts", folder / "nsswitch.conf"
    names.write_text("")
    switch.write_text("hosts: files\n")
    wrapper = ("unshare", "--mount", "sh", "-c", f'{_MOUNTED}exec "$@"', "sh", str(names))
    wrapper = (*wrapper, str(switch))
    return (names, wrapper) if _works([*wrapper, "true"]) else None


def can_trace() -> bool:
    """Whether strace works here."""
    return _works(["strace", "-f", "-o", os.devnull, "true"])


def _works(command: Sequence[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
