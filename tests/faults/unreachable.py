"""Origins that cannot be reached at first. Each function makes one so and returns what mends it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

from program import Folder, own_names
from scripted_server import ScriptedServer
from vendor import BASE, Vendor

Mend = Callable[[], None]

_FULL = 4  # connections that nobody accepts; one or two would do


def refused(server: ScriptedServer) -> Mend:
    """Nothing listens."""
    server.stop_listening()
    return server.start


def slow(server: ScriptedServer) -> Mend:
    """The queue of its listening socket is full, so that connecting takes for ever."""
    server.stop_listening()
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", server.port))
    listener.listen(0)
    waiting = []
    for _ in range(_FULL):
        client = socket.socket()
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.connect(("127.0.0.1", server.port))
        waiting.append(client)

    def mend() -> None:
        for client in waiting:
            client.close()
        listener.close()
        server.start()

    return mend


def unnamed(vendor: Vendor, home: Folder, folder: Path) -> Mend | None:
    """The names of both hosts do not resolve; None where this machine does not let us try."""
    found = own_names(folder)
    if found is None:
        return None
    names, home.wrapper = found
    home.api_url = f"http://localhost:{vendor.api.port}{BASE}"
    for job in vendor.jobs.values():
        job.origin = f"http://images.test:{vendor.images.port}"

    def mend() -> None:
        names.write_text("127.0.0.1 localhost\n127.0.0.1 images.test\n")

    return mend
