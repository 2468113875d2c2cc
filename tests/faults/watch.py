"""Look over a program's shoulder: arguments and environments of all its processes, memory,
threads and open files, as the system tells them."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from program import Running

_EVERY_S = 0.02


class Watch:
    """Collects what `/proc` says about a program and its children, until `stop`."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self.arguments: set[bytes] = set()
        self.environments: set[bytes] = set()  # of children: its own came from its user
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(_EVERY_S):
            own = _read(self._running.pid, "cmdline")
            for pid in self._running.family():
                arguments = _read(pid, "cmdline")
                self.arguments.add(arguments)
                # Until it executes its own command, a child is a copy of the program.
                if arguments != own:
                    self.environments.add(_read(pid, "environ"))


@dataclass(frozen=True)
class Size:
    """How large a process is at a moment, with its children in `memory_kb` and `processes`."""

    memory_kb: int
    threads: int
    files: int  # everything open but sockets
    sockets: int  # but connections
    connections: int
    processes: int

    def __str__(self) -> str:
        return (
            f"{self.memory_kb // 1024} MB, {self.threads} threads, {self.files} files, "
            f"{self.sockets} sockets, {self.connections} connections, {self.processes} processes"
        )


def size_of(running: Running, ports: Collection[int]) -> Size:
    """At this moment; connections are those to these ports of this machine."""
    links = _links(running.pid)
    sockets = {link[8:-1] for link in links if link.startswith("socket:[")}
    connections = sockets & _connected(running.pid, ports)
    family = running.family()
    return Size(
        memory_kb=sum(map(_memory_kb, family)),
        threads=_number(_read(running.pid, "status"), b"Threads:"),
        files=len(links) - len(sockets),
        sockets=len(sockets) - len(connections),
        connections=len(connections),
        processes=len(family),
    )


def pooled_by_qt(pid: int) -> int:
    """How many threads a process has in pools of Qt's: each has one file handle, too."""
    tasks = _listed(Path(f"/proc/{pid}/task"))
    return sum(_read_file(task / "comm") == b"Thread (pooled)\n" for task in tasks)


def _read_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""  # ended meanwhile


def _connected(pid: int, ports: Collection[int]) -> set[str]:
    """The numbers of sockets that are connected to one of these ports."""
    rows = [line.split() for line in _read(pid, "net/tcp").decode().splitlines()[1:]]
    return {row[9] for row in rows if int(row[2].rpartition(":")[2], 16) in ports}


def _links(pid: int) -> list[str]:
    links = []
    for file in _listed(Path(f"/proc/{pid}/fd")):
        try:
            links.append(os.readlink(file))
        except OSError:
            continue  # closed meanwhile
    return links


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _memory_kb(pid: int) -> int:
    """What is its own: libraries and files are not counted, whoever else has them loaded."""
    return _number(_read(pid, "smaps_rollup"), b"Anonymous:")


def _number(text: bytes, name: bytes) -> int:
    for line in text.splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
