"""Two loopback ports, one server, and the ways in which it ends."""

from __future__ import annotations

import os
import signal
import socket
import threading
from types import FrameType

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

HOST = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """A listening loopback socket; 0: any free port. Raises OSError when the port is used."""
    # asyncio turns Nagle's delay of 40 ms off only where the protocol is named.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # on Windows it would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


def url_of(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


class SandboxServer:
    """Serves each application on its socket until a signal, or `end`."""

    def __init__(self, applications: list[tuple[socket.socket, ASGIApp]]) -> None:
        self._sockets = [listener for listener, _ in applications]
        config = uvicorn.Config(
            _ByPort({listener.getsockname()[1]: app for listener, app in applications}),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=0,
        )
        self._server = uvicorn.Server(config)
        # uvicorn raises a caught signal once more when it has ended: it must find a handler.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal_received)

    def run(self) -> None:
        """Blocks until the end."""
        self._server.run(sockets=self._sockets)

    def end(self) -> None:
        """From any thread."""
        self._server.should_exit = True

    def end_with_stdin(self) -> None:
        """End when standard input does: its other end may be a process that was killed."""
        threading.Thread(target=self._read_to_the_end, name="stdin", daemon=True).start()

    def _read_to_the_end(self) -> None:
        # Not sys.stdin: a daemon thread in its buffer makes the interpreter abort at exit.
        try:
            while os.read(0, 4096):
                pass
        except OSError:
            pass
        self.end()

    def _on_signal_received(self, _number: int, _frame: FrameType | None) -> None:
        self.end()


class _ByPort:
    """Hands a request to the application of the port that it came to."""

    def __init__(self, applications: dict[int, ASGIApp]) -> None:
        self._applications = applications

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._applications[scope["server"][1]](scope, receive, send)
